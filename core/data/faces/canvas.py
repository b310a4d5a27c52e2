"""Painting many small pictures at once by signed distances, smooth at every edge.

A distance is negative inside; all are (n, S, S) in a plane that spans -1..1, y downwards.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


class Canvas:
    """n square pictures in red, green and blue, painted from the back to the front."""

    def __init__(self, ground: Floats, side: int, dx: Floats, dy: Floats, scale: Floats) -> None:
        """`ground` (n, 3) is the colour behind; all is moved by dx, dy (n,) and enlarged."""
        n = len(ground)
        middles = ((np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1).astype(np.float32)
        self.pixels = np.empty((n, 3, side, side), np.float32)
        self.pixels[:] = ground[:, :, None, None]
        self.x = (middles[None, None, :] - dx[:, None, None]) / scale[:, None, None]  # (n, 1, S)
        self.y = (middles[None, :, None] - dy[:, None, None]) / scale[:, None, None]  # (n, S, 1)
        self._per_pixel = side / 2

    def paint(self, distance: Floats, colour: Floats, where: NDArray[np.bool_]) -> None:
        """Cover the inside of a distance with colours (n, 3), in those pictures that have it."""
        if not where.any():
            return
        cover: Floats = np.clip(0.5 - distance * self._per_pixel, 0.0, 1.0)
        cover *= where[:, None, None]
        for channel in range(3):
            layer = self.pixels[:, channel]
            layer += cover * (colour[:, channel, None, None] - layer)


def ellipse(x: Floats, y: Floats, wide: float, high: float) -> Floats:
    """About the distance to an ellipse around the origin with these half axes."""
    reach = np.sqrt((x / wide) ** 2 + (y / high) ** 2)
    found: Floats = (reach - 1) * min(wide, high)
    return found


def box(x: Floats, y: Floats, wide: float, high: float) -> Floats:
    """About the distance to a rectangle around the origin with these half sides."""
    found: Floats = np.maximum(np.abs(x) - wide, np.abs(y) - high)
    return found


def ring(distance: Floats, half: float) -> Floats:
    """The outline of a shape, `half` to each side of its edge."""
    found: Floats = np.abs(distance) - half
    return found
