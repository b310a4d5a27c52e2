"""Where each pixel comes from: crops, shifts, flips and turns of a batch.

Each random transformation is a 3x3 matrix a sample that takes a place in the result to the place in
the picture it shows, both in -1..1 with x first; so several of them are one matrix product and one
interpolation. What moves whole pixels (`shift`, `flip`, `rotate90`) is done by indexing, exactly.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from core.data.augment.draws import chosen, uniform

ATTEMPTS = 10  # draws of a crop until one fits, as torchvision's RandomResizedCrop


def warp(images: Tensor, matrices: Tensor, outside: str = "reflection") -> Tensor:
    """Images (B, C, H, W) seen through matrices (B, 3, 3), bilinear.

    `outside` is a padding mode of `grid_sample`: where nothing outside is seen, "border" is faster.
    """
    x, y = (_centres(n, images.device) for n in (images.shape[-1], images.shape[-2]))
    affine = matrices[:, :2].unbind(dim=2)  # three of (B, 2)
    along = affine[0].unsqueeze(2) * x  # (B, 2, W)
    down = affine[1].unsqueeze(2) * y + affine[2].unsqueeze(2)  # (B, 2, H)
    grid = (along.unsqueeze(2) + down.unsqueeze(3)).permute(0, 2, 3, 1)  # (B, H, W, 2)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode=outside, align_corners=False)


def _centres(length: int, device: torch.device) -> Tensor:
    """Where the centres of a row of pixels lie between its ends at -1 and 1, (length,)."""
    return (2 * torch.arange(length, device=device) + 1) / length - 1


def _matrices(a: Tensor, b: Tensor, x: Tensor, c: Tensor, d: Tensor, y: Tensor) -> Tensor:
    """((a, b, x), (c, d, y), (0, 0, 1)) of every sample, (B, 3, 3)."""
    zero, one = torch.zeros_like(a), torch.ones_like(a)
    return torch.stack([a, b, x, c, d, y, zero, zero, one], dim=1).view(-1, 3, 3)


def crop_matrices(
    rng: torch.Generator, size: torch.Size, scale: tuple[float, float], ratio: tuple[float, float]
) -> Tensor:
    """Crops of an area share in `scale` and a width to height in `ratio`, anywhere: (B, 3, 3).

    The first of ten draws that fits is taken, and the whole picture if none does (Szegedy et al.
    2015, as in torchvision's RandomResizedCrop); boxes are not rounded to pixels.
    """
    count, height, width = size[0], size[-2], size[-1]
    area = uniform(rng, (count, ATTEMPTS), *scale)
    aspect = uniform(rng, (count, ATTEMPTS), math.log(ratio[0]), math.log(ratio[1])).exp()
    wide = (area * aspect * (height / width)).sqrt()  # shares of the width and of the height
    high = (area / aspect * (width / height)).sqrt()
    fits = (wide <= 1) & (high <= 1)
    first = fits.float().argmax(dim=1, keepdim=True)
    fits_at_all = fits.any(dim=1)
    one = torch.ones((), device=rng.device)
    w = torch.where(fits_at_all, wide.gather(1, first).squeeze(1), one)
    h = torch.where(fits_at_all, high.gather(1, first).squeeze(1), one)
    x = (1 - w) * uniform(rng, count, -1.0, 1.0)
    y = (1 - h) * uniform(rng, count, -1.0, 1.0)
    zero = torch.zeros_like(w)
    return _matrices(w, zero, x, zero, h, y)


def turn_matrices(rng: torch.Generator, count: int, degrees: float, aspect: float = 1.0) -> Tensor:
    """Turns by up to `degrees` either way about the centre, (B, 3, 3); aspect is width / height."""
    angle = uniform(rng, count, -math.radians(degrees), math.radians(degrees))
    cos, sin, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    return _matrices(cos, -sin / aspect, zero, sin * aspect, cos, zero)


def flip_matrices(rng: torch.Generator, count: int, share: float) -> Tensor:
    """Left and right exchanged in a share of the pictures, (B, 3, 3)."""
    sign = 1.0 - 2.0 * chosen(rng, count, share)
    zero, one = torch.zeros_like(sign), torch.ones_like(sign)
    return _matrices(sign, zero, zero, zero, one, zero)


def crop_resize(
    images: Tensor,
    rng: torch.Generator,
    scale: tuple[float, float] = (0.2, 1.0),
    ratio: tuple[float, float] = (3 / 4, 4 / 3),
) -> Tensor:
    """A random part of each picture, blown up to the whole: RandomResizedCrop for a batch."""
    return warp(images, crop_matrices(rng, images.shape, scale, ratio), "border")


def rotate(images: Tensor, rng: torch.Generator, degrees: float) -> Tensor:
    """Each picture turned by its own angle of up to `degrees` either way."""
    if degrees == 0:
        return images
    aspect = images.shape[-1] / images.shape[-2]
    return warp(images, turn_matrices(rng, len(images), degrees, aspect))


def shift(images: Tensor, rng: torch.Generator, pixels: int, padding: str = "constant") -> Tensor:
    """Each picture moved by up to `pixels` each way: padded, then cropped (He et al. 2016, 4.2).

    `padding` is a mode of `torch.nn.functional.pad`; "constant" pads with black, as the paper does.
    """
    if pixels == 0:
        return images
    count, _, height, width = images.shape
    padded = F.pad(images, (pixels,) * 4, mode=padding)
    crops = padded.unfold(2, height, 1).unfold(3, width, 1)  # a view, (B, C, 2p + 1, 2p + 1, H, W)
    down, right = torch.randint(2 * pixels + 1, (2, count), generator=rng, device=rng.device)
    return crops[torch.arange(count, device=images.device), :, down, right]


def flip(images: Tensor, rng: torch.Generator, share: float = 0.5) -> Tensor:
    """Left and right exchanged in a share of the pictures."""
    if share == 0:
        return images
    flipped = chosen(rng, len(images), share).view(-1, 1, 1, 1)
    return torch.where(flipped, images.flip(3), images)


def rotate90(images: Tensor, k: int) -> Tensor:
    """All pictures (..., H, W) turned left by k quarter turns: transposed and flipped, so exact."""
    return torch.rot90(images, k, (-2, -1))


def quarter_turns(images: Tensor, rng: torch.Generator) -> Tensor:
    """Each square picture turned by 0, 90, 180 or 270 degrees."""
    if images.shape[-1] != images.shape[-2]:
        raise ValueError(
            f"only square pictures can be turned in place, found {tuple(images.shape)}"
        )
    turns = torch.randint(4, (len(images),), generator=rng, device=rng.device)
    result = images.clone()
    for k in (1, 2, 3):
        result[turns == k] = rotate90(images[turns == k], k)
    return result
