"""SimSiam: predict one view's embedding from the other's, with no negatives and no second network.

Chen and He, "Exploring simple Siamese representation learning", CVPR 2021, arXiv 2011.10566. What
keeps it from giving every picture the same embedding is the stop-gradient; here it is a switch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from core.bases.views import TwoViewConfig, TwoViewMethod, two_views, view_recipes
from core.config import option
from core.losses.collapse import gauge
from core.losses.similarity import negative_cosine
from core.method import Batch, DataShape, Trials
from core.nets.heads import projector


@dataclass(frozen=True)
class SimSiamConfig(TwoViewConfig):
    """Sizes are a sixteenth of the paper's 2048 and 512, as the backbone is."""

    steps: int = option(1300, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(64, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(4e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    stop_gradient: bool = option(True, "Treat the target as a constant; without it all collapses.",
                                 live=True)  # fmt: skip
    projection: int = option(128, "Numbers that the projector gives.", low=2, high=8192, log=True)
    bottleneck: int = option(32, "Numbers in the middle of the predictor.", low=2, high=8192,
                             log=True)  # fmt: skip


class SimSiam(TwoViewMethod):
    """f is backbone and projector, h the predictor; D(h(f(x1)), stopgrad(f(x2))) and its mirror."""

    Config = SimSiamConfig
    companions = ("simclr", "byol")
    trials: ClassVar[Trials] = {
        "Remove the stop-gradient": {"stop_gradient": False, "steps": 150, "learning_rate": 0.05}
    }
    recipes: ClassVar[dict[str, dict[str, Any]]] = view_recipes()

    config: SimSiamConfig

    def __init__(self, config: SimSiamConfig, data: DataShape) -> None:
        super().__init__(config, data)
        d, z = self.backbone.dim, config.projection
        self.projector = projector(d, z, z, z, last_norm=True)
        self.predictor = projector(z, config.bottleneck, z)

    def embed(self, images: Tensor) -> Tensor:
        """z = f(x), the target of the prediction."""
        return self.projector(self.backbone(images))

    def target(self, z: Tensor) -> Tensor:
        """z as the loss sees it: a constant, unless the switch is off."""
        return z.detach() if self.config.stop_gradient else z

    def judge(self, images: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        """Algorithm 1 of the paper, and the gauge of collapse."""
        x1, x2 = two_views(images, self.config, rng)
        z1, z2 = self.embed(x1), self.embed(x2)
        p1, p2 = self.predictor(z1), self.predictor(z2)
        loss = negative_cosine(p1, self.target(z2)) / 2 + negative_cosine(p2, self.target(z1)) / 2
        return {"loss": loss, **gauge(z1)}

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images, batch.rng)

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images, batch.rng)
