"""SwAV: one view predicts the cluster of another, clusters being shared out evenly in each batch.

Caron, Misra, Mairal, Goyal, Bojanowski and Joulin, "Unsupervised learning of visual features by
contrasting cluster assignments", NeurIPS 2020, arXiv 2006.09882.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from core.bases.crops import MultiCropConfig, MultiCropMethod
from core.bases.views import view_recipes
from core.config import option
from core.losses.across_views import across_views
from core.losses.collapse import gauge
from core.losses.self_distillation import entropy
from core.losses.sinkhorn import sinkhorn
from core.method import Batch, DataShape, Look, Trials, figure
from core.nets.heads import projector
from core.nets.prototypes import Prototypes
from core.pictures import Curve, ImageGrid, Line, as_images

CLUSTERS_SHOWN, MEMBERS_SHOWN = 10, 8


@dataclass(frozen=True)
class SwAVConfig(MultiCropConfig):
    """The paper's 3,000 prototypes are 60: a batch has to be shared out over them."""

    steps: int = option(900, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(64, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(3e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    prototypes: int = option(60, "Clusters that the pictures are shared out over.", low=2,
                             high=10_000, log=True, group="Network")  # fmt: skip
    projection: int = option(64, "Length of the embedding.", low=2, high=2048, log=True,
                             group="Network")  # fmt: skip
    temperature: float = option(0.1, "Temperature τ of the prediction.", low=0.01, high=2.0,
                                log=True, live=True)  # fmt: skip
    epsilon: float = option(0.05, "Softness ε of the codes.", low=0.005, high=1.0, log=True,
                            live=True)  # fmt: skip
    iterations: int = option(3, "Rounds of Sinkhorn and Knopp. With 0 nothing shares the pictures "
                             "out, and all end in one cluster.", low=0, high=50,
                             live=True)  # fmt: skip


class SwAV(MultiCropMethod):
    """Codes of the large views are what every other view must predict."""

    Config = SwAVConfig
    companions = ("deepcluster", "simclr", "supervised")
    trials: ClassVar[Trials] = {"Codes that nobody shares out": {"iterations": 0, "steps": 200}}
    recipes = view_recipes()

    config: SwAVConfig

    def __init__(self, config: SwAVConfig, data: DataShape) -> None:
        super().__init__(config, data)
        wide = 2 * self.backbone.dim
        self.projector = projector(self.backbone.dim, wide, config.projection)
        self.prototypes = Prototypes(config.projection, config.prototypes)

    def embed(self, images: Tensor) -> Tensor:
        """The projections (B, D)."""
        return self.projector(self.backbone(images))

    def codes(self, scores: Tensor) -> Tensor:
        """The codes of large views, (V, B, K): each view's batch shared out for itself."""
        config = self.config
        return torch.stack([sinkhorn(s, config.epsilon, config.iterations) for s in scores])

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Σ ℓ(z_t, q_s) over the pairs of a large view s and another view t, equations 1 and 2."""
        features = self.features(*self.crops(batch.images, batch.rng))
        z = self.projector(features.flatten(0, 1))
        scores = self.prototypes(z).unflatten(0, features.shape[:2])
        targets = self.codes(scores[:2].detach())
        use = scores[:2].argmax(dim=-1).flatten().bincount(minlength=self.config.prototypes)
        return {
            "loss": across_views(targets, scores, self.config.temperature),
            "code entropy": entropy(targets).mean(),
            "prototypes in use": entropy(use / use.sum()).exp(),
            **gauge(z[: len(batch.images)]),
        }

    def scores_of(self, look: Look) -> Tensor:
        """Cosines of the pictures with the prototypes, (N, K)."""
        return self.prototypes(self.embed(look.images))

    @figure(
        "Pictures of each prototype",
        "Nearest prototypes counted, most used first, beside an even share. One that takes all: "
        "collapse.",
    )
    def assignments(self, look: Look) -> Curve:
        nearest = self.scores_of(look).argmax(dim=1)
        count = self.config.prototypes
        taken = nearest.bincount(minlength=count).sort(descending=True)[0].float().cpu()
        rank = np.arange(1.0, count + 1)
        even = torch.full((count,), len(look.images) / count)
        return Curve(
            {"pictures": Line(rank, taken.numpy()), "even": Line(rank, even.numpy())},
            "prototype, by its use",
            "pictures",
        )

    @figure("Strongest prototypes", "A row: the pictures nearest to one of the most used.")
    def strongest(self, look: Look) -> ImageGrid:
        scores = self.scores_of(look)
        use = scores.argmax(dim=1).bincount(minlength=self.config.prototypes)
        shown = use.topk(min(CLUSTERS_SHOWN, len(use)))[1]
        found = scores[:, shown].T.topk(min(MEMBERS_SHOWN, len(scores)), dim=1)  # (rows, members)
        places = found.indices.flatten()
        names = [f"{int(p) + 1}: {cosine:.2f}" for p, row in zip(shown, found.values.tolist())
                 for cosine in row]  # fmt: skip
        pictures = as_images(look.images[places].cpu().numpy())
        return ImageGrid(pictures, names, found.indices.shape[1], places.cpu().numpy())
