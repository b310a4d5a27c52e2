"""DINO: a student says of parts of a picture what its own running average says of the whole.

Caron, Touvron, Misra, Jégou, Mairal, Bojanowski and Joulin, "Emerging properties in self-supervised
vision transformers", ICCV 2021, arXiv 2104.14294.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.bases.crops import MultiCropConfig, MultiCropMethod
from core.bases.views import view_recipes
from core.config import option
from core.losses.across_views import across_views
from core.losses.collapse import gauge
from core.losses.self_distillation import (
    centred_and_sharpened,
    divergence,
    entropy,
    moved_centre,
)
from core.method import Batch, DataShape, Look, Trials, figure
from core.nets.attention import unit_range
from core.nets.heads import projector
from core.nets.momentum import follow, follower
from core.nets.prototypes import Prototypes
from core.nets.vit import ViT
from core.pictures import Curve, HeatMaps, Histogram, Line, as_images

SHOWN = 8  # pictures whose attention is shown
JUDGED = 64  # held-out pictures: with all of them, judging took longer than learning
BINS = 24


@dataclass(frozen=True)
class DinoConfig(MultiCropConfig):
    """The paper's temperatures and momenta, but for a run of minutes: 65,536 outputs are 256."""

    steps: int = option(500, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(64, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    backbone: str = option("convnet", "The network that learns to see.", group="Network",
                           choices=("convnet", "vit", "resnet18"))  # fmt: skip
    width: int = option(16, "Channels of the first stage; of a transformer an eighth of all.",
                        low=4, high=512, log=True, group="Network")  # fmt: skip
    learning_rate: float = option(3e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    outputs: int = option(256, "Outputs that student and teacher must agree on.", low=2,
                          high=65_536, log=True, group="Network")  # fmt: skip
    hidden: int = option(256, "Width of the head's hidden layers.", low=8, high=4096, log=True,
                         group="Network", advanced=True)  # fmt: skip
    centring: bool = option(True, "Take away what the teacher says of every picture. Without it "
                            "one output wins everywhere.", live=True)  # fmt: skip
    sharpening: bool = option(True, "Give the teacher a lower temperature than the student. "
                              "Without it all outputs become even.", live=True)  # fmt: skip
    student_temperature: float = option(0.1, "Temperature of the student's softmax.", low=0.01,
                                        high=2.0, log=True, live=True)  # fmt: skip
    teacher_temperature: float = option(0.04, "Temperature of the teacher's softmax.", low=0.005,
                                        high=2.0, log=True, live=True)  # fmt: skip
    centre_momentum: float = option(0.9, "How slowly the centre moves.", low=0.0, high=0.9999,
                                    live=True, advanced=True)  # fmt: skip
    teacher_momentum: float = option(0.99, "How slowly the teacher follows at first; at the end it "
                                     "stands still.", low=0.0, high=1.0, live=True)  # fmt: skip


class Head(nn.Sequential):
    """A perceptron without batch normalisation, then cosines with unit prototypes (appendix C)."""

    def __init__(self, dim: int, hidden: int, outputs: int) -> None:
        narrow = max(1, hidden // 4)
        super().__init__(
            projector(dim, hidden, hidden, narrow, norm=False), Prototypes(narrow, outputs)
        )


class Dino(MultiCropMethod):
    """Student and teacher of one shape; a gradient for the one, a moving average for the other."""

    Config = DinoConfig
    companions = ("supervised",)
    trials: ClassVar[Trials] = {
        "A vision transformer": {"backbone": "vit", "width": 8, "learning_rate": 5e-4},
        # The quicker the teacher follows, the quicker one output wins.
        "Centring off": {"centring": False, "steps": 120, "teacher_momentum": 0.9},
        "Sharpening off": {"sharpening": False, "steps": 120},
    }
    recipes = view_recipes()

    config: DinoConfig

    def __init__(self, config: DinoConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.head = Head(self.backbone.dim, config.hidden, config.outputs)
        self.teacher = follower(self.backbone)
        self.teacher_head = follower(self.head)
        self.centre: Tensor
        self.register_buffer("centre", torch.zeros(config.outputs))

    def teach(self, scores: Tensor) -> Tensor:
        """What the teacher's scores (..., K) say, as probabilities: algorithm 1."""
        config = self.config
        sharp = config.teacher_temperature if config.sharpening else config.student_temperature
        centre = self.centre if config.centring else torch.zeros_like(self.centre)
        return centred_and_sharpened(scores, centre, sharp)

    @torch.no_grad()
    def teacher_scores(self, large: Tensor) -> Tensor:
        """Of large views, (V, B, C, H, W) to (V, B, K)."""
        return self.teacher_head(self.teacher(large.flatten(0, 1))).unflatten(0, large.shape[:2])

    def judge(self, images: Tensor, rng: torch.Generator) -> tuple[dict[str, Tensor], Tensor]:
        """The scalars, and the teacher's scores (2, B, K) that the centre moves by."""
        large, small = self.crops(images, rng)
        taught = self.teacher_scores(large)
        targets = self.teach(taught)
        features = self.features(large, small)
        scores = self.head(features)
        temperature = self.config.student_temperature
        scalars = {"loss": across_views(targets, scores, temperature)}
        with torch.no_grad():
            scalars["teacher entropy"] = entropy(targets).mean()
            scalars["teacher entropy/of the mean answer"] = entropy(targets.mean(dim=(0, 1)))
            crossed = scores[:2].flip(0)  # the student sees the other large view
            scalars["KL"] = divergence(targets, crossed, temperature).mean()
            scalars["centre norm"] = self.centre.norm()
        return scalars | gauge(features[0]), taught

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the student's views with the teacher's other views; moves the centre."""
        scalars, taught = self.judge(batch.images, batch.rng)
        self.centre.copy_(moved_centre(self.centre, taught, self.config.centre_momentum))
        return scalars

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images[:JUDGED], batch.rng)[0]

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """The student's update, then the teacher's: its momentum rises by half a cosine to 1."""
        scalars = super().step(batch, optimizers)
        rest = 1.0 - self.config.teacher_momentum
        momentum = 1.0 - rest * 0.5 * (1.0 + math.cos(math.pi * batch.progress))
        follow(self.teacher, self.backbone, momentum)
        follow(self.teacher_head, self.head, momentum)
        return scalars

    def embed(self, images: Tensor) -> Tensor:
        """The student's scores."""
        return self.head(self.backbone(images))

    def attend(self, images: Tensor, power: float = 2.0) -> dict[str, Tensor]:
        """Where each head of the class token looks, (B, h, w); of other networks the activity."""
        if not isinstance(self.backbone, ViT):
            return super().attend(images, power)
        heads = self.backbone.class_attention(list(self.encode(images).values())[-1])
        return {f"head {n}": heads[:, n - 1] for n in range(1, heads.shape[1] + 1)}

    @figure("Self-attention", "Where each head of the last block looks in the picture.")
    def attention(self, look: Look) -> HeatMaps:
        images = look.images[:SHOWN]
        found = self.attend(images)
        size = images.shape[-2:]
        maps = [F.interpolate(m.unsqueeze(1), size, mode="bilinear") for m in found.values()]
        heat = unit_range(torch.cat(maps, dim=1))  # (B, K, H, W)
        return HeatMaps(as_images(images.cpu().numpy()), heat.cpu().numpy(), list(found))

    @figure(
        "Entropy of the teacher's answers",
        "All at 0: it says one thing with certainty. All at the right: it says nothing.",
    )
    def teacher_entropy(self, look: Look) -> Histogram:
        found = entropy(self.teach(self.teacher_scores(look.images[None])[0]))
        edges = np.linspace(0.0, math.log(self.config.outputs), BINS + 1)
        counts, _ = np.histogram(found.cpu().numpy(), edges)
        return Histogram(edges, {"pictures": counts.astype(float)}, "entropy in nats")

    @figure(
        "Use of the outputs",
        "Mean probability of each output over the pictures, largest first, with the centre and "
        "without. One output at 1: collapse without centring. All even: without sharpening.",
    )
    def use(self, look: Look) -> Curve:
        scores = self.teacher_scores(look.images[None])[0]
        bare = centred_and_sharpened(
            scores, torch.zeros_like(self.centre), self.config.teacher_temperature
        )
        lines = {"teacher": self.teach(scores), "without the centre": bare}
        rank = np.arange(1.0, self.config.outputs + 1)
        means = {name: p.mean(dim=0).sort(descending=True)[0].cpu() for name, p in lines.items()}
        drawn = {name: Line(rank, mean.clamp(min=1e-6).numpy()) for name, mean in means.items()}
        return Curve(drawn, "output, by its use", "mean probability", log_x=True, log_y=True)

    @figure("Centre", "What the teacher says of the average picture, which is taken away.")
    def centre_values(self, look: Look) -> Histogram:
        values = self.centre.cpu().numpy()
        counts, edges = np.histogram(values, BINS)
        return Histogram(edges, {"outputs": counts.astype(float)}, "value of the centre")
