"""SimCLR: find the other view of the same picture among all views of the batch.

Chen, Kornblith, Norouzi and Hinton, "A simple framework for contrastive learning of visual
representations", ICML 2020, arXiv 2002.05709.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.bases.views import TwoViewConfig, TwoViewMethod, two_views, view_recipes
from core.config import option
from core.losses.collapse import gauge
from core.losses.contrastive import information, nt_xent_logits, partners
from core.losses.hypersphere import sphere
from core.method import Batch, DataShape, Trials
from core.nets.heads import projector
from core.pictures import Guess, as_images
from core.randomness import generator


@dataclass(frozen=True)
class SimCLRConfig(TwoViewConfig):
    """The ablations of the paper are options: head, temperature, batch size, augmentations."""

    steps: int = option(1300, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(64, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(1e-2, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    temperature: float = option(0.2, "Lower looks harder at the most similar negatives.", low=0.01,
                                high=5.0, log=True, live=True)  # fmt: skip
    head: str = option("nonlinear", "What stands between the features and the loss.",
                       choices=("nonlinear", "linear", "none"))  # fmt: skip
    projection: int = option(64, "Numbers that the head gives.", low=2, high=4096, log=True)


class SimCLR(TwoViewMethod):
    """Two views of each picture attract each other, and repel those of all other pictures."""

    Config = SimCLRConfig
    companions = ("supervised", "rotation")
    trials: ClassVar[Trials] = {
        "Crops alone": {"jitter": 0.0, "grey": 0.0, "flip": 0.0},
        "Colours alone": {"crop": 1.0, "stretch": 1.0},
        "No projection head": {"head": "none"},
        "A linear head": {"head": "linear"},
        "Batches of 16": {"batch_size": 16},
        "Batches of 256": {"batch_size": 256},
    }
    recipes: ClassVar[dict[str, dict[str, Any]]] = view_recipes()

    config: SimCLRConfig

    def __init__(self, config: SimCLRConfig, data: DataShape) -> None:
        super().__init__(config, data)
        h, z = self.backbone.dim, config.projection
        heads = {"nonlinear": (h, h, z), "linear": (h, z)}
        self.head = projector(*heads[config.head]) if config.head in heads else nn.Identity()

    def embed(self, images: Tensor) -> Tensor:
        """z = g(f(x)), what the loss compares; the features that are kept are f(x)."""
        return self.head(self.backbone(images))

    def judge(self, images: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        """Loss, accuracy and gauges over two views of the images."""
        z = self.embed(torch.cat(two_views(images, self.config, rng)))  # (2N, D)
        logits, truth = nt_xent_logits(z, self.config.temperature), partners(len(images), z.device)
        loss = F.cross_entropy(logits, truth)
        return {
            "loss": loss,
            "accuracy": (logits.detach().argmax(dim=1) == truth).float().mean(),
            **information(loss, len(z) - 1),
            **sphere(*z.chunk(2)),
            **gauge(z),
        }

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images, batch.rng)

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """On as many held-out pictures as a training batch has, so that the losses compare."""
        return self.judge(batch.images[: self.config.batch_size], batch.rng)

    def guess(self, images: Tensor) -> Guess:
        """A view of each picture; which of the pictures is the other view from?"""
        first, second = two_views(images, self.config, generator("guess", device=images.device))
        queries, keys = (F.normalize(self.embed(x), dim=1) for x in (first, second))
        probabilities = (queries @ keys.T / self.config.temperature).softmax(dim=1)
        return Guess(
            "Which picture's other view belongs to this one?",
            as_images(first.cpu().numpy()),
            [str(number) for number in range(1, len(images) + 1)],
            probabilities.cpu().numpy(),
            np.arange(len(images)),
        )
