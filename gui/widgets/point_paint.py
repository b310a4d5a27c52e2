"""Points in the colours of the theme: which ink each takes, and the raster as a QImage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QImage

from gui.theme import manager
from gui.widgets.pixels import limits
from gui.widgets.point_raster import density_alpha, draw_points, make_ink
from gui.widgets.scale import value_colours

_LEVELS = 6  # of opacity
_STEPS = 64  # colours of a continuous value


@dataclass(frozen=True)
class Tints:
    """Colours, a shape for each, and which of them every point has; the last is that of faded."""

    colours: np.ndarray  # (T, 3) uint8
    shapes: Sequence[int]  # T, into point_raster.SHAPES
    tint: np.ndarray  # (N,)


def value_tints(values: np.ndarray, faded: np.ndarray) -> Tints:
    """Discs coloured by a number (N,); unknown numbers take the least colour."""
    low, high = limits(values)
    share = np.nan_to_num((values - low) / (high - low))
    tint = np.clip(share * (_STEPS - 1) + 0.5, 0, _STEPS - 1).astype(np.intp)
    colours = np.vstack((value_colours(_STEPS), _faded_colour()))
    return Tints(colours, [0] * (_STEPS + 1), np.where(faded, _STEPS, tint))


def label_tints(labels: np.ndarray, shapes: Sequence[int], faded: np.ndarray) -> Tints:
    """Shapes coloured by label (N,); -1 is no label and looks faded."""
    theme, count = manager().theme, len(shapes)
    inks = [theme.category(label) for label in range(count)]
    found = [(ink.red(), ink.green(), ink.blue()) for ink in inks]
    colours = np.array([*found, _faded_colour()], dtype=np.uint8)
    return Tints(colours, [*shapes, 0], np.where(faded | (labels < 0), count, labels))


def paint_points(
    places: np.ndarray,
    tints: Tints,
    order: np.ndarray,
    radius: float,
    size: tuple[int, int],
    ratio: float,
) -> QImage:
    """The raster of points at logical `places` (N, 2), already in drawing `order` (N,).

    `radius` and `size` are logical pixels, `ratio` device pixels to one of them.
    """
    width, height = (max(1, round(side * ratio)) for side in size)
    alpha = density_alpha(places, *size)
    level = np.rint((alpha - 0.62) / 0.38 * (_LEVELS - 1)).astype(np.intp)
    opacity = np.tile(np.linspace(158, 255, _LEVELS).astype(np.uint8), len(tints.colours))
    inks = np.column_stack((tints.colours.repeat(_LEVELS, axis=0), opacity))
    inks[-_LEVELS:, 3] //= 3
    ink = make_ink(radius * ratio, inks, np.repeat(tints.shapes, _LEVELS))
    kinds = tints.tint[order] * _LEVELS + level
    pixels = draw_points(places * ratio, kinds, ink, width, height)
    image = QImage(
        pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888_Premultiplied
    )
    image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    return image


def _faded_colour() -> tuple[int, int, int]:
    grey = manager().theme.color("text_faint")
    return grey.red(), grey.green(), grey.blue()
