"""The small heads that are trained on an encoder's maps, the same for every encoder."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WIDTH = 64  # channels in which the stages meet
RARE = 0.01  # how likely a cell holds a class before anything is learned
REACH = 2.0  # cells to each edge of a box before anything is learned


class Neck(nn.Module):
    """Maps of all stages to one map (B, WIDTH, cells, cells).

    As in feature pyramids (Lin et al., CVPR 2017, arXiv 1612.03144) each stage passes a 1x1
    convolution, is enlarged, and is added to the others. Every channel is standardised before,
    because encoders differ in how large their numbers are.
    """

    def __init__(self, dims: Sequence[int], cells: int) -> None:
        super().__init__()
        self.cells = cells
        self.levels = nn.ModuleList(
            nn.Sequential(nn.BatchNorm2d(dim, affine=False), nn.Conv2d(dim, WIDTH, 1, bias=False))
            for dim in dims
        )
        self.norm = nn.BatchNorm2d(WIDTH)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        size = (self.cells, self.cells)
        levels = [level(m) for level, m in zip(self.levels, maps, strict=True)]
        same = [F.interpolate(x, size=size, mode="bilinear") for x in levels]
        return torch.relu(self.norm(torch.stack(same).sum(dim=0)))


class SegmentationHead(nn.Module):
    """Maps to the scores of every pixel's class, (B, classes, side, side)."""

    def __init__(self, dims: Sequence[int], cells: int, classes: int, side: int) -> None:
        super().__init__()
        self.neck = Neck(dims, cells)
        self.classes = nn.Conv2d(WIDTH, classes, 1)
        self.side = side

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        scores = self.classes(self.neck(maps))
        return F.interpolate(scores, size=(self.side, self.side), mode="bilinear")


class DetectionHead(nn.Module):
    """Maps to what each cell answers: scores of the classes, and a box around the cell's centre.

    (B, classes + 4, cells, cells): first the classes' logits, then how far the left, upper, right
    and lower edge of the box are, in cells, as in FCOS (Tian et al., ICCV 2019, arXiv 1904.01355).
    """

    def __init__(self, dims: Sequence[int], cells: int, classes: int) -> None:
        super().__init__()
        self.neck = Neck(dims, cells)
        self.shared = nn.Sequential(
            nn.Conv2d(WIDTH, WIDTH, 3, padding=1, bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU()
        )
        self.classes, self.edges = nn.Conv2d(WIDTH, classes, 1), nn.Conv2d(WIDTH, 4, 1)
        with torch.no_grad():
            self.classes.bias.fill_(math.log(RARE / (1 - RARE)))  # type: ignore[union-attr]
            self.edges.bias.fill_(REACH)  # type: ignore[union-attr]

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        x = self.shared(self.neck(maps))
        return torch.cat([self.classes(x), F.softplus(self.edges(x))], dim=1)
