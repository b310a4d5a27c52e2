"""A solid as numbers on a grid, and nothing else: what networks of a place are compared with.

As the baseline of Mescheder et al., "Occupancy networks", CVPR 2019, arXiv 1812.03828 (figure 4):
memory grows with the cube of the side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.bases.shape import Known, ShapeConfig, ShapeMethod, iou
from core.config import option
from core.data.imageset import DataError
from core.method import Batch, DataShape, Trials


@dataclass(frozen=True)
class VoxelOccupancyConfig(ShapeConfig):
    """How fine the grid is."""

    learning_rate: float = option(0.3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    backbone: str = option("grid", "No network: a number at every corner.", choices=("grid",),
                           group="Network", advanced=True)  # fmt: skip
    width: int = option(32, "Corners along each side.", low=4, high=256, log=True,
                        group="Network")  # fmt: skip
    smoothness: float = option(1e-3, "How strongly neighbours are drawn to one another.", low=0.0,
                               high=100.0, live=True)  # fmt: skip


class VoxelOccupancy(ShapeMethod):
    """Logarithms of the odds at the corners, interpolated between them."""

    Config = VoxelOccupancyConfig
    trials: ClassVar[Trials] = {
        "A coarse grid": {"width": 12},
        "A fine grid": {"width": 96},
        "Neighbours left alone": {"smoothness": 0.0},
    }

    config: VoxelOccupancyConfig

    def __init__(self, config: VoxelOccupancyConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.corners = nn.Parameter(torch.zeros((config.width,) * 3))

    def value_at(self, points: Tensor) -> Tensor:
        """Logarithm of the odds (N,), trilinear; beyond the box as at its side."""
        where = points.flip(1).view(1, 1, 1, -1, 3)  # grid_sample has x fastest
        found = F.grid_sample(self.corners[None, None], where, align_corners=True,
                              padding_mode="border")  # fmt: skip
        return found.view(-1)

    def judged(self, known: Known) -> Tensor:
        """Cross entropy."""
        if not bool(torch.isfinite(known.away).all()):
            raise DataError("points have no inside to learn; choose a mesh, or the method sdf")
        within = (known.away < 0).float()
        return F.binary_cross_entropy_with_logits(self.value_at(known.places), within)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Cross entropy, and the mean squared difference of neighbours."""
        known = self.drawn(batch)
        entropy = self.judged(known)
        rough = sum(self.corners.diff(dim=axis).square().mean() for axis in range(3))
        with torch.no_grad():
            here = iou(self.value_at(known.places) > 0, known.away < 0)
        loss = entropy + self.config.smoothness * rough
        return {"loss": loss, "entropy": entropy.detach(), "iou here": here}
