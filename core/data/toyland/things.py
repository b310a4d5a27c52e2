"""Small things that lie about and mean nothing, in any orientation; one may hide a part."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.data.toyland.draws import Column, Draws
from core.data.toyland.layer import Canvas, Layer
from core.data.toyland.palette import Inks
from core.data.toyland.shapes import Field, Frame, box, circle, ring, star

THINGS: dict[str, Callable[[Frame], Field]] = {
    "ball": lambda frame: circle(frame, 0.0, 0.0, 0.95),
    "star": lambda frame: star(frame, 1.1),
    "block": lambda frame: box(frame, 0.0, 0.0, 0.8, 0.8, 0.1),
    "ring": lambda frame: ring(frame, 0.0, 0.0, 0.72, 0.26),
}


def scatter(
    canvas: Canvas, draws: Draws, present: NDArray[np.bool_], x: Column, y: Column, radius: Column
) -> tuple[NDArray[np.intp], NDArray[np.intp], Field]:
    """Lay one thing on each canvas where `present` (n,) says so.

    Returns what it is (n,), its colour's index (n,), and its coverage (n, H, W), 0 where absent.
    """
    side = canvas.shape[-1]
    kinds, turn = draws.integer(len(THINGS)), draws.uniform(0, 2 * np.pi)
    inks, lit = Inks.drawn(draws), draws.uniform(0, 2 * np.pi)
    covers = np.zeros((len(canvas), side, side), dtype=np.float32)
    for kind, shape in enumerate(THINGS.values()):
        rows = np.flatnonzero(present & (kinds == kind))
        if not len(rows):
            continue
        where = Frame.placed(side, x[rows], y[rows], radius[rows], turn[rows], 1.0)
        layer = Layer(where)
        layer.paint(shape(where), inks.main[rows])
        layer.light(0.15 * np.cos(lit[rows]), 0.15 * np.sin(lit[rows]))
        below = canvas[rows]
        layer.lay_on(below)
        canvas[rows], covers[rows] = below, layer.cover
    return kinds, inks.names, covers
