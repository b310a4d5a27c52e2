"""Shapes as a pen would draw them: each covers what is behind it with paper, and has a rim of ink.

So the lines are closed, of one width, and none shows through what stands before it. That is what a
person draws, too; an edge filter would follow shades and noise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.data.faces.canvas import Canvas, Floats, ring

PAPER, INK = 1.0, 0.1  # grey of both
HALF = 0.3  # of a line's width, in pixels


class Outlines(Canvas):
    """A canvas that takes distances for shapes and cares for no colour."""

    def __init__(self, ground: Floats, side: int, dx: Floats, dy: Floats, scale: Floats) -> None:
        super().__init__(np.full_like(ground, PAPER), side, dx, dy, scale)

    def paint(self, distance: Floats, colour: Floats, where: NDArray[np.bool_]) -> None:
        """Paper inside of the distance, ink along its zero, in those pictures that have it."""
        super().paint(distance, np.full_like(colour, PAPER), where)
        rim = ring(distance, HALF / self._per_pixel)
        super().paint(rim, np.full_like(colour, INK), where)
