"""Relative patch location: who knows where one part of a thing lies from another knows the thing.

Doersch, Gupta and Efros, "Unsupervised visual representation learning by context prediction", ICCV
2015, arXiv 1505.05192.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from core.bases.convolutional import TileConfig, require_pixels
from core.bases.encoder import EncoderMethod
from core.config import option
from core.data.augment.geometry import flip
from core.data.augment.tiles import cut
from core.losses.transformation import transformation_loss
from core.method import Batch, DataShape, Look, Trials, figure
from core.nets.backbone import Backbone
from core.nets.build import build_backbone
from core.nets.heads import projector
from core.nets.inputs import Enlarge, WithoutGreenMagenta, preceded
from core.pictures import Guess, Matrix, as_images

PLACES = ("up left", "up", "up right", "left", "right", "down left", "down", "down right")
CENTRE = 4  # of the nine patches, row by row; the other eight are the places in their order
HIDDEN = 128
NOISE = 0.01  # of the spread of the channel that is kept, in those that are dropped
DIM, LARGER = 0.3, 4  # how a pair is shown: what is around it, and how many times as large


@dataclass(frozen=True)
class PatchesConfig(TileConfig):
    """The paper takes patches of 96 pixels, about 48 apart, each moved by up to 7."""

    steps: int = option(2400, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(64, "Images in a step, each with all eight pairs.", low=2, high=8192,
                             log=True, group="Training")  # fmt: skip
    patch: float = option(0.25, "Side of a patch, as a share of the picture's.", low=0.1, high=0.33)
    gap: float = option(0.375, "Between two patches, as a share of a patch: else an edge that goes "
                        "on from one to the other tells.", low=0.0, high=1.0)  # fmt: skip
    jitter: float = option(0.125, "How far a patch may lie from its place, as a share of a patch.",
                           low=0.0, high=0.5)  # fmt: skip
    colours: str = option("keep", "Against lenses that bend colours unlike: leave one random "
                          "channel of a patch, or take green - magenta away.",
                          choices=("keep", "drop", "project"))  # fmt: skip


# A digit of 8 pixels has patches of 2, too few to move.
DIGITS = {"flip": False, "enlarge": 4, "gap": 0.5, "steps": 800}
WRITING = {"flip": False, "enlarge": 2, "gap": 0.25}
PHOTOGRAPHS = {"width": 32, "steps": 3000}


class Patches(EncoderMethod):
    """Two patches of a picture; the network says in which of eight places the second one lies."""

    Config = PatchesConfig
    companions = ("supervised",)
    trials: ClassVar[Trials] = {"No gap, no jitter: the shortcut": {"gap": 0.0, "jitter": 0.0}}
    recipes: ClassVar[dict[str, dict[str, Any]]] = {
        "digits": DIGITS,
        "mnist": WRITING,
        "svhn": {"flip": False},
        "cifar10": PHOTOGRAPHS,
        "cifar100": PHOTOGRAPHS,
        "stl10": PHOTOGRAPHS,
    }

    config: PatchesConfig

    def __init__(self, config: PatchesConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.patch = max(1, round(config.patch * data.side))
        self.gap = round(config.gap * self.patch)
        self.reach = round(config.jitter * self.patch)
        self.span = 3 * self.patch + 2 * self.gap  # of the nine patches
        require_pixels(self.patch, config.enlarge, f"a patch of a picture of {data.side} pixels")
        if self.span + 2 * self.reach > data.side:
            raise ValueError(
                f"three patches of {self.patch} pixels, {self.gap} apart, moved by {self.reach}, "
                f"need {self.span + 2 * self.reach} pixels and the pictures have {data.side}; "
                "choose a smaller patch, gap or jitter"
            )
        if data.channels != 3 and config.colours != "keep":
            raise ValueError(f"colours {config.colours!r} needs pictures in colour; choose 'keep'")
        self.head = projector(2 * self.backbone.dim, HIDDEN, len(PLACES))

    def build_encoder(self) -> Backbone:
        """The network that sees a patch; parts of the same network see a whole picture."""
        config, data = self.config, self.data
        side = data.side * config.enlarge
        before: list[nn.Module] = [Enlarge(config.enlarge)] if config.enlarge > 1 else []
        before += [WithoutGreenMagenta()] if config.colours == "project" else []
        backbone = build_backbone(config.backbone, data.channels, side, config.width)
        return preceded(backbone, *before)

    def corners(self, count: int, rng: torch.Generator | None) -> tuple[Tensor, Tensor]:
        """Upper left pixels of the nine patches, rows (B, 9) and columns (B, 9).

        The nine lie anywhere in the picture and each is moved by itself; without a generator they
        lie in the middle, unmoved.
        """
        room = self.data.side - self.span - 2 * self.reach
        if rng is None:
            first = torch.full((2, count, 1), self.reach + room // 2)
            moved = torch.zeros(2, count, 9, dtype=torch.int64)
        else:
            first = torch.randint(room + 1, (2, count, 1), generator=rng, device=rng.device)
            first = first + self.reach
            moved = torch.randint(
                -self.reach, self.reach + 1, (2, count, 9), generator=rng, device=rng.device
            )
        step = (self.patch + self.gap) * torch.arange(3, device=first.device)
        grid = torch.stack([step.repeat_interleave(3), step.repeat(3)]).unsqueeze(1)  # (2, 1, 9)
        rows, columns = first + grid + moved
        return rows, columns

    def cut(self, images: Tensor, rng: torch.Generator | None = None) -> Tensor:
        """The nine patches of each image, row by row, (B, 9, C, p, p)."""
        rows, columns = (place.to(images.device) for place in self.corners(len(images), rng))
        patches = cut(images, rows, columns, self.patch)
        if rng is not None and self.config.colours == "drop":
            patches = drop_colours(patches, rng)
        return patches

    def scores(self, patches: Tensor) -> Tensor:
        """Logits (8, B, 8) of the places, for the patch at each of them beside the middle one."""
        features = self.backbone(patches.flatten(0, 1)).unflatten(0, patches.shape[:2])
        middle = features[:, CENTRE]
        others = torch.cat([features[:, :CENTRE], features[:, CENTRE + 1 :]], dim=1)  # (B, 8, D)
        pairs = torch.cat([middle.unsqueeze(1).expand_as(others), others], dim=2)
        scores = self.head(pairs.flatten(0, 1)).unflatten(0, pairs.shape[:2])
        return scores.transpose(0, 1)

    def judge(self, patches: Tensor) -> dict[str, Tensor]:
        """Loss and accuracy over the eight pairs of each picture."""
        scores = self.scores(patches)
        right = scores.argmax(dim=-1) == torch.arange(8, device=scores.device).unsqueeze(1)
        return {"loss": transformation_loss(scores), "accuracy": right.float().mean()}

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Mirror, cut nine patches, ask of eight where each lies from the ninth."""
        images = flip(batch.images, batch.rng, 0.5 if self.config.flip else 0.0)
        return self.judge(self.cut(images, batch.rng))

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(self.cut(batch.images))

    def guess(self, images: Tensor) -> Guess:
        """One pair of each image, the rest of it dimmed, with the eight places' probabilities."""
        count = len(images)
        truth = torch.arange(count) % len(PLACES)
        probabilities = self.scores(self.cut(images)).softmax(dim=-1)  # (8, B, 8)
        asked = probabilities[truth.to(images.device), torch.arange(count, device=images.device)]
        return Guess(
            question="Where does the other patch lie, seen from the one in the middle?",
            shown=as_images(self.pair_marked(images, truth).cpu().numpy()),
            options=list(PLACES),
            probabilities=asked.cpu().numpy(),
            truth=truth.numpy(),
        )

    def pair_marked(self, images: Tensor, places: Tensor) -> Tensor:
        """The images, larger, all dimmed but the middle patch and the one at the place (B,)."""
        rows, columns = self.corners(len(images), None)
        light = torch.full((len(images), 1, *images.shape[2:]), DIM)
        for i, place in enumerate(places.tolist()):
            for patch in (CENTRE, place + (place >= CENTRE)):
                top, left = int(rows[i, patch]), int(columns[i, patch])
                light[i, :, top : top + self.patch, left : left + self.patch] = 1.0
        return torch.kron(images * light.to(images), images.new_ones(1, 1, LARGER, LARGER))

    @figure("Places taken for one another", "Row: where the patch was. Column: the answer.")
    def confusion(self, look: Look) -> Matrix:
        answers = self.scores(self.cut(look.images)).argmax(dim=-1)  # (8, B)
        taken = nn.functional.one_hot(answers, len(PLACES)).float().mean(dim=1)
        names = list(PLACES)
        return Matrix(
            taken.cpu().numpy(),
            names,
            names,
            "Truth",
            "Answer",
            "share of pairs",
            low=0.0,
            high=1.0,
        )

    @figure("Accuracy per class", "Where the parts of a thing of each class are told apart.")
    def class_accuracy(self, look: Look) -> Matrix:
        answers = self.scores(self.cut(look.images)).argmax(dim=-1)
        right = (answers == torch.arange(8, device=answers.device).unsqueeze(1)).float().cpu()
        groups = {name: look.labels == label for label, name in enumerate(look.classes)}
        groups = {name: mine for name, mine in groups.items() if mine.any()}
        groups = groups or {"all": torch.ones_like(look.labels, dtype=torch.bool)}
        share = np.stack([right[:, mine].mean(dim=1).numpy() for mine in groups.values()])
        return Matrix(
            share, list(groups), list(PLACES), "Class", "Place", "share right", low=0.0, high=1.0
        )


def drop_colours(patches: Tensor, rng: torch.Generator) -> Tensor:
    """One channel of each patch (B, K, 3, p, p) kept, the others grey noise (section 3.1)."""
    count, each = patches.shape[:2]
    kept = torch.randint(3, (count, each, 1, 1, 1), generator=rng, device=rng.device)
    channel = patches.gather(2, kept.expand(-1, -1, 1, *patches.shape[3:]))  # (B, K, 1, p, p)
    spread = channel.std(dim=(3, 4), keepdim=True, correction=0)
    noise = torch.randn(patches.shape, generator=rng, device=rng.device) * NOISE * spread + 0.5
    is_kept = torch.arange(3, device=patches.device).view(1, 1, 3, 1, 1) == kept
    return torch.where(is_kept, patches, noise)
