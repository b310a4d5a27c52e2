"""BYOL: predict what a slowly following copy of oneself sees in the other view; no negatives.

Grill et al., "Bootstrap your own latent: a new approach to self-supervised learning", NeurIPS
2020, arXiv 2006.07733.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from core.bases.views import TwoViewConfig, TwoViewMethod, two_views, view_recipes
from core.config import option
from core.losses.collapse import gauge
from core.losses.similarity import normalised_error
from core.method import Batch, DataShape, Trials
from core.nets.heads import projector
from core.nets.momentum import follow, follower


@dataclass(frozen=True)
class BYOLConfig(TwoViewConfig):
    """Sizes are a fraction of the paper's 4096 and 256; the target follows faster than its 0.996,
    because hundreds of steps are taken here and not hundreds of thousands.
    """

    steps: int = option(1000, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(64, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(4e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    momentum: float = option(0.9, "How much the target keeps of itself in a step, at first.",
                             low=0.0, high=1.0, live=True)  # fmt: skip
    hidden: int = option(256, "Numbers in the middle of projector and predictor.", low=2, high=8192,
                         log=True)  # fmt: skip
    projection: int = option(64, "Numbers that the projector gives.", low=2, high=8192, log=True)


class BYOL(TwoViewMethod):
    """An online network with a predictor, and a target network that no gradient trains."""

    Config = BYOLConfig
    companions = ("simclr", "simsiam")
    trials: ClassVar[Trials] = {
        "A target that does not lag behind": {"momentum": 0.0, "steps": 300}
    }
    recipes: ClassVar[dict[str, dict[str, Any]]] = view_recipes()

    config: BYOLConfig

    def __init__(self, config: BYOLConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.projector = projector(self.backbone.dim, config.hidden, config.projection)
        self.predictor = projector(config.projection, config.hidden, config.projection)
        self.target = follower(nn.Sequential(self.backbone, self.projector))  # fξ and gξ

    def embed(self, images: Tensor) -> Tensor:
        """The online network's projection z."""
        return self.projector(self.backbone(images))

    def judge(self, images: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        """Each view's prediction against the target's projection of the other (equation 2)."""
        views = two_views(images, self.config, rng)
        z1, z2 = (self.embed(v) for v in views)
        with torch.no_grad():
            target1, target2 = (self.target(v) for v in views)
        loss = normalised_error(self.predictor(z1), target2) + normalised_error(
            self.predictor(z2), target1
        )
        return {"loss": loss, **gauge(z1)}

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images, batch.rng)

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images, batch.rng)

    def momentum(self, progress: float) -> float:
        """τ = 1 - (1 - τ_base) (cos(π k/K) + 1) / 2: from its first value up to 1 (section 3.3)."""
        return 1.0 - (1.0 - self.config.momentum) * (math.cos(math.pi * progress) + 1.0) / 2.0

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """Algorithm 1: the online network by its gradient, then the target by following it."""
        scalars = super().step(batch, optimizers)
        follow(self.target, nn.Sequential(self.backbone, self.projector),
               self.momentum(batch.progress))  # fmt: skip
        return scalars
