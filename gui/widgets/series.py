"""One named number over a run: kept whole, smoothed as it comes, thinned for drawing.

Keeping is appending to buffers that double, so a row costs the same at step 10 and at step 200,000.
Thinning keeps the least and the greatest of each pixel column, so no spike is ever lost.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Buffer:
    """A float array that grows by doubling; `data` is the filled part, not a copy."""

    def __init__(self) -> None:
        self._room = np.empty(256)
        self._filled = 0

    def extend(self, values: Floats) -> None:
        needed = self._filled + len(values)
        if needed > len(self._room):
            room = np.empty(max(needed, 2 * len(self._room)))
            room[: self._filled] = self.data
            self._room = room
        self._room[self._filled : needed] = values
        self._filled = needed

    def clear(self) -> None:
        self._filled = 0

    @property
    def data(self) -> Floats:
        return self._room[: self._filled]


class Series:
    """Values of one scalar by step and by seconds, with an exponential moving average beside.

    The average is corrected for its start (as Adam's moments are, Kingma and Ba 2015, arXiv
    1412.6980, section 3), so the first points do not lean towards zero. Values that are not finite
    leave the average as it was.
    """

    def __init__(self) -> None:
        self._steps, self._seconds = Buffer(), Buffer()
        self._values, self._smooth = Buffer(), Buffer()
        self._keep = 0.0
        self._state = (0.0, 0.0)  # weighted sum and weight of the average so far

    def __len__(self) -> int:
        return len(self._values.data)

    def extend(self, steps: Floats, seconds: Floats, values: Floats) -> None:
        """Append points; steps must not decrease (a resumed run begins after the last one)."""
        self._steps.extend(steps)
        self._seconds.extend(seconds)
        self._values.extend(values)

    def x(self, by_seconds: bool = False) -> Floats:
        return (self._seconds if by_seconds else self._steps).data

    @property
    def values(self) -> Floats:
        return self._values.data

    def smoothed(self, keep: float) -> Floats:
        """The average that keeps `keep` (0..1) of itself at every point; 0 gives the values."""
        if keep <= 0.0:
            return self.values
        if keep != self._keep:
            self._keep, self._state = keep, (0.0, 0.0)
            self._smooth.clear()
        fresh = self.values[len(self._smooth.data) :]
        if len(fresh):
            smooth, self._state = moving_average(fresh, keep, self._state)
            self._smooth.extend(smooth)
        return self._smooth.data


def moving_average(
    values: Floats, keep: float, state: tuple[float, float] = (0.0, 0.0)
) -> tuple[Floats, tuple[float, float]]:
    """Exponential moving average of `values` and the state to go on from.

    Blocks are closed by one cumulative sum each: sum_i keep^(t-i) v_i =
    keep^t * cumsum(v / keep^i), and a block ends before keep^t underflows what a double can hold.
    """
    known = np.isfinite(values)
    filled, seen = np.where(known, values, 0.0), known.astype(np.float64)
    block = max(1, min(len(values), int(-20.0 / math.log(keep))))
    powers = keep ** np.arange(1, block + 1)
    out = np.empty(len(values))
    total, weight = state
    for start in range(0, len(values), block):
        part = slice(start, start + block)
        power = powers[: len(filled[part])]
        totals = power * (total + np.cumsum(filled[part] / power))
        weights = power * (weight + np.cumsum(seen[part] / power))
        out[part] = totals / np.maximum(weights, 1e-300)
        total, weight = float(totals[-1]), float(weights[-1])
    out[~known] = np.nan
    return out, (total, weight)


def thin(x: Floats, y: Floats, low: float, high: float, columns: int) -> tuple[Floats, Floats]:
    """At most about `2 * columns` points that draw the line as all points between low and high do.

    x must not decrease. One point beyond each end is kept, so the line leaves the picture.
    """
    x, y = _between(x, y, low, high)
    group = len(x) // max(columns, 1)
    if group < 4:
        return x, y
    whole = len(x) // group * group
    grid = y[:whole].reshape(-1, group)  # (columns, group)
    least, greatest = grid.min(axis=1), grid.max(axis=1)
    if np.isnan(least).any():  # a gap in a group must not hide what else is in it
        least, greatest = np.fmin.reduce(grid, axis=1), np.fmax.reduce(grid, axis=1)
    kept_x = np.repeat(x[:whole:group], 2)
    kept_y = np.stack((least, greatest), axis=1).ravel()
    return np.concatenate((kept_x, x[whole:])), np.concatenate((kept_y, y[whole:]))


def thin_mean(x: Floats, y: Floats, low: float, high: float, columns: int) -> tuple[Floats, Floats]:
    """At most about `columns / 2` points: the mean of every two pixels. The last point is kept."""
    x, y = _between(x, y, low, high)
    group = 2 * len(x) // max(columns, 1)
    if group < 2:
        return x, y
    whole = (len(x) - 1) // group * group
    kept_x = x[:whole].reshape(-1, group).mean(axis=1)
    kept_y = y[:whole].reshape(-1, group).mean(axis=1)
    return np.concatenate((x[:1], kept_x, x[-1:])), np.concatenate((y[:1], kept_y, y[-1:]))


def _between(x: Floats, y: Floats, low: float, high: float) -> tuple[Floats, Floats]:
    """The points from low to high and one beyond each end."""
    first = max(int(np.searchsorted(x, low, "left")) - 1, 0)
    last = min(int(np.searchsorted(x, high, "right")) + 1, len(x))
    return x[first:last], y[first:last]
