"""A signed distance function as a network: its zero is the surface, its slope has length 1.

Park et al., "DeepSDF", CVPR 2019, arXiv 1901.05103 (distances as what is learned); Gropp et al.,
"Implicit geometric regularization for learning shapes", ICML 2020, arXiv 2002.10099 (points of the
surface alone, and the eikonal equation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from core.bases.shape import Known, ShapeConfig, ShapeMethod
from core.config import option
from core.method import Batch, DataShape, Trials
from core.nets.implicit import ImplicitMLP, eikonal, with_gradient

CLAMP = 0.1  # distances beyond it count as it, section 3 of DeepSDF
SLOPED = 1024  # points in a step whose slope is asked: it costs three times as much
OFF_SURFACE = 0.1, 100.0  # weight and sharpness of keeping 0 to the surface, of the sine paper


@dataclass(frozen=True)
class SDFConfig(ShapeConfig):
    """What is known, and how it is held to a distance."""

    learning_rate: float = option(2e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    backbone: str = option("softplus", "The network: softplus, begun as a ball; or sine waves.",
                           choices=("softplus", "sine"), group="Network")  # fmt: skip
    width: int = option(64, "Units of a layer; 512 in the papers.", low=4, high=512, log=True,
                        group="Network")  # fmt: skip
    depth: int = option(3, "Layers before the last; 8 in DeepSDF.", low=1, high=16,
                        group="Network")  # fmt: skip
    frequencies: int = option(4, "Octaves of a place's waves that a softplus network sees; 0 in "
                              "the paper.", low=0, high=10, group="Network")  # fmt: skip
    distances: bool = option(True, "Learn from known distances; else from points of the surface "
                             "and their normals alone.")  # fmt: skip
    eikonal: float = option(0.1, "Weight of a slope of length 1.", low=0.0, high=100.0,
                            live=True)  # fmt: skip
    normals: float = option(0.1, "Weight of slopes along the surface's normals, where these are "
                            "known.", low=0.0, high=100.0, live=True)  # fmt: skip


class SDF(ShapeMethod):
    """One network; `value_at` is less its distance, so that more is further within."""

    Config = SDFConfig
    trials: ClassVar[Trials] = {
        "Points of the surface alone": {"distances": False},
        "No eikonal term": {"distances": False, "eikonal": 0.0, "normals": 0.0},
        "Sine waves": {"backbone": "sine", "learning_rate": 5e-4},
    }

    config: SDFConfig

    def __init__(self, config: SDFConfig, data: DataShape) -> None:
        super().__init__(config, data)
        frequencies = config.frequencies if config.backbone == "softplus" else 0
        self.distance = ImplicitMLP(config.width, config.depth, config.backbone, frequencies)

    def value_at(self, points: Tensor) -> Tensor:
        """Less the distance (N,)."""
        return -self.distance(points)

    def judged(self, known: Known) -> Tensor:
        """Mean error of the distance, clamped, where it is known; else the value at the surface."""
        sure = known.away.isfinite()
        if not bool(sure.any()):
            return self.distance(known.surface).abs().mean()
        return _apart(self.distance(known.places[sure]), known.away[sure])

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Equation 4 of DeepSDF where distances are known, 1 and 2 of Gropp et al. everywhere."""
        config, known = self.config, self.drawn(batch)
        at = known.surface[:SLOPED]
        values, slope = with_gradient(self.distance, at)
        on_surface = values.abs().mean()
        scalars = {"surface": on_surface}
        total = on_surface
        sure = known.away.isfinite() & config.distances
        if bool(sure.any()):
            scalars["distance"] = _apart(self.distance(known.places[sure]), known.away[sure])
            total = total + scalars["distance"]
        # Anywhere and near the surface, as section 3 of Gropp et al. draws them.
        off, off_slope = with_gradient(self.distance, known.places[:SLOPED])
        scalars["eikonal"] = eikonal(torch.cat([slope, off_slope]))
        total = total + config.eikonal * scalars["eikonal"]
        oriented = known.normals[:SLOPED].isfinite().all(dim=1)
        if bool(oriented.any()):
            apart = (slope - known.normals[:SLOPED])[oriented].norm(dim=1).mean()
            scalars["normals"] = apart
            total = total + config.normals * apart
        if not bool(sure.any()) and config.backbone == "sine":
            weight, sharp = OFF_SURFACE
            total = total + weight * torch.exp(-sharp * off.abs()).mean()
        return {"loss": total, **{name: value.detach() for name, value in scalars.items()}}


def _apart(made: Tensor, truth: Tensor) -> Tensor:
    """Mean |made − truth|, what both hold beyond the clamp being right.

    Only the truth is clamped: where both are, as in the paper, an answer beyond it has no slope and
    may never be moved. An answer beyond the clamp on the right side is right.
    """
    clamped = truth.clamp(-CLAMP, CLAMP)
    beyond = (truth.abs() >= CLAMP) & (made * truth.sign() >= CLAMP)
    return torch.where(beyond, 0.0, (made - clamped).abs()).mean()
