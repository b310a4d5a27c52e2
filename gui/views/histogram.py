"""Counts per bin of one or several quantities, one over the other."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.pictures import Histogram
from gui.theme import SPACE
from gui.views.base import Row, View
from gui.widgets.legend import Entry, Legend
from gui.widgets.numbers import short
from gui.widgets.plot import Plot, Style


class HistogramView(View):
    """Shows a Histogram; the legend tells the counts of the bin under the mouse."""

    name = "Histogram"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = Histogram(np.zeros(1), {})
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

    def show_picture(self, picture: Histogram) -> None:
        if len(picture.edges) < 2 or not picture.counts:
            self.clear("There is nothing to count yet.")
            return
        self._picture = picture
        self.plot.keep_only(set(picture.counts))
        edges = np.asarray(picture.edges, float)
        for index, (name, counts) in enumerate(picture.counts.items()):
            style = Style(index, filled=True)
            self.plot.set_steps(name, edges, np.asarray(counts, float), style)
        self.legend.set_entries(
            [Entry(name, name, i, shape="square") for i, name in enumerate(picture.counts)]
        )
        self.plot.set_axes(picture.x_label, picture.y_label)
        self._read(None)
        self.ready()

    def table(self) -> list[Row]:
        picture = self._picture
        rows = zip(picture.edges[:-1], picture.edges[1:], *picture.counts.values(), strict=True)
        return [("from", "to", *picture.counts), *(tuple(float(v) for v in row) for row in rows)]

    def _read(self, x: float | None) -> None:
        edges = self._picture.edges
        inside = x is not None and edges[0] <= x < edges[-1]
        self.legend.set_values(
            {
                name: short(self.plot.value_at(name, x)) if inside else ""
                for name in self._picture.counts
            }
        )
