"""Training a head on an encoder, frozen or fine-tuned, the same way for everybody compared."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.evaluate.features import BATCH, evaluating, to_images
from core.evaluate.supervised import Recipe, descend, schedule
from core.evaluate.transfer.trunk import Trunk, frozen_maps
from core.randomness import drawing_from, generator

RECIPE = Recipe(steps=200, batch_size=32, learning_rate=3e-3, weight_decay=1e-3)
Measured = Mapping[str, tuple[float, float, float]]  # measure -> all, every other one, the rest


class Task(Protocol):
    """What a head is trained for. A truth and an answer are one entry a picture."""

    id: str
    cells: int
    classes: list[str]

    def head(self, dims: Sequence[int]) -> nn.Module:
        """A new head on maps with so many channels."""

    def truth(self, part: str, chosen: NDArray[np.int64]) -> list[Any]:
        """What is known of the chosen pictures of a part."""

    def targets(self, truth: Sequence[Any]) -> tuple[Tensor, ...]:
        """The same as tensors (N, ...) for the loss."""

    @property
    def loss(self) -> Callable[..., Tensor]:
        """What is minimised on a batch, from the head's answer and the targets."""

    def answers(self, answer: Tensor) -> list[Any]:
        """What the head says of each picture of a batch."""

    def measures(self, found: Sequence[Any], truth: Sequence[Any]) -> Measured:
        """How good that is."""


class Learner:
    """An encoder and a head on it. `frozen` leaves the encoder as it is; else a copy learns too."""

    def __init__(
        self, task: Task, encoder: nn.Module, seed: int, image: Tensor, *, frozen: bool
    ) -> None:
        self.task, self.frozen, self.seed = task, frozen, seed
        self.device = image.device
        encoder = encoder if frozen else copy.deepcopy(encoder).requires_grad_(True)
        self.trunk = Trunk(encoder, task.cells)
        with evaluating(self.trunk):
            dims = self.trunk.dims(image)
        with drawing_from(generator(seed, "head")):
            self.head = task.head(dims).to(self.device)

    def learn(
        self,
        images: NDArray[np.uint8],
        truth: Sequence[Any],
        recipe: Recipe,
        told: Callable[[], None],
    ) -> None:
        """Train on pictures (N, C, H, W); `told` is called before every step."""
        targets = [t.to(self.device) for t in self.task.targets(truth)]
        given = self._given(images)

        def loss(index: Tensor) -> Tensor:
            return self.task.loss(self.head(given(index)), *(t[index] for t in targets))

        model = self.head if self.frozen else nn.ModuleList([self.trunk, self.head])
        batches = schedule(len(images), recipe, self.seed)
        descend(model, loss, batches, recipe, told, self.device)

    def _given(self, images: NDArray[np.uint8]) -> Callable[[Tensor], list[Tensor]]:
        """From positions among the pictures to the maps that the head gets."""
        if self.frozen:
            with evaluating(self.trunk):
                kept = frozen_maps(self.trunk, images, self.device)
            return lambda index: [m[index] for m in kept]
        pixels = to_images(images, self.device)
        return lambda index: self.trunk(pixels[index])

    @torch.no_grad()
    def answer(self, images: NDArray[np.uint8]) -> list[Any]:
        """What is said of each of the pictures (N, C, H, W)."""
        found: list[Any] = []
        with evaluating(self.trunk), evaluating(self.head):
            for start in range(0, len(images), BATCH):
                batch = to_images(images[start : start + BATCH], self.device)
                found += self.task.answers(self.head(self.trunk(batch)))
        return found
