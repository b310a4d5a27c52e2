"""What a brush touches of a picture's pixels, and the rim of what was painted. Pure, no Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Place = tuple[float, float]  # x, y in pixels of the picture, from its upper left corner


def stroke(shape: tuple[int, int], start: Place, end: Place, size: float, grain: int = 1) -> Mask:
    """Pixels (H, W) that a round brush of that diameter touches on the way between two places.

    A pixel counts where its middle is under the brush, and always where a place lies in it. With
    a `grain` above 1 whole squares of that side are touched where one of their pixels is.
    """
    height, width = shape
    y, x = np.mgrid[:height, :width] + 0.5
    (x0, y0), (x1, y1) = start, end
    dx, dy = x1 - x0, y1 - y0
    along = ((x - x0) * dx + (y - y0) * dy) / max(dx * dx + dy * dy, 1e-9)
    along = np.clip(along, 0.0, 1.0)
    found = np.hypot(x - x0 - along * dx, y - y0 - along * dy) <= size / 2
    for place_x, place_y in (start, end):
        if 0 <= place_x < width and 0 <= place_y < height:
            found[int(place_y), int(place_x)] = True
    return snapped(found, grain)


def snapped(mask: Mask, grain: int) -> Mask:
    """The mask with every square of `grain` pixels whole that it touches."""
    if grain <= 1:
        return mask
    height, width = mask.shape
    squares = mask.reshape(height // grain, grain, width // grain, grain).any(axis=(1, 3))
    return squares.repeat(grain, axis=0).repeat(grain, axis=1)


def rim(mask: Mask) -> NDArray[np.int64]:
    """Lines (N, 4) of x0, y0, x1, y1 in pixels between what is in the mask and what is not."""
    padded = np.pad(mask, 1)
    rows, columns = np.nonzero(padded[1:, 1:-1] != padded[:-1, 1:-1])
    across = np.stack((columns, rows, columns + 1, rows), axis=1)
    rows, columns = np.nonzero(padded[1:-1, 1:] != padded[1:-1, :-1])
    down = np.stack((columns, rows, columns, rows + 1), axis=1)
    return np.concatenate((across, down)).astype(np.int64)
