"""Frozen features of every stage of an encoder: what most protocols judge.

A stage's activations (B, C, h, w) are averaged over the whole map (`grid` 1) or over the cells of a
`grid` x `grid` raster; a raster that would give more than `LONGEST` numbers a picture is made
coarser until it does not.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from core.data.imageset import ImageSet, Pictures
from core.data.unit import unit
from core.progress import Progress

LONGEST = 2048  # numbers a picture and stage
LONGEST_RAW = 4096  # raw pixels: 36 x 36 in colour, 64 x 64 in grey
BATCH = 256
Encode = Callable[[Tensor], dict[str, Tensor]]


class EvaluationError(ValueError):
    """What cannot be judged; says what was found, what was expected and what to do."""


@dataclass(frozen=True)
class Features:
    """Vectors of the training and the held-out pictures, by stage, with their labels."""

    train: Mapping[str, NDArray[np.float32]]  # stage -> (N, D)
    held_out: Mapping[str, NDArray[np.float32]]  # stage -> (M, D)
    train_labels: NDArray[np.int64]  # (N,)
    held_out_labels: NDArray[np.int64]  # (M,)
    classes: Sequence[str]

    @property
    def stages(self) -> tuple[str, ...]:
        return tuple(self.train)


def encoding(encoder: nn.Module) -> Encode:
    """The function from images to stages: a method's `encode` or a backbone's `stages`."""
    for name in ("encode", "stages"):
        found = getattr(encoder, name, None)
        if callable(found):
            return found
    raise EvaluationError(f"{type(encoder).__name__} does not turn images into features")


@contextlib.contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
    """The module in evaluation mode; every part gets back the mode it had."""
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        yield
    finally:
        for part, mode in modes.items():
            part.training = mode


def device_of(module: nn.Module) -> torch.device:
    """Where a module's weights are."""
    return next((p.device for p in module.parameters()), torch.device("cpu"))


def to_images(pixels: NDArray[np.uint8], device: torch.device) -> Tensor:
    """Pixels (B, C, H, W), perhaps memory-mapped, as float images in 0..1 on the device."""
    return unit(torch.from_numpy(np.array(pixels)).to(device))


def labelled(pictures: Pictures) -> Pictures:
    """Only the pictures whose label is known; raises EvaluationError where there is none."""
    known = np.flatnonzero(pictures.labels >= 0)
    if len(known) == 0:
        raise EvaluationError("no picture has a label; choose data with one folder a class")
    if len(known) == len(pictures):
        return pictures
    return Pictures(pictures.images[known], pictures.labels[known])


def extract(
    encoder: nn.Module, data: ImageSet, progress: Progress | None = None, *, grid: int = 1
) -> Features:
    """Features of all labelled pictures at every stage, on the encoder's device, batch by batch."""
    progress = progress or Progress()
    train, held_out = labelled(data.train), labelled(data.held_out)
    return Features(
        encode(encoder, train.images, progress, grid=grid, what="Features of the training set"),
        encode(encoder, held_out.images, progress, grid=grid, what="Features of held-out pictures"),
        np.asarray(train.labels),
        np.asarray(held_out.labels),
        tuple(data.classes),
    )


def encode(
    encoder: nn.Module,
    images: NDArray[np.uint8],
    progress: Progress,
    *,
    grid: int = 1,
    what: str = "Features",
) -> dict[str, NDArray[np.float32]]:
    """Stage -> (N, D) vectors of pictures (N, C, H, W); `grid` as the module says."""
    function, device = encoding(encoder), device_of(encoder)
    parts: dict[str, list[Tensor]] = {}
    with evaluating(encoder), torch.no_grad():
        for start in range(0, len(images), BATCH):
            batch = to_images(images[start : start + BATCH], device)
            for stage, activations in function(batch).items():
                parts.setdefault(stage, []).append(pooled(activations, grid).float().cpu())
            progress.update(what, min(start + BATCH, len(images)), len(images), "pictures")
    return {stage: torch.cat(vectors).numpy() for stage, vectors in parts.items()}


def pooled(activations: Tensor, grid: int = 1, longest: int = LONGEST) -> Tensor:
    """Activations (B, C, h, w), averaged to at most `grid` x `grid`, as vectors (B, D)."""
    if activations.ndim == 2:
        return activations
    channels, height, width = activations.shape[1:]
    grid = min(grid, height, width)
    while grid > 1 and channels * grid * grid > longest:
        grid -= 1
    return F.adaptive_avg_pool2d(activations, grid).flatten(1)


def raw_pixels(data: ImageSet) -> Features:
    """The pixels themselves as one stage, "pixels": what every representation must beat.

    Pictures of more than `LONGEST_RAW` numbers are averaged to fewer pixels.
    """
    train, held_out = labelled(data.train), labelled(data.held_out)

    def vectors(pictures: Pictures) -> dict[str, NDArray[np.float32]]:
        parts = []
        for start in range(0, len(pictures), BATCH):
            batch = to_images(pictures.images[start : start + BATCH], torch.device("cpu"))
            if batch[0].numel() > LONGEST_RAW:
                side = int((LONGEST_RAW / batch.shape[1]) ** 0.5)
                batch = F.adaptive_avg_pool2d(batch, side)
            parts.append(batch.flatten(1))
        return {"pixels": torch.cat(parts).numpy()}

    labels = np.asarray(train.labels), np.asarray(held_out.labels)
    return Features(vectors(train), vectors(held_out), *labels, tuple(data.classes))
