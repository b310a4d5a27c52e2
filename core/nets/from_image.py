"""A small encoder that keeps every scale of a picture: for what is read at places of it.

Normalised in groups, so that a picture's features are its own in training as well.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn


def normal(channels: int) -> nn.GroupNorm:
    """In groups of 8 channels, or as many as there are."""
    return nn.GroupNorm(max(1, channels // 8), channels)


def block(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    """Two convolutions, the first of that stride."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), normal(outputs), nn.ReLU(True),
        nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), normal(outputs), nn.ReLU(True),
    )  # fmt: skip


class Pyramid(nn.Module):
    """Four scales, each half the last: a half to a sixteenth of the picture's side."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.widths = (width, 2 * width, 4 * width, 4 * width)
        sizes = (channels, *self.widths)
        self.stages = nn.ModuleList(block(a, b, 2) for a, b in itertools.pairwise(sizes))

    def forward(self, images: Tensor) -> list[Tensor]:
        """Maps (B, C, h, w) from the finest to the coarsest, of images (B, C, H, W) in 0..1."""
        found, maps = images - 0.5, []
        for stage in self.stages:
            found = stage(found)
            maps.append(found)
        return maps


def pooled(maps: Tensor, side: int) -> Tensor:
    """Means over side² parts of a map (B, C, h, w), as one row (B, C side²)."""
    return torch.nn.functional.adaptive_avg_pool2d(maps, side).flatten(1)


def aligned(maps: list[Tensor], places: Tensor) -> Tensor:
    """What each map (B, C, h, w) has at places (B, V, 2), x and y in 0..1 of the picture's sides.

    (B, V, sum of channels), between pixels linearly; of places beyond the edge what is there.
    Wang et al., "Pixel2Mesh", ECCV 2018, section 3.3: perceptual feature pooling.
    """
    grid = (2 * places - 1)[:, :, None]
    found = [
        torch.nn.functional.grid_sample(
            values, grid, mode="bilinear", padding_mode="border", align_corners=False
        )[..., 0]
        for values in maps
    ]
    return torch.cat(found, dim=1).transpose(1, 2)
