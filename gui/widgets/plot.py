"""Axes in the theme's colours over pyqtgraph: lines, bands, steps, marks, hover and zoom.

Lines are kept whole and thinned to the pixels in sight at every change of the range (series.thin),
so a line of 200,000 points is drawn as two a pixel. Logarithms are taken here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from gui.fonts import numbers
from gui.theme import SPACE, TYPE, manager
from gui.widgets.axes import Axis
from gui.widgets.plot_items import PlotBand, PlotLine, Style

ROOM = 0.25  # of the width, left free at the right of lines that grow


class Plot(pg.PlotWidget):
    """One pair of axes. Wheel and drag zoom and move along x; a double click shows all again."""

    pointed = Signal(object)  # x under the mouse, None when it leaves
    zoomed = Signal(bool)  # whether all is shown

    def __init__(self, parent: QWidget | None = None) -> None:
        axes = {side: Axis(side) for side in ("left", "bottom")}
        super().__init__(parent, background=None, axisItems=axes, enableMenu=False)
        # pyqtgraph makes this menu without an owner, so it would outlive the plot.
        menu = self.getPlotItem().ctrlMenu
        menu.setParent(self, menu.windowFlags())
        self._lines: dict[str, PlotLine] = {}
        self._bands: dict[str, PlotBand] = {}
        self._marks: list[pg.InfiniteLine] = []
        self._log = (False, False)
        self._all, self._fitting = True, False
        self.bands_of_one = False  # just the line that stands out shows its band
        for side in ("top", "right"):  # hidden, and yet they would follow every change of the range
            self.getAxis(side).unlinkFromView()
        self.getPlotItem().layout.setContentsMargins(SPACE.small, SPACE.tight, SPACE.large, 2)
        for axis in axes.values():
            axis.setZValue(-1000)  # grid lines lie under what is drawn
        self.box = self.getPlotItem().getViewBox()
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self._playhead = pg.InfiniteLine(angle=90, movable=False)
        for line in (self._cross, self._playhead):
            line.setVisible(False)
            line.setZValue(50)
            self.addItem(line, ignoreBounds=True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.hideButtons()
        self.box.setMouseEnabled(x=True, y=False)
        self.box.disableAutoRange()
        self.box.setDefaultPadding(0.0)
        self.box.sigRangeChangedManually.connect(self._on_manual)
        self.box.sigXRangeChanged.connect(self._redraw)
        # It fills itself: what lies below need not be painted at every change of a curve.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumHeight(120)
        manager().changed.connect(self.restyle)
        self.restyle()

    # What is drawn.

    def set_axes(self, x: str = "", y: str = "", log_x: bool = False, log_y: bool = False) -> None:
        """Titles of the axes and whether they are logarithmic."""
        self._log = (log_x, log_y)
        for side, title, log in (("bottom", x, log_x), ("left", y, log_y)):
            axis = self.getAxis(side)
            axis.set_title(title)
            axis.setLogMode(log)
        self.refresh()

    def set_line(self, key: str, x: np.ndarray, y: np.ndarray, style: Style) -> None:
        """Add or replace a line; call `refresh` when all are set."""
        found = self._lines.get(key)
        if found is None:
            item = pg.PlotCurveItem(antialias=True, connect="finite", skipFiniteCheck=False)
            self.addItem(item)
            found = self._lines[key] = PlotLine(x, y, style, item)
            found.dress()
        found.x, found.y = x, y
        if found.style != style:
            found.style = style
            found.dress()

    def set_steps(self, key: str, edges: np.ndarray, counts: np.ndarray, style: Style) -> None:
        """Add or replace the outline of a histogram, filled down to zero."""
        self.set_line(key, edges, counts, style)
        self._lines[key].steps = True

    def set_band(
        self, key: str, x: np.ndarray, low: np.ndarray, high: np.ndarray, style: Style
    ) -> None:
        """Add or replace a shaded band, closed from low to high."""
        found = self._bands.get(key)
        if found is None:
            item = pg.PlotCurveItem(pen=None, connect="all", skipFiniteCheck=True)
            item.setZValue(-5)
            self.addItem(item)
            found = self._bands[key] = PlotBand(x, low, high, style, item)
        found.x, found.low, found.high, found.style = x, low, high, style
        found.dress()

    def set_shown(self, key: str, shown: bool) -> None:
        """Show or hide the line and the band of a key."""
        for found in (self._lines.get(key), self._bands.get(key)):
            if found is not None:
                found.item.setVisible(shown)
        self.refresh()

    def stand_out(self, key: str) -> None:
        """Draw one line strong and all others thin behind it; "" for all alike."""
        for name, line in self._lines.items():
            line.out, line.behind = name == key, key not in ("", name)
            line.dress()
        for name, band in self._bands.items():
            seen = name == key or (not key and not self.bands_of_one)
            band.item.setOpacity(1.0 if seen else 0.0)

    def line_at(self, at: QPointF, reach: float = 10.0) -> str:
        """The key of the visible line nearest to a point of the widget within reach, or ""."""
        scene = self.mapToScene(at.toPoint())
        x = self.box.mapSceneToView(scene).x()
        best, nearest = "", reach
        for key, line in self._lines.items():
            xs, ys = self._scaled(line.x, 0), self._scaled(line.y, 1)
            if not line.item.isVisible() or len(xs) < 2 or not xs[0] <= x <= xs[-1]:
                continue
            place = self.box.mapViewToScene(QPointF(x, float(np.interp(x, xs, ys))))
            if abs(place.y() - scene.y()) < nearest:
                best, nearest = key, abs(place.y() - scene.y())
        return best

    def keep_only(self, keys: set[str]) -> None:
        """Drop every line and band whose key is not among these."""
        for store in (self._lines, self._bands):
            for key in [key for key in store if key not in keys]:
                self.removeItem(store.pop(key).item)

    def set_marks(self, marks: Mapping[str, float]) -> None:
        """Vertical lines with a name at the top: name -> x."""
        for mark in self._marks:
            self.removeItem(mark)
        theme = manager().theme
        self._marks = []
        for name, x in marks.items():
            label = {
                "position": 0.94,
                "color": theme.text_secondary,
                "anchors": [(0, 0.5), (0, 0.5)],
            }
            pen = pg.mkPen(theme.color("plot_axis", 0.7), width=1, dash=[2, 3])
            mark = pg.InfiniteLine(
                self._x(x), angle=90, pen=pen, label=name.replace("{", "{{"), labelOpts=label
            )
            mark.label.setFont(numbers(TYPE.caption))
            mark.at, mark.title = x, name
            mark.setZValue(-2)
            self.addItem(mark, ignoreBounds=True)
            self._marks.append(mark)

    def set_playhead(self, x: float | None) -> None:
        """A line at the moment that the other panels show; None when they show the newest."""
        self._playhead.setVisible(x is not None)
        if x is not None:
            self._playhead.setValue(self._x(x))

    def refresh(self, growing: bool = False) -> None:
        """Draw what was set; the range follows while all is shown, in leaps while lines grow."""
        if self._all:
            self._fit(exactly=not growing)
        self._redraw()

    def show_all(self) -> None:
        """Make everything visible and keep it so while points come."""
        self._all = True
        self.refresh()
        self.zoomed.emit(True)

    @property
    def shows_all(self) -> bool:
        return self._all

    def value_at(self, key: str, x: float) -> float:
        """The value of a line at the point nearest to x; NaN where there is none."""
        line = self._lines.get(key)
        if line is None or not len(line.y):
            return math.nan
        if line.steps:
            at = int(np.clip(np.searchsorted(line.x, x, "right") - 1, 0, len(line.y) - 1))
            return float(line.y[at])
        at = int(np.clip(np.searchsorted(line.x, x), 0, len(line.x) - 1))
        if at > 0 and abs(line.x[at - 1] - x) < abs(line.x[at] - x):
            at -= 1
        return float(line.y[at])

    # How.

    def _x(self, x: float) -> float:
        return math.log10(x) if self._log[0] and x > 0 else x

    def _scaled(self, values: np.ndarray, axis: int) -> np.ndarray:
        if not self._log[axis]:
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(values > 0, np.log10(values), np.nan)

    def _fit(self, exactly: bool) -> None:
        """Set the range to all points of what is shown; their extremes survive thinning.

        Unless wanted exactly, a range that shows them and little more stays: most of what a
        drawing costs is the axes, which are kept as long as the range is.
        """
        xs, ys = [], []
        for line in self._lines.values():
            if line.item.isVisible() and len(line.x):
                xs += _ends(self._scaled(line.x[[0, -1]], 0))
                ys += _ends(self._scaled(line.extremes(), 1))
                ys += [0.0] if line.style.filled else []
        for band in self._bands.values():
            if band.item.isVisible() and len(band.x):
                ys += _ends(self._scaled(band.low, 1)) + _ends(self._scaled(band.high, 1))
        if not xs or not ys:
            return
        (left, right), (low, high) = _range(xs), _range(ys)
        margin = 0.06 * (high - low)
        floor = low if min(ys) == 0.0 and not self._log[1] else low - margin
        wanted = (left, right), (floor, high + margin)
        if exactly or not all(map(_still_fits, self.box.viewRange(), wanted)):
            if not exactly:  # room for what comes next
                wanted = (left, right + ROOM * (right - left)), wanted[1]
            self._fitting = True
            self.box.setRange(xRange=wanted[0], yRange=wanted[1], padding=0, disableAutoRange=False)
            self.box.updateMatrix()  # pyqtgraph would do it while it paints, and so paint twice
            self._fitting = False

    def _redraw(self, *_args: object) -> None:
        """Give every item the points that the range and the width in pixels need."""
        if self._fitting:
            return
        (left, right), _ = self.box.viewRange()
        low, high = (10.0**left, 10.0**right) if self._log[0] else (left, right)
        columns = max(64, int(self.box.width()))
        for line in self._lines.values():
            x, y = line.seen(low, high, columns)
            line.show(self._scaled(x, 0), self._scaled(y, 1), columns)
        for band in self._bands.values():
            x, y = band.outline(low, high, columns)
            band.item.setData(self._scaled(x, 0), self._scaled(y, 1))

    def restyle(self, *_args: object) -> None:
        """Take the colours and fonts of the theme."""
        theme = manager().theme
        self.setBackground(theme.plot_background)
        for side in ("left", "bottom"):
            self.getAxis(side).restyle()
        self._cross.setPen(pg.mkPen(theme.color("text_faint"), width=1))
        self._playhead.setPen(pg.mkPen(theme.color("accent"), width=1.5))
        for line in self._lines.values():
            line.dress()
        for band in self._bands.values():
            band.dress()
        self.set_marks({mark.title: mark.at for mark in self._marks})

    # Mouse.

    def _on_manual(self, *_args: object) -> None:
        self._all = False
        self.zoomed.emit(False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        inside = self.box.sceneBoundingRect().contains(self.mapToScene(event.position().toPoint()))
        self._point(event.position() if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.show_all()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "box"):
            self.refresh()

    def _point(self, at: QPointF | None) -> None:
        self._cross.setVisible(at is not None)
        if at is None:
            self.pointed.emit(None)
            return
        x = self.box.mapSceneToView(self.mapToScene(at.toPoint())).x()
        self._cross.setValue(x)
        self.pointed.emit(10.0**x if self._log[0] else x)


def _ends(values: np.ndarray) -> list[float]:
    known = values[np.isfinite(values)]
    return [float(known.min()), float(known.max())] if len(known) else []


def _range(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    if high > low:
        return low, high
    return low - (abs(low) or 1.0) * 0.5, high + (abs(high) or 1.0) * 0.5


def _still_fits(shown: Sequence[float], wanted: tuple[float, float]) -> bool:
    """Whether the range shown holds the one wanted, without much empty room."""
    (left, right), (low, high) = shown, wanted
    slack = 1e-9 * (right - left)
    return left <= low + slack and high <= right + slack and high - low >= 0.7 * (right - left)
