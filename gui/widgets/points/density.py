"""How many points lie where, as a picture: more points than pixels are seen by their crowd."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
_FAINTEST = 0.22  # opacity of a cell with one point


def draw_density(
    xy: NDArray[np.floating], rgba: NDArray[np.float32], cell: int, width: int, height: int
) -> Bytes:
    """Points (N, 2) in pixels, counted in cells of `cell` pixels, in their mean colour.

    `rgba` (N, 4) is premultiplied, 0..1. The opacity grows with the logarithm of the count. Gives
    (ceil(height / cell), ceil(width / cell), 4) premultiplied RGBA.
    """
    columns, rows = -(-width // cell), -(-height // cell)
    at = np.floor(xy * np.float32(1 / cell)).astype(np.int32)
    inside = (at >= 0).all(axis=1) & (at[:, 0] < columns) & (at[:, 1] < rows)
    if not inside.all():
        at, rgba = at[inside], rgba[inside]
    where = at[:, 1] * np.int32(columns) + at[:, 0]
    sums = np.stack([np.bincount(where, rgba[:, k], rows * columns) for k in range(4)], axis=1)
    weight = sums[:, 3]
    most = max(float(weight.max(initial=0.0)), 2.0)
    opacity = np.minimum(weight, 1) * (_FAINTEST + (1 - _FAINTEST) * np.log1p(weight)
                                       / np.log1p(most))  # fmt: skip
    mean = sums[:, :3] / np.maximum(weight, 1e-9)[:, None]
    found = np.column_stack((mean * opacity[:, None], opacity))
    return (255 * found + 0.5).astype(np.uint8).reshape(rows, columns, 4)
