"""Lines over a common axis: spread as bands, marks, logarithmic axes, values under the mouse."""

from __future__ import annotations

from itertools import chain

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.pictures import Curve
from gui.theme import SPACE
from gui.views.base import Row, View
from gui.widgets.legend import Entry, Legend
from gui.widgets.numbers import short
from gui.widgets.plot import Plot, Style


class CurveView(View):
    """Shows a Curve; the legend tells the value of every line at the mouse, else its last."""

    name = "Curves"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = Curve({})
        self.plot = Plot()
        self.plot.setAccessibleName(self.name)
        self.legend = Legend()
        top = QHBoxLayout()
        top.setContentsMargins(SPACE.medium, SPACE.small, SPACE.medium, 0)
        top.addWidget(self.legend)
        self.column.addLayout(top)
        self.column.addWidget(self.plot, 1)
        self.plot.pointed.connect(self._read)
        self.legend.toggled.connect(self.plot.set_shown)

    def show_picture(self, picture: Curve) -> None:
        if not any(len(line.x) for line in picture.lines.values()):
            self.clear("There are no points to draw yet.")
            return
        self._picture = picture
        self.plot.keep_only(set(picture.lines))
        for index, (name, line) in enumerate(picture.lines.items()):
            style = Style(index)
            x, y = np.asarray(line.x, float), np.asarray(line.y, float)
            order = np.argsort(x, kind="stable")
            self.plot.set_line(name, x[order], y[order], style)
            if line.spread is not None:
                spread = np.asarray(line.spread, float)[order]
                low, high = y[order] - spread, y[order] + spread
                if (
                    picture.log_y
                ):  # a band that reaches below zero has no logarithm: draw it to there
                    low = np.where(low > 0, low, np.nanmin(y[y > 0], initial=np.inf) / 10)
                self.plot.set_band(name, x[order], low, high, style)
        self.legend.set_entries([Entry(name, name, i) for i, name in enumerate(picture.lines)])
        self.plot.set_axes(picture.x_label, picture.y_label, picture.log_x, picture.log_y)
        self.plot.set_marks(picture.marks)
        self._read(None)
        self.ready()

    def table(self) -> list[Row]:
        head = ("line", self._picture.x_label or "x", self._picture.y_label or "y", "spread")
        rows = (
            (name, float(x), float(y), "" if line.spread is None else float(line.spread[at]))
            for name, line in self._picture.lines.items()
            for at, (x, y) in enumerate(zip(line.x, line.y, strict=True))
        )
        return list(chain([head], rows))

    def _read(self, x: float | None) -> None:
        values = {}
        for name, line in self._picture.lines.items():
            at = float(np.max(line.x)) if x is None and len(line.x) else x
            values[name] = short(self.plot.value_at(name, at)) if at is not None else "–"
        self.legend.set_values(values)
