"""J and F as DAVIS defines them: how well a mask's region and its outline are met.

Perazzi, Pont-Tuset, McWilliams, Van Gool, Gross and Sorkine-Hornung, "A benchmark dataset and
evaluation methodology for video object segmentation", CVPR 2016, section 4; several objects as in
Pont-Tuset et al., 2017, arXiv 1704.00675.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from core.tracking.marks import Marks

TOLERANCE = 0.008  # of the picture's diagonal: how far an outline may lie off
RECALLED = 0.5  # what counts as found
BINS = 4  # parts of a film between the first and last of which a score decays

Mask = NDArray[np.bool_]  # (H, W)
Scores = NDArray[np.float64]


def region(found: Mask, truth: Mask) -> float:
    """J: the intersection over the union of two masks; 1 where both are empty."""
    union = np.logical_or(found, truth).sum()
    return float(np.logical_and(found, truth).sum() / union) if union else 1.0


def outline(mask: Mask) -> Mask:
    """The pixels that differ from the one to the right, below, or below right."""
    whole = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
    here = whole[:-1, :-1]
    return (here != whole[:-1, 1:]) | (here != whole[1:, :-1]) | (here != whole[1:, 1:])


def tolerance(shape: Sequence[int]) -> int:
    """Pixels that an outline may lie off, in a picture (H, W)."""
    return math.ceil(TOLERANCE * math.hypot(*shape[:2]))


def boundary(found: Mask, truth: Mask, off: int | None = None) -> float:
    """F: the harmonic mean of precision and recall of the outline, within `off` pixels.

    DAVIS's own tolerance without it. Two empty masks agree; an empty one misses all.
    """
    off = tolerance(truth.shape) if off is None else off
    one, other = outline(found), outline(truth)
    if not one.any() or not other.any():
        return 1.0 if one.any() == other.any() else 0.0
    precision = float((distance_transform_edt(~other) <= off)[one].mean())
    recall = float((distance_transform_edt(~one) <= off)[other].mean())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@dataclass(frozen=True)
class Summary:
    """Mean over frames, share of frames above a half, and how much is lost along the film."""

    mean: float
    recall: float
    decay: float


def summary(values: Scores) -> Summary:
    """Of the scores of one object in the frames that are judged, in order.

    Decay is the mean of the first quarter minus that of the last; neighbouring quarters share the
    frame at their border.
    """
    if not len(values):
        return Summary(math.nan, math.nan, math.nan)
    borders = np.floor(np.linspace(0, len(values) - 1, BINS + 1) + 0.5 + 1e-10).astype(int)
    first = values[borders[0] : borders[1] + 1]
    last = values[borders[-2] : borders[-1] + 1]
    mean = float(np.mean(values))
    recall = float(np.mean(values > RECALLED))
    return Summary(mean, recall, float(np.mean(first) - np.mean(last)))


@dataclass(frozen=True)
class Course:
    """J and F along a film: of each judged frame and each object of the first marked frame."""

    frames: tuple[int, ...]
    objects: tuple[int, ...]
    j: Scores  # (F, K)
    f: Scores  # (F, K)

    @property
    def mean(self) -> float:
        """J&F: the mean of both, of objects' means."""
        return float((self.j.mean() + self.f.mean()) / 2) if self.j.size else math.nan

    def of_regions(self) -> Summary:
        """J's mean, recall and decay, averaged over objects."""
        return _averaged(self.j)

    def of_boundaries(self) -> Summary:
        """F's mean, recall and decay, averaged over objects."""
        return _averaged(self.f)

    def lost(self, below: float = 0.1) -> dict[int, int]:
        """Object -> the first frame from which on its J stays below, of those that are lost."""
        found = {}
        for column, number in enumerate(self.objects):
            fine = np.flatnonzero(self.j[:, column] >= below)
            first = int(fine[-1]) + 1 if len(fine) else 0
            if first < len(self.frames):
                found[number] = self.frames[first]
        return found


def _averaged(scores: Scores) -> Summary:
    each = [summary(column) for column in scores.T]
    if not each:
        return Summary(math.nan, math.nan, math.nan)
    return Summary(*(float(np.mean([getattr(s, n) for s in each]))
                     for n in ("mean", "recall", "decay")))  # fmt: skip


def judged_frames(truth: Mapping[int, Marks], given: Sequence[int], official: bool) -> list[int]:
    """The frames whose masks are known and were not given; DAVIS leaves out the last one too."""
    known = [frame for frame in sorted(truth) if truth[frame].mask is not None]
    if official:
        known = known[:-1]
    return [frame for frame in known if frame not in given]


def course(
    found: Mapping[int, Marks],
    truth: Mapping[int, Marks],
    given: Sequence[int],
    off: int | None = None,
    official: bool = False,
) -> Course:
    """J and F of every frame that can be judged. The objects are those of the given frames."""
    frames = [f for f in judged_frames(truth, given, official) if f in found]
    masks = [truth[frame].mask for frame in given if frame in truth]
    numbers = sorted({int(k) for m in masks if m is not None for k in np.unique(m) if k})
    j = np.zeros((len(frames), len(numbers)))
    f = np.zeros_like(j)
    for row, frame in enumerate(frames):
        mine, true = found[frame].mask, truth[frame].mask
        assert true is not None
        mine = np.zeros_like(true) if mine is None else mine
        for column, number in enumerate(numbers):
            j[row, column] = region(mine == number, true == number)
            f[row, column] = boundary(mine == number, true == number, off)
    return Course(tuple(frames), tuple(numbers), j, f)
