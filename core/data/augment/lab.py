"""sRGB to CIE L*a*b* and back (white D65), for batches.

CIE 15:2004; sRGB by IEC 61966-2-1. L is lightness from 0 to 100; a runs from green to red and b
from blue to yellow, both roughly from -110 to 110. A distance of 1 can about be seen.
"""

from __future__ import annotations

import torch
from torch import Tensor

_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_BEND = 6 / 29  # below its cube, the cube root is replaced by its tangent


def to_lab(images: Tensor) -> Tensor:
    """Images (B, 3, H, W) of sRGB in 0..1 to L, a, b."""
    xyz = torch.einsum("ij,bjhw->bihw", _matrix(images), _linear(images))
    x, y, z = _bent(xyz).unbind(1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=1)


def to_lightness(images: Tensor) -> Tensor:
    """L alone of images (B, 3, H, W), as `to_lab` has it but in half the time: (B, 1, H, W)."""
    red, green, blue = (_linear(images) * _matrix(images)[1][:, None, None]).unbind(1)
    return (116 * _bent(red + green + blue) - 16).unsqueeze(1)


def _linear(images: Tensor) -> Tensor:
    """Light of sRGB, without its bend."""
    return torch.where(
        images <= 0.04045, images / 12.92, ((images.clamp(min=0) + 0.055) / 1.055) ** 2.4
    )


def _matrix(images: Tensor) -> Tensor:
    matrix = images.new_tensor(_TO_XYZ)
    return matrix / matrix.sum(dim=1, keepdim=True)  # so that white is 1, 1, 1


def _bent(xyz: Tensor) -> Tensor:
    root = xyz.clamp(min=_BEND**3) ** (1 / 3)
    return torch.where(xyz > _BEND**3, root, xyz / (3 * _BEND**2) + 4 / 29)


def to_rgb(lab: Tensor) -> Tensor:
    """L, a, b (B, 3, H, W) to sRGB; colours that a screen cannot show are clamped to 0..1."""
    lightness, a, b = lab.unbind(1)
    y = (lightness + 16) / 116
    f = torch.stack([y + a / 500, y, y - b / 200], dim=1)
    xyz = torch.where(f > _BEND, f**3, 3 * _BEND**2 * (f - 4 / 29))
    matrix = torch.tensor(_TO_XYZ, dtype=torch.float64)
    inverse = torch.linalg.inv(matrix / matrix.sum(dim=1, keepdim=True)).to(lab)
    linear = torch.einsum("ij,bjhw->bihw", inverse, xyz).clamp(0.0, 1.0)
    bent = 1.055 * linear.clamp(min=0.0031308) ** (1 / 2.4) - 0.055
    return torch.where(linear <= 0.0031308, 12.92 * linear, bent).clamp(0.0, 1.0)
