"""The same encoder trained with labels: what the methods without labels are measured against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.bases.encoder import EncoderMethod, ShiftFlipConfig, shift_flip
from core.config import option
from core.data.imageset import DataError
from core.method import Batch, DataShape, Look, figure
from core.pictures import Guess, Matrix, as_images

UNKNOWN = -1  # the label of a picture whose class nobody said


@dataclass(frozen=True)
class SupervisedConfig(ShiftFlipConfig):
    """A step costs what a step of rotation prediction does: as many pictures, once each."""

    batch_size: int = option(64, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip


# Those of rotation prediction, whose every picture counts four times.
DIGITS = {"steps": 500, "batch_size": 128, "shift": 0.125, "flip": False}
WRITING = {"shift": 0.125, "flip": False}
PHOTOGRAPHS = {"steps": 2500, "batch_size": 128, "width": 32, "shift": 0.125,
               "learning_rate": 3e-3, "weight_decay": 1e-4}  # fmt: skip


class Supervised(EncoderMethod):
    """A linear classifier on the pooled features, trained together with them."""

    Config = SupervisedConfig
    needs_labels = True
    recipes: ClassVar[dict[str, dict[str, Any]]] = {
        "digits": DIGITS,
        "photos": {"shift": 0.125},
        "folder": {"shift": 0.125},
        "mnist": WRITING,
        "svhn": WRITING,
        "cifar10": PHOTOGRAPHS,
        "cifar100": PHOTOGRAPHS,
        "stl10": PHOTOGRAPHS,
    }

    config: SupervisedConfig

    def __init__(self, config: SupervisedConfig, data: DataShape) -> None:
        super().__init__(config, data)
        if len(data.classes) < 2:
            raise DataError(
                f"found {len(data.classes)} classes; training with labels needs at least "
                "2; choose data with one folder a class, or a method without labels"
            )
        self.head = nn.Linear(self.backbone.dim, len(data.classes))

    def judge(self, images: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Cross-entropy and accuracy over the pictures whose label is known."""
        scores = self.head(self.backbone(images))
        known = (labels != UNKNOWN).sum().clamp(min=1)
        loss = F.cross_entropy(scores, labels, ignore_index=UNKNOWN, reduction="sum") / known
        return {"loss": loss, "accuracy": (scores.argmax(dim=1) == labels).sum() / known}

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(shift_flip(batch.images, self.config, batch.rng), batch.labels)

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images, batch.labels)

    def guess(self, images: Tensor, labels: Tensor | None = None) -> Guess:
        """The probability of every class; the truth is shown only where it is given."""
        probabilities = self.head(self.backbone(images)).softmax(dim=1)
        truth = torch.full((len(images),), UNKNOWN) if labels is None else labels
        return Guess(
            "What is it?",
            as_images(images.cpu().numpy()),
            list(self.data.classes),
            probabilities.cpu().numpy(),
            truth.cpu().clone().numpy(),  # the picture's own: the look goes on without it
        )

    @figure("Classes taken for one another", "Row: the class it is. Column: the answer.")
    def confusion(self, look: Look) -> Matrix:
        names, known = list(self.data.classes), look.labels != UNKNOWN
        answers = self.head(self.backbone(look.images)).argmax(dim=1)
        counts = torch.zeros(len(names), len(names))
        counts.index_put_(
            (look.labels[known].cpu(), answers[known].cpu()), torch.ones(1), accumulate=True
        )
        share = counts / counts.sum(dim=1, keepdim=True).clamp(min=1)
        return Matrix(
            share.numpy(), names, names, "Truth", "Answer", "share of pictures", low=0.0, high=1.0
        )

    @figure("Answers with the truth", "Held-out pictures and the class the network takes them for.")
    def answers(self, look: Look) -> Guess:
        return self.guess(look.images, look.labels)
