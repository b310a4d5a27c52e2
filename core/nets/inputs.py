"""What an encoder does to its pictures before its first layer, where that is part of the method.

They stand in front of the first block, so whoever uses the encoder (evaluation, fine-tuning) hands
it pictures as they are.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.data.augment.lab import to_lightness
from core.data.augment.texture import slopes
from core.nets.backbone import Backbone

LEAST_SPREAD = 1 / 255  # a tile of one colour stays flat


def preceded(backbone: Backbone, *before: nn.Module) -> Backbone:
    """The backbone with modules in front of its first block."""
    if before:
        name = next(iter(backbone.blocks))
        backbone.blocks[name] = nn.Sequential(*before, backbone.blocks[name])
    return backbone


class Standardise(nn.Module):
    """Each channel of each picture to mean 0 and standard deviation 1."""

    def forward(self, images: Tensor) -> Tensor:
        spread, mean = torch.std_mean(images, dim=(2, 3), keepdim=True, correction=0)
        return (images - mean) / spread.clamp(min=LEAST_SPREAD)


class Enlarge(nn.Module):
    """Pictures a whole number of times as large, bilinear."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def forward(self, images: Tensor) -> Tensor:
        return F.interpolate(images, scale_factor=self.times, mode="bilinear")


class Lightness(nn.Module):
    """sRGB pictures (B, 3, H, W) to L of Lab, (B, 1, H, W), scaled to -1..1."""

    def forward(self, images: Tensor) -> Tensor:
        return to_lightness(images) / 50 - 1


class LightnessAndHints(nn.Module):
    """sRGB pictures (B, 3, H, W), or with hints (B, 6, H, W), to L and hints, (B, 4, H, W).

    Pictures that come alone have none: zeros, so that L is all that anything depends on.
    """

    def forward(self, images: Tensor) -> Tensor:
        light = to_lightness(images[:, :3]) / 50 - 1
        told = images[:, 3:] if images.shape[1] > 3 else torch.zeros_like(images)
        return torch.cat([light, told], dim=1)


class Edges(nn.Module):
    """How brightness rises to the right and downwards, (B, C, H, W) to (B, 2, H, W), no colour.

    A step from black to white along an axis gives 4, as Sobel's kernels do unscaled, so that the
    soft edges of small pictures are about as strong as their brightness was.
    """

    def forward(self, images: Tensor) -> Tensor:
        return 4 * slopes(images)


class WithoutGreenMagenta(nn.Module):
    """Colours projected along the axis green - magenta, as Doersch et al. (2015) do.

    Section 3.1: with a = (-1, 2, -1), every colour is multiplied by I − aᵀa / (a aᵀ).
    """

    def forward(self, images: Tensor) -> Tensor:
        axis = images.new_tensor([-1.0, 2.0, -1.0])
        matrix = torch.eye(3).to(axis) - torch.outer(axis, axis) / axis.dot(axis)
        return torch.einsum("ij,bjhw->bihw", matrix, images)
