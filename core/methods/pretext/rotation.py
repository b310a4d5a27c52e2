"""Rotation prediction: a network that can tell which way up a picture is has learned what is in it.

Gidaris, Singh and Komodakis, "Unsupervised representation learning by predicting image rotations",
ICLR 2018, arXiv 1803.07728.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from core.bases.encoder import EncoderMethod, ShiftFlipConfig, shift_flip
from core.config import option
from core.data.augment.geometry import rotate90
from core.losses.transformation import transformation_loss
from core.method import Batch, DataShape, Look, Trials, figure
from core.nets.attention import attention_map, likeness, unit_range
from core.pictures import Guess, HeatMaps, Matrix, as_images

SHOWN = 8  # pictures whose attention is shown under rotation


@dataclass(frozen=True)
class RotationConfig(ShiftFlipConfig):
    """The paper finds four rotations best; two of them are its ablation (section 3.1)."""

    batch_size: int = option(16, "Images in a step, each in every rotation.", low=2, high=8192,
                             log=True, group="Training")  # fmt: skip
    rotations: int = option(4, "How many rotations to tell apart: 4, or 2 (0° and 180°).",
                            choices=(4, 2))  # fmt: skip


# The defaults are toyland's. Writing is not mirrored; photographs want a wider network.
DIGITS = {"steps": 500, "batch_size": 32, "shift": 0.125, "flip": False}
WRITING = {"shift": 0.125, "flip": False}
PHOTOGRAPHS = {"steps": 2500, "batch_size": 32, "width": 32, "shift": 0.125,
               "learning_rate": 3e-3, "weight_decay": 1e-4}  # fmt: skip


class Rotation(EncoderMethod):
    """Each image in all its rotations; the network says which is which."""

    Config = RotationConfig
    companions = ("supervised",)
    trials: ClassVar[Trials] = {"Two rotations": {"rotations": 2}}
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

    config: RotationConfig

    def __init__(self, config: RotationConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.turns = tuple(range(0, 4, 4 // config.rotations))  # in quarters of a circle, leftwards
        self.names = [f"{90 * turn}°" for turn in self.turns]
        self.head = nn.Linear(self.backbone.dim, len(self.turns))

    def rotated(self, images: Tensor) -> Tensor:
        """Every image in every rotation, (B, C, H, W) to (K, B, C, H, W), pixel for pixel."""
        return torch.stack([rotate90(images, turn) for turn in self.turns])

    def scores(self, rotated: Tensor) -> Tensor:
        """Logits of the rotations, (K, B, C, H, W) to (K, B, K)."""
        return self.head(self.backbone(rotated.flatten(0, 1))).unflatten(0, rotated.shape[:2])

    def judge(self, images: Tensor) -> dict[str, Tensor]:
        """Loss and accuracy over all rotations of the images."""
        scores = self.scores(self.rotated(images))
        right = scores.argmax(dim=-1) == self.answers(scores)
        return {"loss": transformation_loss(scores), "accuracy": right.float().mean()}

    def answers(self, scores: Tensor) -> Tensor:
        """The right answer, (K, 1): the k-th copy is rotated by the k-th turn."""
        return torch.arange(len(self.turns), device=scores.device).unsqueeze(1)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Shift and flip each image, rotate it every way, ask for each which way it was."""
        return self.judge(shift_flip(batch.images, self.config, batch.rng))

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images)

    def guess(self, images: Tensor) -> Guess:
        """The rotations of each image side by side, with what the network takes each to be."""
        rotated = self.rotated(images)
        probabilities = self.scores(rotated).softmax(dim=-1)
        return Guess(
            question="Which way was it turned?",
            shown=as_images(rotated.transpose(0, 1).flatten(0, 1).cpu().numpy()),
            options=self.names,
            probabilities=probabilities.transpose(0, 1).flatten(0, 1).cpu().numpy(),
            truth=np.tile(np.arange(len(self.turns)), len(images)),
            columns=len(self.turns),
        )

    def attention(self, images: Tensor) -> dict[str, Tensor]:
        """Each stage's maps of the rotated copies, turned back upright: stage -> (K, B, h, w)."""
        rotated = self.rotated(images)
        found = {}
        for name, activations in self.encode(rotated.flatten(0, 1)).items():
            maps = attention_map(activations).unflatten(0, rotated.shape[:2])
            found[name] = torch.stack([rotate90(m, -t) for m, t in zip(maps, self.turns)])
        return found

    @figure("Rotations taken for one another", "Row: the rotation it was. Column: the answer.")
    def confusion(self, look: Look) -> Matrix:
        probable = self.scores(self.rotated(look.images)).argmax(dim=-1)  # (K, B)
        taken = nn.functional.one_hot(probable, len(self.turns)).float().mean(dim=1)
        return Matrix(
            taken.cpu().numpy(),
            self.names,
            self.names,
            "Truth",
            "Answer",
            "share of pictures",
            low=0.0,
            high=1.0,
        )

    @figure("Accuracy per class", "Things that look the same when turned stay at chance.")
    def class_accuracy(self, look: Look) -> Matrix:
        scores = self.scores(self.rotated(look.images))
        right = (scores.argmax(dim=-1) == self.answers(scores)).float()  # (K, B)
        groups = {name: look.labels == label for label, name in enumerate(look.classes)}
        groups = {name: mine for name, mine in groups.items() if mine.any()}
        groups = groups or {"all": torch.ones_like(look.labels, dtype=torch.bool)}
        share = torch.stack([right[:, mine].mean(dim=1) for mine in groups.values()])
        return Matrix(
            share.cpu().numpy(),
            list(groups),
            self.names,
            "Class",
            "Rotation",
            "share right",
            low=0.0,
            high=1.0,
        )

    @figure(
        "Attention under rotation",
        "Maps of the rotated copies, turned back: alike where the network follows the thing.",
    )
    def equivariance(self, look: Look) -> HeatMaps:
        images = look.images[:SHOWN]
        maps = list(self.attention(images).values())[-2]  # fine enough to see, deep enough to mean
        heat = unit_range(maps).transpose(0, 1)  # (B, K, h, w)
        return HeatMaps(as_images(images.cpu().numpy()), heat.cpu().numpy(), self.names)

    @figure(
        "Attention of the stages under rotation",
        "Correlation of a rotated copy's map, turned back, with the upright one's.",
    )
    def equivariance_of_stages(self, look: Look) -> Matrix:
        found = self.attention(look.images)
        alike = torch.stack([likeness(m[1:], m[:1]).mean(dim=1) for m in found.values()])
        return Matrix(
            alike.cpu().numpy(),
            list(found),
            self.names[1:],
            "Stage",
            "Rotation",
            "correlation",
            low=-1.0,
            high=1.0,
            diverging=True,
        )
