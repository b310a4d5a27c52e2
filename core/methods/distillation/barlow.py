"""Barlow Twins: two views agree feature by feature, and no two features say the same.

Zbontar, Jing, Misra, LeCun and Deny, "Barlow Twins: self-supervised learning via redundancy
reduction", ICML 2021, arXiv 2103.03230.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from core.bases.views import TwoViewConfig, TwoViewMethod, two_views, view_recipes
from core.config import option
from core.losses.barlow import cross_correlation, invariance_term, redundancy_term
from core.losses.collapse import gauge
from core.method import Batch, DataShape, Look, Trials, figure
from core.nets.heads import projector
from core.pictures import Matrix

SHOWN = 64  # features in the cross-correlation that is drawn


@dataclass(frozen=True)
class BarlowConfig(TwoViewConfig):
    """Projections are longer than features, as the paper finds best (section 4.3)."""

    steps: int = option(600, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    learning_rate: float = option(3e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    projection: int = option(256, "Length of the embedding, and width of the projector.", low=8,
                             high=8192, log=True, group="Network")  # fmt: skip
    redundancy: float = option(0.005, "Weight λ of the features' correlations with one another.",
                               low=0.0, high=1.0, live=True)  # fmt: skip


class BarlowTwins(TwoViewMethod):
    """The cross-correlation of two views' features is drawn to the identity."""

    Config = BarlowConfig
    companions = ("vicreg", "simclr", "supervised")
    trials: ClassVar[Trials] = {"No redundancy term": {"redundancy": 0.0, "steps": 200}}
    recipes = view_recipes()

    config: BarlowConfig

    def __init__(self, config: BarlowConfig, data: DataShape) -> None:
        super().__init__(config, data)
        wide = config.projection
        self.projector = projector(self.backbone.dim, wide, wide)

    def embed(self, images: Tensor) -> Tensor:
        """The projections (B, D)."""
        return self.projector(self.backbone(images))

    def correlation(self, images: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """The cross-correlation (D, D) of two views, and the first view's projections (B, D)."""
        views = torch.cat(two_views(images, self.config, rng))
        first, second = self.embed(views).chunk(2)
        return cross_correlation(first, second), first

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Σ (1 − C_ii)² + λ Σ C_ij², equation 1."""
        correlation, first = self.correlation(batch.images, batch.rng)
        invariance, redundancy = invariance_term(correlation), redundancy_term(correlation)
        return {
            "loss": invariance + self.config.redundancy * redundancy,
            "invariance": invariance,
            "redundancy": redundancy,
            **gauge(first),
        }

    @figure(
        "Cross-correlation",
        "Of the first features in one view (rows) with those in the other. Wanted: ones on the "
        "diagonal, zeros beside it.",
    )
    def correlations(self, look: Look) -> Matrix:
        found = self.correlation(look.images, look.rng)[0][:SHOWN, :SHOWN]
        return Matrix(
            found.cpu().numpy(),
            row_label="Feature in view 1",
            column_label="Feature in view 2",
            value_label="correlation",
            low=-1.0,
            high=1.0,
            diverging=True,
        )
