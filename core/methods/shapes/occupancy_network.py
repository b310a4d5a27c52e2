"""An occupancy network: how likely a place is within, learned as two classes.

Mescheder et al., "Occupancy networks: learning 3D reconstruction in function space", CVPR 2019,
arXiv 1812.03828; fitted to one solid, with the waves of a place that NeRF gave such networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from core.bases.shape import Known, ShapeConfig, ShapeMethod, iou
from core.config import option
from core.data.imageset import DataError
from core.method import Batch, DataShape, Trials
from core.nets.implicit import ImplicitMLP
from core.nets.precision import halved


@dataclass(frozen=True)
class OccupancyConfig(ShapeConfig):
    """The network's size, and what it sees of a place."""

    learning_rate: float = option(5e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    backbone: str = option("mlp", "The network: fully connected layers.", choices=("mlp",),
                           group="Network", advanced=True)  # fmt: skip
    width: int = option(96, "Units of a layer; 256 in the paper.", low=4, high=512, log=True,
                        group="Network")  # fmt: skip
    depth: int = option(3, "Layers before the last.", low=1, high=16, group="Network")  # fmt: skip
    frequencies: int = option(5, "Octaves of a place's waves; 0 in the paper.", low=0, high=10,
                              group="Network")  # fmt: skip


class OccupancyNetwork(ShapeMethod):
    """One network; the surface is where both answers are as likely."""

    Config = OccupancyConfig
    trials: ClassVar[Trials] = {
        "The place alone, no waves": {"frequencies": 0},
        "A tenth of the points": {"points": 400},
    }

    config: OccupancyConfig

    def __init__(self, config: OccupancyConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.logit = ImplicitMLP(config.width, config.depth, "relu", config.frequencies)

    def value_at(self, points: Tensor) -> Tensor:
        """Logarithm of the odds (N,) of being within."""
        with halved(points.device, self.config.width >= 64):
            return self.logit(points)

    def judged(self, known: Known) -> Tensor:
        """Cross entropy, equation 3 for one solid."""
        check_inside(known)
        within = (known.away < 0).float()
        return F.binary_cross_entropy_with_logits(self.value_at(known.places), within)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Cross entropy, and the IoU of the points of the step, half of them near the surface."""
        known = self.drawn(batch)
        check_inside(known)
        logits = self.value_at(known.places)
        within = known.away < 0
        loss = F.binary_cross_entropy_with_logits(logits, within.float())
        return {"loss": loss, "iou here": iou(logits.detach() > 0, within)}


def check_inside(known: Known) -> None:
    """Raises DataError for a solid of points, which has no inside."""
    if not bool(torch.isfinite(known.away).all()):
        raise DataError("points have no inside to learn; choose a mesh, or the method sdf")
