"""Trackers side by side on clips whose truth is known: J, F, PCK, mean and spread over clips."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.data.video.clip import Clip
from core.evaluate.tracking.davis import Course, course
from core.evaluate.tracking.keypoints import pck
from core.pictures import Table
from core.progress import Progress
from core.tracking.marks import Marks

Tracker = Callable[[Clip, Progress], Mapping[int, Marks]]  # follows from the first marked frame

JUDGING = "following"
COLUMNS = ("J&F", "J", "J recall", "J decay", "F", "F recall", "F decay", "PCK 0.1", "PCK 0.2")


@dataclass(frozen=True)
class Judged:
    """What one tracker did on one clip."""

    clip: str
    course: Course
    pck: tuple[float, float]  # at 0.1 and 0.2; NaN where there are no keypoints

    def numbers(self) -> tuple[float, ...]:
        """In the order of `COLUMNS`."""
        j, f = self.course.of_regions(), self.course.of_boundaries()
        whole = (self.course.mean, j.mean, j.recall, j.decay, f.mean, f.recall, f.decay)
        return (*whole, *self.pck)


@dataclass(frozen=True)
class Standing:
    """One tracker on all clips."""

    name: str
    clips: tuple[Judged, ...]

    def mean(self) -> tuple[float, ...]:
        """Of each column, over the clips where it is known."""
        rows = np.array([judged.numbers() for judged in self.clips], dtype=np.float64)
        return tuple(float(np.mean(c[np.isfinite(c)])) if np.isfinite(c).any() else math.nan
                     for c in rows.T)  # fmt: skip


def judge_clip(
    found: Mapping[int, Marks], clip: Clip, off: int | None = None, official: bool = False
) -> Judged:
    """One clip; `official` judges the frames that DAVIS judges."""
    given = first_marked(clip)
    both = (pck(found, clip.truth, [given], 0.1), pck(found, clip.truth, [given], 0.2))
    return Judged(clip.title, course(found, clip.truth, [given], off, official), both)


def first_marked(clip: Clip) -> int:
    """The first frame whose truth is known; raises ValueError where none is."""
    if not clip.truth:
        raise ValueError(f"{clip.title}: nothing is known of any frame, so nothing can be judged")
    return min(clip.truth)


def compare(
    trackers: Mapping[str, Tracker],
    clips: Sequence[Clip],
    off: int | None = None,
    official: bool = False,
    progress: Progress | None = None,
) -> list[Standing]:
    """Every tracker on every clip, given the first known frame; raises Cancelled."""
    progress = progress or Progress()
    total, done = len(trackers) * len(clips), 0
    found = []
    for name, tracker in trackers.items():
        judged = []
        for clip in clips:
            progress.update(f"{JUDGING}: {name}", done, total, "clips")
            quiet = Progress(cancelled=partial(_asked, progress, name, done, total))
            judged.append(judge_clip(tracker(clip, quiet), clip, off, official))
            done += 1
        found.append(Standing(name, tuple(judged)))
    progress.update(JUDGING, total, total, "clips")
    return found


def _asked(progress: Progress, name: str, done: int, total: int) -> bool:
    """Never says that it is cancelled itself: `progress` raises where it is."""
    progress.update(f"{JUDGING}: {name}", done, total, "clips")
    return False


def table(standings: Sequence[Standing], notes: str = "") -> Table:
    """A row a tracker, means over the clips, in hundredths."""
    rows: list[list[str | int | float]] = []
    for standing in standings:
        shown = ["" if math.isnan(v) else f"{100 * v:.1f}" for v in standing.mean()]
        rows.append([standing.name, *shown])
    return Table(["tracker", *COLUMNS], rows, notes)


def by_clip(standings: Sequence[Standing], column: str = "J&F") -> Table:
    """A row a clip, a column a tracker."""
    at = COLUMNS.index(column)
    names = [judged.clip for judged in standings[0].clips] if standings else []
    rows: list[list[str | int | float]] = [
        [name, *(f"{100 * s.clips[n].numbers()[at]:.1f}" for s in standings)]
        for n, name in enumerate(names)
    ]
    return Table(["clip", *(s.name for s in standings)], rows, f"{column}, in hundredths")
