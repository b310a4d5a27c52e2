"""Which point is under the mouse: by brute force, and by a k-d tree where that would be late."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

FEW = 60_000  # points that brute force searches in under a millisecond
_AT_ONCE = 24  # neighbours looked at before all within reach are

Mask = NDArray[np.bool_]


def nearest(xy: np.ndarray, at: tuple[float, float], reach: float, allowed: Mask | None) -> int:
    """The allowed point of `xy` (N, 2) nearest to `at` and within `reach`, or -1."""
    if not len(xy):
        return -1
    away = (xy[:, 0] - xy.dtype.type(at[0])) ** 2
    away += (xy[:, 1] - xy.dtype.type(at[1])) ** 2
    away[np.isnan(away)] = np.inf
    if allowed is not None:
        away[~allowed] = np.inf
    found = int(away.argmin())
    return found if away[found] <= reach**2 else -1


class Picker:
    """Finds the nearest point of a layout that is at rest, in the layout's own units."""

    def __init__(self) -> None:
        self._xy = np.zeros((0, 2), np.float32)
        self._tree: cKDTree | None = None
        self._ready: threading.Event | None = None

    def rest(self, xy: np.ndarray) -> None:
        """The points (N, 2) stand still: many of them are put in a tree, in a thread."""
        self._xy, self._tree, self._ready = xy, None, None
        if len(xy) > FEW and np.isfinite(xy).all():
            self._ready = threading.Event()
            work = threading.Thread(
                target=self._plant, args=(xy, self._ready), name="map picker", daemon=True
            )
            work.start()

    def move(self, xy: np.ndarray) -> None:
        """The points (N, 2) are on their way."""
        self._xy, self._tree, self._ready = xy, None, None

    def wait(self, seconds: float) -> bool:
        """Wait for the tree; whether there is one."""
        return self._ready is not None and self._ready.wait(seconds)

    def nearest(self, at: tuple[float, float], reach: float, allowed: Mask | None) -> int:
        """The allowed point nearest to `at` and within `reach`, or -1."""
        if self._tree is None:
            return nearest(self._xy, at, reach, allowed)
        _, found = self._tree.query(at, _AT_ONCE, distance_upper_bound=reach)
        found = found[found < len(self._xy)]
        if allowed is None:
            return int(found[0]) if len(found) else -1
        clear = found[allowed[found]]
        if len(clear):
            return int(clear[0])
        if len(found) < _AT_ONCE:
            return -1
        within = np.array(self._tree.query_ball_point(at, reach), np.intp)
        best = nearest(self._xy[within], at, reach, allowed[within])
        return int(within[best]) if best >= 0 else -1

    def _plant(self, xy: np.ndarray, ready: threading.Event) -> None:
        from scipy.spatial import cKDTree

        tree = cKDTree(xy, balanced_tree=False, compact_nodes=False)
        if self._ready is ready:  # the points may have moved on meanwhile
            self._tree = tree
            ready.set()
