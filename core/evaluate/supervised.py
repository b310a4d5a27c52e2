"""Training a classifier of labelled pictures by gradient, the same way for everybody compared.

AdamW with half a cosine down to zero, a fixed number of steps, no augmentation: pictures pass the
frozen blocks once, so nobody compared may see them changed.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from core.config import option
from core.evaluate.features import BATCH, device_of, evaluating, to_images
from core.nets.backbone import Backbone
from core.randomness import drawing_from, generator


@dataclass(frozen=True)
class Recipe:
    """How long and how fast the classifiers learn; one recipe for all that are compared."""

    steps: int = option(100, "Steps of each training.", low=1, high=100_000, log=True)
    batch_size: int = option(64, "Pictures in a step, at most.", low=2, high=4096, log=True)
    learning_rate: float = option(3e-3, "Size of the first step.", low=1e-6, high=1.0, log=True)
    weight_decay: float = option(1e-3, "How strongly weights are drawn to zero.", low=0.0, high=1.0)


class Classifier(nn.Module):
    """The last blocks of a backbone and a linear layer: activations to class scores (B, C)."""

    def __init__(self, backbone: Backbone, names: Sequence[str], classes: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.names = tuple(names)
        self.head = nn.Linear(backbone.dim, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.backbone.pool(through(self.backbone, self.names, x)))


def through(backbone: Backbone, names: Sequence[str], x: Tensor) -> Tensor:
    """Activations after the named blocks, in their order."""
    for name in names:
        x = backbone.blocks[name](x)
    return x


def split_blocks(backbone: Backbone, frozen: int) -> tuple[list[str], list[str]]:
    """Names of the first `frozen` blocks and of the others; raises ValueError."""
    names = list(backbone.blocks)
    if not 0 <= frozen < len(names):
        raise ValueError(f"{frozen} frozen blocks, expected 0 to {len(names) - 1} of {len(names)}")
    return names[:frozen], names[frozen:]


def classifier(backbone: Backbone, names: Sequence[str], classes: int, seed: int) -> Classifier:
    """A classifier on a copy of the named blocks, its linear layer from the seed."""
    with drawing_from(generator(seed, "classifier")):
        made = Classifier(copy.deepcopy(backbone), names, classes)
    return made.to(device_of(backbone)).requires_grad_(True)


@torch.no_grad()
def activations(
    backbone: Backbone, names: Sequence[str], images: NDArray[Any], told: Callable[[], None]
) -> Tensor:
    """Pictures (N, C, H, W) after the named blocks in evaluation mode, on the backbone's device."""
    device = device_of(backbone)
    parts = []
    with evaluating(backbone):
        for start in range(0, len(images), BATCH):
            told()
            parts.append(through(backbone, names, to_images(images[start : start + BATCH], device)))
    return torch.cat(parts)


def schedule(count: int, recipe: Recipe, seed: int) -> NDArray[np.int64]:
    """Positions among `count` pictures, (steps, B): one shuffled pass after another."""
    rng, size = np.random.default_rng(seed), min(count, recipe.batch_size)
    passes = math.ceil(recipe.steps * size / count)
    order = np.concatenate([rng.permutation(count) for _ in range(passes)])
    return order[: recipe.steps * size].reshape(recipe.steps, size)


def train(
    model: Classifier,
    inputs: Tensor,
    labels: NDArray[np.int64],
    batches: NDArray[np.int64],
    recipe: Recipe,
    told: Callable[[], None],
) -> None:
    """Fit to inputs (N, ...) that have labels (N,), by batches of positions (steps, B).

    `told` is called before every step.
    """
    truth = torch.from_numpy(labels).to(inputs.device)

    def loss(index: Tensor) -> Tensor:
        return F.cross_entropy(model(inputs[index]), truth[index])

    descend(model, loss, batches, recipe, told, inputs.device)


def descend(
    model: nn.Module,
    loss: Callable[[Tensor], Tensor],
    batches: NDArray[np.int64],
    recipe: Recipe,
    told: Callable[[], None],
    device: torch.device,
) -> None:
    """Minimise the `loss` of batches of positions (B,), which come as (steps, B)."""
    kernels = [p for p in model.parameters() if p.ndim > 1]
    rest = [p for p in model.parameters() if p.ndim <= 1]
    groups: list[dict[str, Any]] = [
        {"params": kernels, "weight_decay": recipe.weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
    solver = torch.optim.AdamW(groups, lr=recipe.learning_rate)
    model.train()
    for step, chosen in enumerate(batches):
        told()
        for group in solver.param_groups:
            group["lr"] = recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * step / len(batches)))
        solver.zero_grad(set_to_none=True)
        loss(torch.from_numpy(chosen).to(device)).backward()
        solver.step()


@torch.no_grad()
def accuracy(model: Classifier, inputs: Tensor, labels: NDArray[np.int64]) -> float:
    """Share of right answers on inputs (N, ...)."""
    truth = torch.from_numpy(labels).to(inputs.device)
    with evaluating(model):
        right = sum(
            int((model(inputs[i : i + BATCH]).argmax(1) == truth[i : i + BATCH]).sum())
            for i in range(0, len(inputs), BATCH)
        )
    return right / len(labels)
