"""VICReg: alike across views, spread over pictures, each feature for itself; three terms say so.

Bardes, Ponce and LeCun, "VICReg: variance-invariance-covariance regularization for self-supervised
learning", ICLR 2022, arXiv 2105.04906.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from core.bases.views import TwoViewConfig, TwoViewMethod, two_views, view_recipes
from core.config import option
from core.losses.collapse import gauge
from core.losses.vicreg import covariance, covariance_term, invariance_term, variance_term
from core.method import Batch, DataShape, Look, Trials, figure
from core.nets.heads import projector
from core.pictures import Histogram, Matrix

SHOWN = 64  # features in the covariance that is drawn
BINS = 30


@dataclass(frozen=True)
class VICRegConfig(TwoViewConfig):
    """The weights 25, 25 and 1 are the paper's (section 4.2)."""

    steps: int = option(600, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    learning_rate: float = option(3e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    projection: int = option(256, "Length of the embedding, and width of the expander.", low=8,
                             high=8192, log=True, group="Network")  # fmt: skip
    invariance: float = option(25.0, "Weight λ of the difference between the views.", low=0.0,
                               high=1000.0, live=True)  # fmt: skip
    variance: float = option(25.0, "Weight μ of the spread over pictures. At 0 the features "
                             "collapse.", low=0.0, high=1000.0, live=True)  # fmt: skip
    covariance: float = option(1.0, "Weight ν of the features' covariances.", low=0.0, high=1000.0,
                               live=True)  # fmt: skip


class VICReg(TwoViewMethod):
    """Two views through one network; nothing but the loss keeps it from collapsing."""

    Config = VICRegConfig
    companions = ("barlow", "simclr", "supervised")
    trials: ClassVar[Trials] = {
        "No variance term": {"variance": 0.0, "steps": 150},
        "No covariance term": {"covariance": 0.0, "steps": 300},
    }
    recipes = view_recipes()

    config: VICRegConfig

    def __init__(self, config: VICRegConfig, data: DataShape) -> None:
        super().__init__(config, data)
        wide = config.projection
        self.expander = projector(self.backbone.dim, wide, wide)

    def embed(self, images: Tensor) -> Tensor:
        """The expanded features (B, D)."""
        return self.expander(self.backbone(images))

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """λ s(Z, Z') + μ (v(Z) + v(Z')) + ν (c(Z) + c(Z')), equation 6."""
        config = self.config
        views = torch.cat(two_views(batch.images, config, batch.rng))
        first, second = self.embed(views).chunk(2)
        terms = {
            "invariance": invariance_term(first, second),
            "variance": variance_term(first) + variance_term(second),
            "covariance": covariance_term(first) + covariance_term(second),
        }
        total = (
            config.invariance * terms["invariance"]
            + config.variance * terms["variance"]
            + config.covariance * terms["covariance"]
        )
        return {"loss": total, **terms, **gauge(first)}

    @figure("Spread of the features", "Standard deviation of each over the pictures; wanted: 1.")
    def spread(self, look: Look) -> Histogram:
        deviations = self.embed(look.images).std(dim=0, correction=0).cpu().numpy()
        edges = np.linspace(0.0, max(1.5, float(deviations.max())), BINS + 1)
        counts = np.histogram(deviations, edges)[0].astype(float)
        return Histogram(edges, {"features": counts}, "standard deviation")

    @figure("Covariance", "Of the first features over the pictures; wanted: zero off the diagonal.")
    def covariances(self, look: Look) -> Matrix:
        found = covariance(self.embed(look.images))[:SHOWN, :SHOWN]
        return Matrix(
            found.cpu().numpy(),
            row_label="Feature",
            column_label="Feature",
            value_label="covariance",
            diverging=True,
        )
