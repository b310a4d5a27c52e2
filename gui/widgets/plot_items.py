"""What a plot draws: how a line looks, a line, a band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from gui.theme import manager
from gui.widgets.series import thin, thin_mean

_BAND, _FILL = 0.16, 0.28  # opacity of a band, and of a histogram
_DOT = 6.0  # pixels across, of a line with one point
_BEHIND = 0.22  # opacity of the lines behind one that stands out
_FAINT = 0.28  # opacity of a raw line behind its average


@dataclass(frozen=True)
class Style:
    """How a line looks: a category of the theme, solid or dashed, faint behind another."""

    colour: int = 0
    dashed: bool = False
    faint: bool = False
    filled: bool = False  # down to zero, for steps
    mean: bool = False  # thinned to means, for an average whose raw line stands behind it

    def ink(self) -> QColor:
        colour = manager().theme.category(self.colour)
        colour.setAlphaF(_FAINT if self.faint else 1.0)
        return colour

    def pen(self, dense: bool) -> QPen:
        # A wide line that goes up and down at every pixel takes Qt 400 ms to stroke, a hair 2 ms.
        pen = pg.mkPen(self.ink(), width=1.0 if self.faint or dense else 1.8)
        if self.dashed and not dense:
            pen.setDashPattern([4.0, 2.5])
        return pen


@dataclass
class PlotLine:
    """A line as it was given, and the item that draws it."""

    x: np.ndarray
    y: np.ndarray
    style: Style
    item: pg.PlotCurveItem
    steps: bool = False
    dense: bool = False  # as many points as pixels or more: drawn as hairs
    single: bool = False  # one point: drawn as a dot
    behind: bool = False  # another line stands out
    out: bool = False  # this one does

    def show(self, x: np.ndarray, y: np.ndarray, columns: int) -> None:
        """Draw these points (scaled already) over so many columns of pixels."""
        dense = not self.steps and len(x) > columns
        single = len(x) == 1
        if (dense, single) != (self.dense, self.single):
            self.dense, self.single = dense, single
            self.dress()
        if single:  # a line of no length: its round ends make a dot
            x, y = np.repeat(x, 2), np.repeat(y, 2)
        step = "center" if self.steps else None
        self.item.setData(x, y, stepMode=step, antialias=not (dense or self.style.faint))

    def seen(self, low: float, high: float, columns: int) -> tuple[np.ndarray, np.ndarray]:
        """The points that draw it between low and high on so many columns of pixels."""
        if self.steps:
            return self.x, self.y
        reduce = thin_mean if self.style.mean else thin
        return reduce(self.x, self.y, low, high, columns)

    def extremes(self) -> np.ndarray:
        """Few values among which are the least and the greatest."""
        return self.y if self.steps else thin(self.x, self.y, -np.inf, np.inf, 64)[1]

    def dress(self) -> None:
        """Take the theme's colours."""
        pen = self.style.pen(self.dense)
        if self.single:
            pen = pg.mkPen(self.style.ink(), width=_DOT)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        if self.out:
            pen.setWidthF(1.8 * pen.widthF())
        self.item.setPen(pen)
        self.item.setOpacity(_BEHIND if self.behind else 1.0)
        # Line by line, a wide jagged line is drawn in half the time; but dashes would begin anew.
        self.item.setSegmentedLineMode("off" if self.style.dashed or self.steps else "on")
        self.item.setZValue(10 if self.out else 0 if self.style.faint else 5)
        if self.style.filled:
            fill = self.style.ink()
            fill.setAlphaF(_FILL)
            self.item.setFillLevel(0.0)
            self.item.setBrush(fill)


@dataclass
class PlotBand:
    """A band as it was given, and the item that draws it."""

    x: np.ndarray
    low: np.ndarray
    high: np.ndarray
    style: Style
    item: pg.PlotCurveItem

    def outline(self, low: float, high: float, columns: int) -> tuple[np.ndarray, np.ndarray]:
        """The closed outline between low and high: along the top, back along the bottom."""
        _, below = thin(self.x, self.low, low, high, columns)
        x, above = thin(self.x, self.high, low, high, columns)
        around = np.concatenate((above, below[::-1]))
        known = np.isfinite(around)
        return np.concatenate((x, x[::-1]))[known], around[known]

    def dress(self) -> None:
        """Take the theme's colours."""
        fill = self.style.ink()
        fill.setAlphaF(_BAND)
        self.item.setBrush(fill)
        self.item.setFillLevel("enclosed")
