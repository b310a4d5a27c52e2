"""Lines over a common axis: spread as bands, marks, logarithmic axes, values under the mouse."""

from __future__ import annotations

from itertools import chain

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QWidget

from core.pictures import Curve, Line
from gui.theme import SPACE, manager
from gui.views.base import Row, View
from gui.widgets.legend import Entry, Legend
from gui.widgets.numbers import short
from gui.widgets.plot import Plot, Style

MANY = 8  # lines; more have their names in a column beside the plot, the best first
COLUMN = 270  # pixels of that column


class CurveView(View):
    """Shows a Curve; the legend tells the value of every line at the mouse, else its last.

    A line under the mouse, or whose name is, stands out from the others.
    """

    name = "Curves"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = Curve({})
        self._pointed = ""
        self.plot = Plot()
        self.plot.setAccessibleName(self.name)
        self.plot.viewport().installEventFilter(self)
        self.legend = Legend()
        self._beside = QScrollArea()  # holds the legend where it is long
        self._beside.setFrameShape(QFrame.Shape.NoFrame)
        self._beside.setWidgetResizable(True)
        self._beside.setFixedWidth(COLUMN)
        self._beside.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._beside.hide()
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top.setContentsMargins(SPACE.medium, SPACE.small, SPACE.medium, 0)
        self._top.addWidget(self.legend)
        across = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        across.addWidget(self.plot, 1)
        across.addWidget(self._beside)
        self.column.addLayout(self._top)
        self.column.addLayout(across, 1)
        self.plot.pointed.connect(self._read)
        self.legend.toggled.connect(self.plot.set_shown)
        self.legend.pointed.connect(self._stand_out)

    def show_picture(self, picture: Curve) -> None:
        if not any(len(line.x) for line in picture.lines.values()):
            self.clear("There are no points to draw yet.")
            return
        self._picture = picture
        self.plot.keep_only(set(picture.lines))
        entries = []
        for index, (name, line) in enumerate(picture.lines.items()):
            # A colour that another line has already is told from it by dashes.
            style = Style(index, dashed=line.dashed or index >= len(manager().theme.palette))
            self._draw(name, line, style)
            entries.append(Entry(name, name, index, style.dashed))
        many = len(entries) > MANY
        if many:
            entries.sort(key=lambda entry: -_last(picture.lines[entry.key]))
        self._place_legend(many)
        self.plot.bands_of_one = many  # those of many hide each other
        self.legend.set_entries(entries)
        self.plot.set_axes(picture.x_label, picture.y_label, picture.log_x, picture.log_y)
        self.plot.set_marks(picture.marks)
        self._pointed = ""
        self.plot.stand_out("")
        self._read(None)
        self.ready()

    def _draw(self, name: str, line: Line, style: Style) -> None:
        x, y = np.asarray(line.x, float), np.asarray(line.y, float)
        order = np.argsort(x, kind="stable")
        self.plot.set_line(name, x[order], y[order], style)
        if line.spread is None:
            return
        spread = np.asarray(line.spread, float)[order]
        low, high = y[order] - spread, y[order] + spread
        if self._picture.log_y:  # a band below zero has no logarithm: draw it to there
            low = np.where(low > 0, low, np.nanmin(y[y > 0], initial=np.inf) / 10)
        self.plot.set_band(name, x[order], low, high, style)

    def _place_legend(self, many: bool) -> None:
        """In lines above the plot, or in a column beside it."""
        if many and self._beside.widget() is None:
            self._top.removeWidget(self.legend)
            self._beside.setWidget(self.legend)
        elif not many and self._beside.widget() is not None:
            self._top.addWidget(self._beside.takeWidget())
        self.legend.set_single(many)
        self._beside.setVisible(many)

    def table(self) -> list[Row]:
        head = ("line", self._picture.x_label or "x", self._picture.y_label or "y", "spread")
        rows = (
            (name, float(x), float(y), "" if line.spread is None else float(line.spread[at]))
            for name, line in self._picture.lines.items()
            for at, (x, y) in enumerate(zip(line.x, line.y, strict=True))
        )
        return list(chain([head], rows))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._stand_out(self.plot.line_at(QPointF(event.position())))
        elif event.type() == QEvent.Type.Leave:
            self._stand_out("")
        return super().eventFilter(watched, event)

    def _stand_out(self, name: str) -> None:
        if name != self._pointed and len(self._picture.lines) > 1:
            self._pointed = name
            self.plot.stand_out(name)
            self.legend.mark(name)

    def _read(self, x: float | None) -> None:
        values = {}
        for name, line in self._picture.lines.items():
            at = float(np.max(line.x)) if x is None and len(line.x) else x
            values[name] = short(self.plot.value_at(name, at)) if at is not None else "–"
        self.legend.set_values(values)


def _last(line: Line) -> float:
    """Where a line ends, to rank by."""
    return float(line.y[-1]) if len(line.y) and np.isfinite(line.y[-1]) else -np.inf
