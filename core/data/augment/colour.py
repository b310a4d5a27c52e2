"""The colours of each picture: brightness, contrast, saturation, hue, grey as one matrix a sample.

All five are affine in a pixel's colour, so their product is a 3x4 matrix and one pass over the
pixels. Brightness, contrast and saturation are those of torchvision's ColorJitter, in this order
always; hue turns the chroma plane of YIQ, which keeps the luma, in place of a trip through HSV.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from core.data.augment.draws import chosen, uniform

LUMA = (0.299, 0.587, 0.114)  # Rec. 601, that of YIQ and of Pillow's "L"
_IN_PHASE = (0.595716, -0.274453, -0.321263)
_QUADRATURE = (0.211456, -0.522591, 0.311135)


def luma(images: Tensor) -> Tensor:
    """How bright each pixel looks, (B, 1, H, W), of 3 channels or of 1."""
    if images.shape[1] == 1:
        return images
    weights = images.new_tensor(LUMA).view(1, 3, 1, 1)
    return (images * weights).sum(dim=1, keepdim=True)


def _mean_luma(images: Tensor) -> Tensor:  # (B, C, H, W) -> (B,)
    return luma(images.mean(dim=(2, 3), keepdim=True)).flatten()


@lru_cache(maxsize=1)
def _chroma() -> tuple[Tensor, Tensor]:
    """In RGB, the projection on YIQ's chroma plane and a quarter turn in it, each (3, 3)."""
    to_yiq = torch.tensor([LUMA, _IN_PHASE, _QUADRATURE], dtype=torch.float64)
    to_rgb = torch.linalg.inv(to_yiq)
    plane = torch.diag(torch.tensor([0.0, 1.0, 1.0], dtype=torch.float64))
    quarter = torch.zeros(3, 3, dtype=torch.float64)
    quarter[1, 2], quarter[2, 1] = -1.0, 1.0
    return (to_rgb @ plane @ to_yiq).float(), (to_rgb @ quarter @ to_yiq).float()


def hue_matrices(angles: Tensor) -> Tensor:
    """Turns of the chroma plane by angles (B,) in radians, (B, 3, 3); exactly the identity at 0."""
    plane, quarter = (m.to(angles) for m in _chroma())
    sin, cos = angles.sin().view(-1, 1, 1), angles.cos().view(-1, 1, 1)
    return torch.eye(3).to(angles) + sin * quarter - (1 - cos) * plane


def saturation_matrices(factors: Tensor) -> Tensor:
    """Mixtures of a colour (factor 1) and its grey (factor 0), (B, 3, 3) of factors (B,)."""
    factor = factors.view(-1, 1, 1)
    to_grey = factors.new_tensor(LUMA).expand(3, 3)
    return factor * torch.eye(3).to(factors) + (1 - factor) * to_grey


def transform(images: Tensor, matrices: Tensor, offset: Tensor) -> Tensor:
    """Every colour times its picture's matrix (B, 3, 3), plus its offset (B,); clamped to 0..1."""
    flat = images.flatten(2)  # (B, 3, H * W)
    moved = torch.baddbmm(offset.view(-1, 1, 1), matrices, flat)
    return moved.view(images.shape).clamp_(0.0, 1.0)


def jitter(
    images: Tensor,
    rng: torch.Generator,
    brightness: float = 0.4,
    contrast: float = 0.4,
    saturation: float = 0.4,
    hue: float = 0.1,
    share: float = 1.0,
    grey_share: float = 0.0,
) -> Tensor:
    """Colours of a share of the pictures changed, and of `grey_share` taken away afterwards.

    Factors are drawn evenly from 1 - strength to 1 + strength, hue from -hue to hue of a
    circle. Of pictures of one channel only brightness and contrast change.
    """
    if (share == 0 or max(brightness, contrast, saturation, hue) == 0) and grey_share == 0:
        return images
    count, channels = images.shape[:2]
    falls, greys = chosen(rng, count, share), chosen(rng, count, grey_share)

    def factors(strength: float) -> Tensor:
        drawn = uniform(rng, count, max(0.0, 1 - strength), 1 + strength)
        return torch.where(falls, drawn, torch.ones_like(drawn))

    b, c, s = factors(brightness), factors(contrast), factors(saturation)
    angles = uniform(rng, count, -hue, hue) * (2 * math.pi) * falls
    # c (b x - b mean) + b mean; saturation and hue move neither a grey nor the mean of the luma.
    gain, offset = b * c, (1 - c) * b * _mean_luma(images)
    if channels == 1:
        return (images * gain.view(-1, 1, 1, 1) + offset.view(-1, 1, 1, 1)).clamp_(0.0, 1.0)
    colours = hue_matrices(angles) @ saturation_matrices(s)
    colours = saturation_matrices(1.0 - greys.float()) @ colours
    return transform(images, gain.view(-1, 1, 1) * colours, offset)


def grey(images: Tensor, rng: torch.Generator, share: float = 0.2) -> Tensor:
    """The colour of a share of the pictures taken away; those of one channel stay as they are."""
    if share == 0 or images.shape[1] == 1:
        return images
    taken = chosen(rng, len(images), share).view(-1, 1, 1, 1)
    return torch.where(taken, luma(images).clamp(0.0, 1.0), images)
