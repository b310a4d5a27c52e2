"""Seconds of training on the frames of one film alone, from the weights that a method has.

No label is looked at, so a film of one's own is as good to learn from as any other, and better for
following what is in it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.method import Batch, Method
from core.progress import Progress
from core.randomness import generator
from core.tracking.features import TrackingError

TRAINING = "training on this clip"
RATE = 5e-4  # half of where a training begins: the weights are good already
SIDE = 96  # pixels of the part of the frames that a step sees, at most
SECONDS = 20.0


def train_on(
    method: Method,
    frames: NDArray[np.uint8],
    seconds: float = SECONDS,
    trained: bool = True,
    progress: Progress | None = None,
    seed: int = 0,
    most: int = 0,
) -> int:
    """Train a method on windows of frames (T, H, W, 3) for so long; returns the steps taken.

    `trained` says that the method has learned before; `most` ends after so many steps. Raises
    TrackingError where the method learns from single pictures or the film is too short, or
    Cancelled out of `progress`, which leaves the method trained as far as it came.
    """
    offsets = method.window(method.config)
    if not offsets:
        raise TrackingError(f"{type(method).__name__} learns from single pictures; choose a "
                            "network that learns from films")  # fmt: skip
    if len(frames) < 2:
        raise TrackingError("the clip has one frame; to learn from it takes at least two")
    progress, rng = progress or Progress(), generator(seed, "own clip")
    optimizer = torch.optim.AdamW(method.parameters(), lr=RATE, weight_decay=1e-4)
    began, step = time.monotonic(), 0
    method.train()
    try:
        for images in _windows(frames, offsets, method.config.batch_size, rng):
            spent = time.monotonic() - began
            if spent >= seconds or (most and step >= most):
                break
            progress.update(TRAINING, int(spent), int(seconds), "seconds")
            labels = torch.full((len(images),), -1)
            at = step if not trained else step + 1  # step 0 looks for its clusters
            batch = Batch(images, labels, torch.arange(len(images)), rng, at, spent / seconds)
            loss = method.loss(batch)["loss"]
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
    finally:
        method.eval()
    return step


def _windows(
    frames: NDArray[np.uint8], offsets: tuple[int, ...], count: int, rng: torch.Generator
) -> Iterator[Tensor]:
    """Windows (count, F, 3, s, s) in 0..1, the target last; frames before the first are the first."""
    side = min(SIDE, *frames.shape[1:3])
    while True:
        targets = torch.randint(1, len(frames), (count,), generator=rng).tolist()
        tops = torch.randint(0, frames.shape[1] - side + 1, (count,), generator=rng).tolist()
        lefts = torch.randint(0, frames.shape[2] - side + 1, (count,), generator=rng).tolist()
        made = [
            [
                np.asarray(frames[max(0, at - back), top : top + side, left : left + side])
                for back in (*offsets, 0)
            ]
            for at, top, left in zip(targets, tops, lefts)
        ]
        yield torch.from_numpy(np.array(made)).permute(0, 1, 4, 2, 3).float() / 255
