"""A tensor of three axes as sums of products of a matrix over two of them and a vector over one.

Chen et al., "TensoRF", ECCV 2022, arXiv 2203.09517, equation 3.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.optimisers import replace

PLANES = (0, 1), (0, 2), (1, 2)  # axes of a matrix ...
LINES = 2, 1, 0  # ... and of the vector that it is multiplied with


class VectorMatrix(nn.Module):
    """For each axis `parts` products, interpolated between `side` corners along −1..1."""

    def __init__(self, parts: int, side: int) -> None:
        super().__init__()
        self.planes = nn.Parameter(torch.empty(3, parts, side, side))
        self.lines = nn.Parameter(torch.empty(3, parts, side, 1))
        for table in (self.planes, self.lines):
            nn.init.normal_(table, std=0.1)

    @property
    def side(self) -> int:
        return self.planes.shape[-1]

    def _load_from_state_dict(self, state: dict[str, Any], prefix: str, *more: Any) -> None:
        """Planes and lines of another side than these are taken as they are."""
        for name in ("planes", "lines"):
            found, own = state.get(prefix + name), getattr(self, name)
            if isinstance(found, Tensor) and found.shape[:2] == own.shape[:2]:
                replace(own, torch.empty_like(found, dtype=own.dtype, device=own.device))
        super()._load_from_state_dict(state, prefix, *more)

    def forward(self, points: Tensor) -> Tensor:
        """The products (N, 3 parts) at points (N, 3)."""
        across = torch.stack([points[:, [b, a]] for a, b in PLANES])  # grid_sample has x fastest
        along = torch.stack([points[:, axis] for axis in LINES])
        along = torch.stack([torch.zeros_like(along), along], dim=-1)
        planes = F.grid_sample(self.planes, across[:, :, None], align_corners=True,
                               padding_mode="border")  # fmt: skip
        lines = F.grid_sample(self.lines, along[:, :, None], align_corners=True,
                              padding_mode="border")  # fmt: skip
        return (planes * lines)[..., 0].permute(2, 0, 1).flatten(1)  # (3, P, N, 1)

    def size(self) -> Tensor:
        """The mean absolute value of planes and of lines, added."""
        return self.planes.abs().mean() + self.lines.abs().mean()

    @torch.no_grad()
    def grow(self, side: int) -> None:
        """More corners that show the same, section 4."""
        for parameter, size in ((self.planes, (side, side)), (self.lines, (side, 1))):
            replace(parameter, F.interpolate(parameter, size, mode="bilinear", align_corners=True))
