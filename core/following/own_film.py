"""Train on my clip: a copy of a run's weights goes on learning on the frames of one film.

No label is used: the loss is the method's own. A few frames at the film's end are held out, so
that one sees whether it learned the film or only those frames.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from core.config import change, to_dict
from core.data.imageset import Pictures
from core.data.video.clip import Clip
from core.feed import Feed, held_out_batch
from core.method import Batch, Method
from core.progress import Progress
from core.tracking.features import TrackingError
from core.trainer import Trainer

SECONDS = 20.0
HELD_OUT = 0.15  # of the frames, at the end
RISE = 0.1  # of the time, over which the rate rises
LONGEST = 240  # pixels of a frame's shorter side that is learned from
JUDGED = 64  # held-out frames whose loss is told, at most
TRAINING = "training on this film"


@dataclass(frozen=True)
class Gained:
    """What came of it."""

    method: Method
    steps: int
    seconds: float
    before: float  # loss of the held-out frames
    after: float

    @property
    def sentence(self) -> str:
        """For a person."""
        share = (self.before - self.after) / self.before if self.before else 0.0
        word = "fell" if share >= 0 else "rose"
        return (
            f"{self.steps:,} steps in {self.seconds:.0f} s; the loss of frames it did not train on "
            f"{word} by {abs(share):.0%}, from {self.before:.3f} to {self.after:.3f}"
        )


def train_on(
    method: Method,
    clip: Clip,
    seconds: float = SECONDS,
    seed: int = 0,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Gained:
    """A copy of the method after so many seconds on the clip's frames; the method stays as it is.

    Raises TrackingError for a method that does not learn from films or a film that is too short,
    or Cancelled out of `progress`.
    """
    if not type(method).needs_clips:
        raise TrackingError("this run did not learn from films, so it cannot go on with one; "
                            "choose a run of video colorization")  # fmt: skip
    device = next(method.parameters()).device
    window = method.window(method.config)
    learned, held = parts(clip, window[0] if window else 0)
    student = copy.deepcopy(method)
    trainer = Trainer(student, Feed(learned, student.config.batch_size, seed, device, window),
                      _judged(held, device, window))  # fmt: skip
    before = _loss(trainer)
    trainer.step = 1  # the clusters of colour, which the first step finds, are those of the run
    began = clock()
    _take_steps(trainer, seconds, progress, clock)
    after = _loss(trainer)
    return Gained(student.eval(), trainer.step - 1, clock() - began, before, after)


def train_for(
    method: Method,
    feed: Feed,
    held: Pictures,
    seconds: float,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Train a method itself for so many seconds, its rate falling with them; the steps taken."""
    window = method.window(method.config)
    trainer = Trainer(method, feed, _judged(held, feed.device, window))
    _take_steps(trainer, seconds, progress, clock)
    return trainer.step


def _judged(held: Pictures, device: torch.device, window: tuple[int, ...]) -> Batch:
    return held_out_batch(held, JUDGED * (1 + len(window)), device, window=window)


def _take_steps(
    trainer: Trainer, seconds: float, progress: Progress | None, clock: Callable[[], float]
) -> None:
    """Steps until the time is over. The rate follows the clock and not the count of steps."""
    method, config = trainer.method, trainer.method.config
    # So many that none of them comes near the end.
    method.config = change(config, **{**to_dict(config), "steps": 10_000_000})
    began = clock()
    try:
        while (spent := clock() - began) < seconds:
            (progress or Progress()).update(TRAINING, int(spent), round(seconds), "s")
            method.learning_rate = _rate(  # type: ignore[assignment]
                config.learning_rate, spent / seconds
            )
            trainer.take_step()
    finally:
        method.__dict__.pop("learning_rate", None)
        method.config = config


def _rate(highest: float, along: float) -> Callable[[int], float]:
    """Up over the first tenth of the time, then half a cosine to zero at the end."""
    if along < RISE:
        return lambda _step: highest * (0.05 + 0.95 * along / RISE)
    return lambda _step: highest * 0.5 * (1 + math.cos(math.pi * (along - RISE) / (1 - RISE)))


def _loss(trainer: Trainer) -> float:
    return trainer.validate()["loss"]


def parts(clip: Clip, back: int) -> tuple[Pictures, Pictures]:
    """The frames to learn from and those held out, at the end; windows of `back` frames before.

    Where a film is too short for both, all of it is learned from and its end judged by.
    """
    count = len(clip)
    if count <= back:
        raise TrackingError(f"{clip.title} has {count} frames; training needs {back + 1} at least")
    held = max(back + 1, round(HELD_OUT * count))
    border = count - held if count - held > back else count
    frames = shrunk(clip)
    first, last = frames[:border], frames[-held:]
    return _pictures(first), _pictures(last)


def _pictures(frames: np.ndarray) -> Pictures:
    return Pictures(
        frames, np.full(len(frames), -1, np.int64), clips=np.zeros(len(frames), np.int64)
    )


def shrunk(clip: Clip) -> np.ndarray:
    """The frames (T, 3, H, W), their shorter side at most `LONGEST`."""
    frames = np.ascontiguousarray(np.asarray(clip.frames).transpose(0, 3, 1, 2))
    least = min(clip.size)
    if least <= LONGEST:
        return frames
    size = tuple(round(side * LONGEST / least) for side in clip.size)
    made = [
        F.interpolate(torch.from_numpy(frame).unsqueeze(0).float(), size=size, mode="area")
        for frame in frames
    ]
    return torch.cat(made).round().byte().numpy()
