"""MoCo: a queue of keys from earlier steps gives many negatives without a large batch.

He, Fan, Wu, Xie and Girshick, "Momentum contrast for unsupervised visual representation learning",
CVPR 2020, arXiv 1911.05722 (v1); Chen, Fan, Girshick and He, "Improved baselines with momentum
contrastive learning", 2020, arXiv 2003.04297 (v2), whose three changes are three switches here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.bases.views import TwoViewConfig, TwoViewMethod, two_views, view_recipes
from core.config import ConfigError, option
from core.data.augment.config import GROUP
from core.losses.collapse import gauge
from core.losses.contrastive import info_nce, information, moco_logits
from core.losses.hypersphere import sphere
from core.method import Batch, DataShape, Look, Trials, figure
from core.nets.heads import projector
from core.nets.momentum import follow, follower
from core.pictures import Curve, Histogram, Line, Matrix

UNBORN = -1  # the step of a key that was drawn at random, before there were any
DROPS = (0.6, 0.8)  # shares of the training after which v1 divides its learning rate by ten
COMPARED = 64  # keys of the queue that are compared with one another in a figure


@dataclass(frozen=True)
class MoCoConfig(TwoViewConfig):
    """With its three switches on this is MoCo v2, with all off v1."""

    steps: int = option(1600, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(64, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(1e-2, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    queue: int = option(1024, "Keys that wait in the queue, all of them negatives.", low=2,
                        high=1 << 20, log=True)  # fmt: skip
    momentum: float = option(0.98, "How much the key encoder keeps of itself in a step.", low=0.0,
                             high=1.0, live=True)  # fmt: skip
    temperature: float = option(0.2, "Lower looks harder at the most similar negatives.", low=0.01,
                                high=5.0, log=True, live=True)  # fmt: skip
    projection: int = option(64, "Numbers in a key.", low=2, high=4096, log=True)
    mlp_head: bool = option(True, "v2: a hidden layer in the head, where v1 has one linear layer.")
    strong_augmentation: bool = option(True, "v2: blur the views too, as often as `blur` says.")
    cosine_schedule: bool = option(
        True, "v2: the learning rate falls along a cosine; v1: in steps."
    )
    groups: int = option(1, "Parts of a batch that are normalised apart, as on so many devices; "
                         "the keys are shuffled among them.", low=1, high=64,
                         advanced=True)  # fmt: skip
    blur: float = option(0.5, "How often a picture is blurred.", low=0.0, high=1.0, group=GROUP)


class MoCo(TwoViewMethod):
    """A query finds its key among a queue of others; the key encoder follows the query's."""

    Config = MoCoConfig
    companions = ("simclr", "supervised")
    trials: ClassVar[Trials] = {
        "MoCo v1": {"mlp_head": False, "strong_augmentation": False, "cosine_schedule": False}
    }
    recipes: ClassVar[dict[str, dict[str, Any]]] = view_recipes()

    config: MoCoConfig
    queue: Tensor  # (K, D), rows of length 1
    born: Tensor  # (K,) the step that each key was made in
    pointer: Tensor  # () where the next key goes

    def __init__(self, config: MoCoConfig, data: DataShape) -> None:
        super().__init__(config, data)
        if config.queue < config.batch_size:
            raise ConfigError(
                f"queue: {config.queue} keys are fewer than a batch of {config.batch_size}; choose "
                "a longer queue or a smaller batch"
            )
        d, k = self.backbone.dim, config.projection
        # Normalised, which the paper's head is not: without it a small network stayed for 200 steps
        # in the narrow cone in which all its embeddings begin.
        self.head = projector(*((d, d, k) if config.mlp_head else (d, k)), last_norm=True)
        self.key_encoder = follower(nn.Sequential(self.backbone, self.head))
        first = nn.init.normal_(torch.empty(config.queue, k))
        self.register_buffer("queue", F.normalize(first, dim=1))
        self.register_buffer("born", torch.full((config.queue,), UNBORN))
        self.register_buffer("pointer", torch.zeros((), dtype=torch.long))

    def embed(self, images: Tensor) -> Tensor:
        """The query encoder's output, before it is brought to length 1."""
        return self.head(self.backbone(images))

    def queries(self, images: Tensor) -> Tensor:
        """Queries (B, D) of length 1, each group of the batch normalised apart."""
        parts = images.chunk(self.config.groups)
        return F.normalize(torch.cat([self.embed(part) for part in parts]), dim=1)

    @torch.no_grad()
    def keys(self, images: Tensor, rng: torch.Generator) -> Tensor:
        """Keys (B, D) of length 1, without gradient.

        Shuffled among the groups and back (section 3.3): a key is normalised beside others than
        its query, so that the statistics of a group do not give the pair away.
        """
        order = torch.randperm(len(images), generator=rng, device=images.device)
        parts = images[order].chunk(self.config.groups)
        keys = torch.cat([self.key_encoder(part) for part in parts])
        return F.normalize(keys[order.argsort()], dim=1)

    def views_of(self, images: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Two views, as v2 makes them or as v1 does."""
        config = self.config if self.config.strong_augmentation else replace(self.config, blur=0.0)
        return two_views(images, config, rng)

    def compare(self, queries: Tensor, keys: Tensor) -> dict[str, Tensor]:
        """Loss, accuracy and gauges of queries (B, D) that belong to keys (B, D) row by row."""
        logits = moco_logits(queries, keys, self.queue, self.config.temperature)  # (B, 1 + K)
        loss = info_nce(logits)
        return {
            "loss": loss,
            "accuracy": (logits.detach().argmax(dim=1) == 0).float().mean(),
            **information(loss, logits.shape[1]),
            **sphere(queries, keys),
            **gauge(queries),
        }

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        first, second = self.views_of(batch.images, batch.rng)
        self.fresh = self.keys(second, batch.rng)  # `step` takes them from here into the queue
        return self.compare(self.queries(first), self.fresh)

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        first, second = self.views_of(batch.images, batch.rng)
        return self.compare(self.queries(first), self.keys(second, batch.rng))

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """Algorithm 1: the query encoder by its gradient, the key encoder, the queue."""
        scalars = super().step(batch, optimizers)
        query_encoder = nn.Sequential(self.backbone, self.head)
        follow(self.key_encoder, query_encoder, self.config.momentum)
        self.enqueue(self.fresh, batch.step)
        return scalars

    @torch.no_grad()
    def enqueue(self, keys: Tensor, step: int) -> None:
        """Put keys (B, D) in the place of the oldest ones."""
        places = (self.pointer + torch.arange(len(keys), device=keys.device)) % len(self.queue)
        self.queue[places] = keys
        self.born[places] = step
        self.pointer.copy_((self.pointer + len(keys)) % len(self.queue))

    def learning_rate(self, step: int) -> float:
        """v2: warm-up and cosine. v1: a tenth after 60 % and again after 80 % of the steps."""
        if self.config.cosine_schedule:
            return super().learning_rate(step)
        past = sum(step >= share * self.config.steps for share in DROPS)
        return self.config.learning_rate * 0.1**past

    def by_age(self) -> Tensor:
        """Places in the queue from its newest key to its oldest, (K,)."""
        return (self.pointer - 1 - torch.arange(len(self.queue), device=self.queue.device)) % len(
            self.queue
        )

    @figure(
        "Keys of the queue",
        "Cosine of keys with one another, newest first. Blocks by age: the encoder moves too fast.",
    )
    def queue_affinity(self, look: Look) -> Matrix:
        order = self.by_age()[:: max(1, len(self.queue) // COMPARED)][:COMPARED]
        ages = (self.born.max() - self.born[order]).tolist()
        unborn = (self.born[order] == UNBORN).tolist()
        names = ["random" if never else str(age) for never, age in zip(unborn, ages)]
        keys = self.queue[order]
        return Matrix(
            (keys @ keys.T).cpu().numpy(), names, names, "Age in steps", "Age in steps", "cosine",
            low=-1.0, high=1.0, diverging=True,
        )  # fmt: skip

    @figure(
        "Similarity by age of the keys",
        "Queries of the pictures against keys of each age: the mean, and the most similar key.",
    )
    def similarity_by_age(self, look: Look) -> Curve:
        queries = self.queries(self.views_of(look.images, look.rng)[0])
        similar = queries @ self.queue.T  # (B, K)
        newest = self.born.max()
        steps = self.born.unique(sorted=True).flip(0)  # newest first
        groups = [similar[:, self.born == step] for step in steps[steps != UNBORN]]
        ages = (newest - steps[steps != UNBORN]).cpu().numpy()
        mean = np.array([float(group.mean()) for group in groups])
        spread = np.array([float(group.std(correction=0)) for group in groups])
        nearest = np.array([float(group.amax(dim=1).mean()) for group in groups])
        lines = {"all keys": Line(ages, mean, spread), "most similar key": Line(ages, nearest)}
        return Curve(lines, "age of the keys in steps", "cosine")

    @figure(
        "Positive and negatives",
        "Cosine of a query with its own key, and with the keys of the queue.",
    )
    def similarities(self, look: Look) -> Histogram:
        first, second = self.views_of(look.images, look.rng)
        queries, keys = self.queries(first), self.keys(second, look.rng)
        edges = np.linspace(-1.0, 1.0, 41)
        found = {
            "own key": (queries * keys).sum(dim=1),
            "keys of the queue": queries @ self.queue.T,
        }
        counts = {
            name: np.histogram(cosines.clamp(-1, 1).cpu().numpy(), edges)[0] / cosines.numel()
            for name, cosines in found.items()
        }
        return Histogram(edges, counts, "cosine", "share")
