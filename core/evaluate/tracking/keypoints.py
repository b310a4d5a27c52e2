"""PCK: the share of keypoints found near enough to where they are.

Yang and Ramanan, "Articulated human detection with flexible mixtures of parts", TPAMI 2013: near is
a share of the longer side of the object's box; here the box of the first marked frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.tracking.marks import Marks

Places = NDArray[np.floating]  # (K, 2) x, y in pixels, NaN where unknown


def near(found: Places, truth: Places, size: NDArray[np.floating], share: float
         ) -> NDArray[np.bool_]:  # fmt: skip
    """Which of the known points (of `truth`, those without NaN) are within `share` of `size` (K,).

    A point that was not found is not near.
    """
    known = np.isfinite(truth).all(axis=1)
    apart = np.linalg.norm(found[known] - truth[known], axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(apart < share * size[known])


def box_sizes(marks: Marks) -> NDArray[np.float64]:
    """The longer side of the box of the object that each keypoint lies on, (K,) in pixels.

    Without a mask, and of points on no object: of the box of all points.
    """
    assert marks.points is not None
    seen = marks.points[np.isfinite(marks.points).all(axis=1)]
    spread = float(np.ptp(seen, axis=0).max()) + 1 if len(seen) else np.nan
    sizes = np.full(len(marks.points), spread)
    if marks.mask is None:
        return sizes
    sides = {}
    for number in np.unique(marks.mask[marks.mask > 0]):
        rows, columns = np.nonzero(marks.mask == number)
        sides[int(number)] = float(max(np.ptp(rows), np.ptp(columns)) + 1)
    height, width = marks.mask.shape
    for n, (x, y) in enumerate(marks.points):
        if np.isfinite(x) and np.isfinite(y) and 0 <= x < width and 0 <= y < height:
            number = int(marks.mask[int(y), int(x)])
            sizes[n] = sides.get(number, spread)
    return sizes


def pck(
    found: Mapping[int, Marks], truth: Mapping[int, Marks], given: Sequence[int], share: float
) -> float:
    """The share of keypoints, known and marked in the first given frame, that are near; NaN
    without any."""
    start = truth[given[0]]
    if start.points is None:
        return float("nan")
    marked = np.asarray(np.isfinite(start.points).all(axis=1))
    sizes, hits = box_sizes(start), []
    for frame, true in sorted(truth.items()):
        if frame in given or frame not in found or true.points is None:
            continue
        places = found[frame].points
        lost = np.full_like(true.points, np.nan)
        true_places = np.where(marked[:, None], true.points, np.nan)
        hits.append(near(lost if places is None else places, true_places, sizes, share))
    together = np.concatenate(hits) if hits else np.zeros(0)
    return float(together.mean()) if len(together) else float("nan")
