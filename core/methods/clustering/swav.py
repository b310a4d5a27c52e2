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
from core.data.augment.config import GROUP
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
    """The paper's 3,000 prototypes are 256: batch and queue have to be shared out over them.

    Colours change more than in the other methods' views, as clusters are of colours before all;
    ε is smaller than the paper's 0.05, at which a minute ends with nearly even codes.
    """

    steps: int = option(900, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(64, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(1e-2, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    grey: float = option(0.5, "How often the colour is taken away.", low=0.0, high=1.0, group=GROUP)
    brightness: float = option(0.6, "Change of brightness: 0.6 is from 40 % to 160 %.", low=0.0,
                               high=1.0, group=GROUP)  # fmt: skip
    contrast: float = option(0.6, "Change of contrast.", low=0.0, high=1.0, group=GROUP)
    hue: float = option(0.5, "Change of hue, as a share of the colour circle.", low=0.0, high=0.5,
                        group=GROUP)  # fmt: skip
    small_crops: int = option(
        0, "Small views of a picture besides the two large ones, the paper's multi-crop; each "
        "makes a step longer. Of 8 pixels there are none.",
        low=0, high=12, group="Augmentation",
    )  # fmt: skip
    prototypes: int = option(256, "Clusters that the pictures are shared out over.", low=2,
                             high=10_000, log=True, group="Network")  # fmt: skip
    projection: int = option(64, "Length of the embedding.", low=2, high=2048, log=True,
                             group="Network")  # fmt: skip
    normed: bool = option(True, "Batch normalisation of the embedding before it gets length one; "
                          "the paper has none. Without it cosines hardly differ at first.",
                          group="Network", advanced=True)  # fmt: skip
    queue: int = option(512, "Earlier pictures that the batch is shared out together with, where "
                        "it is small (section 4 of the paper); 0: none.", low=0, high=65_536,
                        advanced=True)  # fmt: skip
    temperature: float = option(0.1, "Temperature τ of the prediction.", low=0.01, high=2.0,
                                log=True, live=True)  # fmt: skip
    epsilon: float = option(0.03, "Softness ε of the codes.", low=0.005, high=1.0, log=True,
                            live=True)  # fmt: skip
    iterations: int = option(3, "Rounds of Sinkhorn and Knopp. With 0 nothing shares the pictures "
                             "out, and all end in one cluster.", low=0, high=50,
                             live=True)  # fmt: skip


class SwAV(MultiCropMethod):
    """Codes of the large views are what every other view must predict."""

    Config = SwAVConfig
    companions = ("deepcluster", "simclr", "supervised")
    trials: ClassVar[Trials] = {
        "Codes that nobody shares out": {"iterations": 0, "normed": False, "steps": 200}
    }
    recipes = view_recipes()

    config: SwAVConfig

    def __init__(self, config: SwAVConfig, data: DataShape) -> None:
        super().__init__(config, data)
        sizes = self.backbone.dim, 2 * self.backbone.dim, config.projection
        self.projector = projector(*sizes, last_norm=config.normed)
        self.prototypes = Prototypes(config.projection, config.prototypes)
        self.queue: Tensor  # the last embeddings of either large view, newest first, (2, Q, D)
        self.queued: Tensor  # how many of them are not the zeros it began with
        self.register_buffer("queue", torch.zeros(2, config.queue, config.projection))
        self.register_buffer("queued", torch.zeros((), dtype=torch.long))

    def embed(self, images: Tensor) -> Tensor:
        """The projections (B, D)."""
        return self.projector(self.backbone(images))

    @torch.no_grad()
    def codes(self, z: Tensor) -> Tensor:
        """The codes (2, B, K) of large views' embeddings (2, B, D), each view's shared out alone.

        Once the queue is full, together with what is in it, whose codes nobody needs.
        """
        config, count = self.config, z.shape[1]
        if int(self.queued) == config.queue:
            z = torch.cat([z, self.queue], dim=1)
        shared = [sinkhorn(s, config.epsilon, config.iterations) for s in self.prototypes(z)]
        return torch.stack(shared)[:, :count]

    @torch.no_grad()
    def remember(self, z: Tensor) -> None:
        """Put the embeddings (2, B, D) of a batch into the queue, and the oldest out."""
        self.queue.copy_(torch.cat([z, self.queue], dim=1)[:, : self.config.queue])
        self.queued.add_(z.shape[1]).clamp_(max=self.config.queue)

    def judge(self, images: Tensor, rng: torch.Generator) -> tuple[dict[str, Tensor], Tensor]:
        """Σ ℓ(z_t, q_s) over the pairs of a large view s and another view t, equations 1 and 2.

        The scalars, and the embeddings of the large views (2, B, D).
        """
        features = self.features(*self.crops(images, rng))
        z = self.projector(features.flatten(0, 1)).unflatten(0, features.shape[:2])
        scores, targets = self.prototypes(z), self.codes(z[:2].detach())
        use = scores[:2].argmax(dim=-1).flatten().bincount(minlength=self.config.prototypes)
        scalars = {
            "loss": across_views(targets, scores, self.config.temperature),
            "code entropy": entropy(targets).mean(),
            "prototypes in use": entropy(use / use.sum()).exp(),
            **gauge(z[0]),
        }
        return scalars, z[:2].detach()

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        scalars, z = self.judge(batch.images, batch.rng)
        self.remember(z)
        return scalars

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images, batch.rng)[0]

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
