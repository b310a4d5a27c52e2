"""Mean average precision of boxes, as the COCO benchmark defines it.

Lin et al., "Microsoft COCO: common objects in context", ECCV 2014 (arXiv 1405.0312), and its
evaluation server: detections of a class, best score first, each take the free thing of that class
in their picture that they overlap most, if the intersection over union reaches a threshold;
precision is made monotone and averaged over 101 recalls; that is averaged over the classes that
occur and over the thresholds 0.50, 0.55 ... 0.95. No thing is a crowd, and none is too small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.bases.ranking import precision_area, taken
from core.evaluate.transfer.truth import Things

THRESHOLDS = np.linspace(0.5, 0.95, 10)


@dataclass(frozen=True)
class Detections(Things):
    """Things that a detector answered in one picture, each with a score."""

    scores: NDArray[np.float32]  # (K,)


@dataclass(frozen=True)
class Matches:
    """Which detections of a set of pictures are right, one row a detection."""

    pictures: NDArray[np.int64]  # (D,) position of its picture
    classes: NDArray[np.int64]  # (D,)
    scores: NDArray[np.float32]  # (D,)
    right: NDArray[np.bool_]  # (D, thresholds)
    there: NDArray[np.int64]  # (N, classes): things in each picture

    def average_precision(self, chosen: slice = slice(None)) -> NDArray[np.float64]:
        """(classes, thresholds) over the chosen pictures; NaN for classes not among them."""
        among = np.zeros(len(self.there), dtype=bool)
        among[chosen] = True
        there = self.there[among].sum(axis=0)
        found = np.full((len(there), self.right.shape[1]), np.nan)
        for kind in np.flatnonzero(there):
            mine = np.flatnonzero((self.classes == kind) & among[self.pictures])
            ranked = mine[np.argsort(-self.scores[mine], kind="stable")]
            found[kind] = [precision_area(column, there[kind]) for column in self.right[ranked].T]
        return found


def match(
    found: Sequence[Detections],
    truth: Sequence[Things],
    classes: int,
    thresholds: NDArray[np.float64] = THRESHOLDS,
) -> Matches:
    """Judge the detections in each picture by what is there."""
    there = np.zeros((len(truth), classes), dtype=np.int64)
    right = [np.zeros((0, len(thresholds)), dtype=bool)]
    for i, (answer, things) in enumerate(zip(found, truth, strict=True)):
        np.add.at(there[i], things.classes, 1)
        verdict = np.zeros((len(answer.scores), len(thresholds)), dtype=bool)
        for kind in np.intersect1d(answer.classes, things.classes):
            mine = np.flatnonzero(answer.classes == kind)
            ranked = mine[np.argsort(-answer.scores[mine], kind="stable")]
            real = things.boxes[things.classes == kind]
            verdict[ranked] = taken(overlaps(answer.boxes[ranked], real), thresholds)
        right.append(verdict)
    return Matches(
        np.repeat(np.arange(len(found)), [len(answer.scores) for answer in found]),
        np.concatenate([answer.classes for answer in found]),
        np.concatenate([answer.scores for answer in found]),
        np.concatenate(right),
        there,
    )


def overlaps(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    """Intersection over union of boxes (A, 4) with boxes (B, 4), (A, B)."""
    a, b = a[:, None].astype(np.float64), b[None].astype(np.float64)
    low, high = np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])
    shared = np.clip(high - low, 0, None).prod(axis=-1)
    either = (a[..., 2:] - a[..., :2]).prod(-1) + (b[..., 2:] - b[..., :2]).prod(-1) - shared
    return shared / np.maximum(either, 1e-12)
