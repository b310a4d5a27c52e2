"""A clip as everybody sees it: its frames, their names, and what is truly known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.pictures import Images
from core.tracking.marks import Marks


class VideoError(ValueError):
    """A film that cannot be used; says what was found, where, and what to do."""


@dataclass(frozen=True)
class Clip:
    """Frames of one size, in order. `frames` may be memory-mapped."""

    frames: Images  # (T, H, W, 3)
    fps: float
    names: Sequence[str]  # one a frame: its file's stem, or its number in the film
    title: str
    truth: Mapping[int, Marks] = field(default_factory=dict)  # frame -> what is known of it
    source: Path | None = None
    keypoints: Sequence[str] = ()  # names of the points of every `Marks`
    skeleton: Sequence[tuple[int, int]] = ()  # pairs of points that a line joins
    problem: str = ""  # what broke, and at which frame; the frames before it are here
    flow: NDArray[np.float32] | None = None  # (T - 1, H, W, 2) x, y to the next frame

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return int(self.frames.shape[1]), int(self.frames.shape[2])
