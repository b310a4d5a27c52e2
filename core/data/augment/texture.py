"""What is done to the pixels of each picture where they are: blur, noise, cutout, edges."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from core.data.augment.colour import luma
from core.data.augment.draws import chosen, uniform


def blur(
    images: Tensor,
    rng: torch.Generator,
    share: float = 0.5,
    sigma: tuple[float, float] = (0.1, 2.0),
) -> Tensor:
    """A share of the pictures blurred, each by its own Gaussian of a deviation in `sigma` pixels.

    The kernel covers a tenth of the side, at least 3 (Chen et al. 2020, arXiv 2002.05709, app. A).
    """
    if share == 0:
        return images
    falls = chosen(rng, len(images), share).nonzero().flatten()
    deviation = uniform(rng, len(images), *sigma)[falls]
    radius = max(1, images.shape[-1] // 20)
    down, across = (_gaussians(deviation, n, radius) for n in images.shape[-2:])
    return images.index_copy(0, falls, down @ images[falls] @ across.mT)


def _gaussians(deviation: Tensor, length: int, radius: int) -> Tensor:
    """The blur of a row of pixels as one matrix a sample, (b, 1, length, length).

    Each row of it is a Gaussian about its pixel, cut at the radius and at the picture's edge and
    summing to one. Dense as it is, it is faster than a convolution with a kernel for each sample.
    """
    places = torch.arange(length, device=deviation.device)
    apart = places[:, None] - places
    exponent = -0.5 * (apart / deviation.view(-1, 1, 1, 1)) ** 2
    return exponent.masked_fill(apart.abs() > radius, -torch.inf).softmax(dim=-1)


def noise(images: Tensor, rng: torch.Generator, strength: float) -> Tensor:
    """Gaussian noise of a deviation that each picture draws from 0 to `strength`."""
    if strength == 0:
        return images
    deviation = uniform(rng, len(images), 0.0, strength).view(-1, 1, 1, 1)
    drawn = torch.randn(images.shape, generator=rng, device=rng.device)
    return (images + deviation * drawn).clamp_(0.0, 1.0)


def cutout(images: Tensor, rng: torch.Generator, size: float) -> Tensor:
    """A square in each picture painted over with the picture's mean colour.

    Its side is `size` of the picture's and its centre anywhere, so that it may hang over the edge
    (DeVries and Taylor 2017, arXiv 1708.04552).
    """
    if size == 0:
        return images
    count, _, height, width = images.shape

    def within(length: int, half: float) -> Tensor:  # (B, length)
        centres = uniform(rng, count, 0.0, length).view(-1, 1)
        places = torch.arange(length, device=images.device) + 0.5
        return (places - centres).abs() <= half

    half = size * min(height, width) / 2
    rows, columns = within(height, half), within(width, half)
    covered = rows[:, None, :, None] & columns[:, None, None, :]  # (B, 1, H, W)
    return torch.where(covered, images.mean(dim=(2, 3), keepdim=True), images)


def sobel(images: Tensor) -> Tensor:
    """How steep the luma is at each pixel, 0..1 and the same in every channel."""
    steep = slopes(images).norm(dim=1, keepdim=True).clamp_(0.0, 1.0)
    return steep.expand_as(images).contiguous()


def slopes(images: Tensor) -> Tensor:
    """How the luma rises to the right and downwards by Sobel's kernels, (B, 2, H, W) in -1..1.

    They are scaled so that a step from black to white along an axis gives 1.
    """
    across = images.new_tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 4
    kernels = torch.stack([across, across.T]).unsqueeze(1)  # (2, 1, 3, 3)
    return F.conv2d(F.pad(luma(images), (1, 1, 1, 1), mode="replicate"), kernels)
