"""Which colour and shape every point has: by label, by number, faded, beside a selection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gui.theme import manager
from gui.widgets.pixels import limits
from gui.widgets.points.raster import SHAPES, shape_of
from gui.widgets.scale import diverging_colours, value_colours

STEPS = 64  # colours of a continuous value
_FADED = 85  # of 255: opacity of what the legend fades and of what has no colour
_DIM = 56  # of 255: opacity of what is not selected
_GREYER = 0.7  # how far what is not selected goes towards grey

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Tints:
    """Colours, a shape for each, and which of them every point has."""

    colours: Bytes  # (T, 4), straight RGBA
    shapes: Sequence[int]  # T, into raster.SHAPES
    tint: NDArray[np.intp]  # (N,)

    def rgba(self) -> Bytes:
        """The colour of every point, (N, 4)."""
        return self.colours[self.tint]


def label_tints(labels: NDArray[np.integer], shapes: Sequence[int]) -> Tints:
    """Shapes coloured by label (N,); -1 is no label and looks faded."""
    theme, count = manager().theme, len(shapes)
    inks = [theme.category(label) for label in range(count)]
    found = [(ink.red(), ink.green(), ink.blue(), 255) for ink in inks]
    nameless = _grey(_FADED) if (labels >= 0).any() else (*_rgb("accent"), 200)
    colours = np.array([*found, nameless], np.uint8)
    return Tints(colours, [*shapes, 0], np.where(labels < 0, count, labels).astype(np.intp))


def value_tints(values: NDArray[np.floating], diverging: bool) -> Tints:
    """Discs coloured by a number (N,); unknown numbers are faint grey rings."""
    low, high = limits(values, diverging)
    share = np.nan_to_num((values - low) / (high - low))
    tint = np.clip(share * (STEPS - 1) + 0.5, 0, STEPS - 1).astype(np.intp)
    table = diverging_colours(STEPS) if diverging else value_colours(STEPS)
    opaque = np.column_stack((table, np.full(STEPS, 255, np.uint8)))
    colours = np.vstack((opaque, np.array([_grey(2 * _FADED)], np.uint8)))
    known = np.isfinite(values)
    return Tints(colours, [0] * STEPS + [SHAPES.index("ring")], np.where(known, tint, STEPS))


def with_faded(tints: Tints, faded: NDArray[np.bool_]) -> Tints:
    """Those marked (N,) in faint grey."""
    colours = np.vstack((tints.colours, np.array([_grey(_FADED)], np.uint8)))
    last = len(tints.colours)
    return Tints(colours, [*tints.shapes, 0], np.where(faded, last, tints.tint))


def with_selected(tints: Tints, selected: NDArray[np.bool_]) -> Tints:
    """Those not marked (N,) thin and nearly grey; opacity alone would not tell in a crowd."""
    grey = tints.colours[:, :3].astype(float) @ np.array([0.2126, 0.7152, 0.0722])
    dim = tints.colours.copy()
    dim[:, :3] = (1 - _GREYER) * tints.colours[:, :3] + _GREYER * grey[:, None] + 0.5
    dim[:, 3] = np.minimum(dim[:, 3], _DIM)
    count = len(dim)
    return Tints(
        np.vstack((tints.colours, dim)),
        [*tints.shapes, *tints.shapes],
        np.where(selected, tints.tint, tints.tint + count),
    )


def shapes_for(count: int) -> list[int]:
    """Index into SHAPES for each of `count` labels."""
    return [shape_of(label) for label in range(count)]


def _rgb(token: str) -> tuple[int, int, int]:
    found = manager().theme.color(token)
    return found.red(), found.green(), found.blue()


def _grey(alpha: int) -> tuple[int, int, int, int]:
    return (*_rgb("text_faint"), alpha)
