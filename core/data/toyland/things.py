"""Small things that lie about and mean nothing, in any orientation; one may hide a part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Laid:
    """The things that were laid, one row a picture."""

    kinds: NDArray[np.intp]  # (n,), positions in THINGS
    colours: NDArray[np.intp]  # (n,), positions in COLOURS
    cover: Field  # (n, H, W), 0 where there is none

    @property
    def solid(self) -> NDArray[np.bool_]:
        """Where a thing covers at least half of a pixel, (n, H, W)."""
        return self.cover >= 0.5


def scatter(
    canvas: Canvas, draws: Draws, probability: float, x: Column, y: Column, radius: Column
) -> Laid:
    """Lay one thing of any kind on each canvas, with the probability; place as `Frame.placed`."""
    n, _, side, _ = canvas.shape
    present, kinds = draws.chance(probability).ravel(), draws.integer(len(THINGS))
    turn, lit = draws.uniform(0, 2 * np.pi), draws.uniform(0, 2 * np.pi)
    inks = Inks.drawn(draws)
    cover = np.zeros((n, side, side), dtype=np.float32)
    for kind, shape in enumerate(THINGS.values()):
        rows = np.flatnonzero(present & (kinds == kind))
        if not len(rows):
            continue
        frame = Frame.placed(side, x[rows], y[rows], radius[rows], turn[rows], 1.0)
        layer = Layer(frame)
        layer.paint(shape(frame), inks.main[rows])
        layer.light(0.15 * np.cos(lit[rows]), 0.15 * np.sin(lit[rows]))
        below = canvas[rows]
        layer.lay_on(below)
        canvas[rows], cover[rows] = below, layer.cover
    return Laid(kinds, inks.names, cover)
