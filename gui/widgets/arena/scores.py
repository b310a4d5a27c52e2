"""How the discriminator scores what is real and what was made: two small histograms in one."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from core.pictures import Histogram
from gui.fonts import numbers
from gui.theme import TYPE, manager
from gui.widgets.numbers import short
from gui.widgets.savable import Row, Savable

TOKENS = {"real": 0, "generated": 1}  # entries of the palette
FOOT = 16  # pixels for the numbers below


class ScoresView(Savable):
    """The less the two outlines overlap, the better the discriminator tells them apart."""

    name = "Discriminator's scores"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Histogram | None = None
        self.setFixedHeight(64)
        self.setToolTip(
            "How the discriminator scores real (first colour) and generated points.\n"
            "Apart: it tells them well. One upon the other: it cannot tell them."
        )
        manager().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(240, 64)

    def show_scores(self, scores: Histogram | None) -> None:
        """Other scores."""
        self._shown = scores
        self.update()

    def can_save(self) -> bool:
        return self._shown is not None

    def table(self) -> list[Row]:
        assert self._shown is not None
        names = list(self._shown.counts)
        rows: list[Row] = [("from", "to", *names)]
        for i, (low, high) in enumerate(zip(self._shown.edges[:-1], self._shown.edges[1:])):
            rows.append(
                (float(low), float(high), *(float(self._shown.counts[n][i]) for n in names))
            )
        return rows

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter = manager().theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(0, 2, self.width(), self.height() - FOOT)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if self._shown is None:
            return
        most = max(float(np.max(c)) for c in self._shown.counts.values()) or 1.0
        for name, counts in self._shown.counts.items():
            colour = theme.category(TOKENS.get(name, 2))
            outline = _outline(area, np.asarray(counts, float) / most)
            painter.setPen(QPen(colour, 1.4))
            colour.setAlphaF(0.25)
            painter.setBrush(colour)
            painter.drawPolygon(outline)
        self._foot(painter, area)

    def _foot(self, painter: QPainter, area: QRectF) -> None:
        assert self._shown is not None
        theme = manager().theme
        painter.setFont(numbers(TYPE.caption))
        foot = QRectF(0, area.bottom(), self.width(), FOOT)
        painter.setPen(theme.color("text_faint"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(foot, middle | Qt.AlignmentFlag.AlignLeft, short(self._shown.edges[0]))
        painter.drawText(foot, middle | Qt.AlignmentFlag.AlignRight, short(self._shown.edges[-1]))
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, "score")


def _outline(area: QRectF, heights: np.ndarray) -> QPolygonF:
    """The steps of a histogram with heights in 0..1, closed along the bottom."""
    step = area.width() / len(heights)
    points = [area.bottomLeft()]
    for i, height in enumerate(heights):
        y = area.bottom() - height * area.height()
        points += [QPointF(i * step, y), QPointF((i + 1) * step, y)]
    return QPolygonF([*points, area.bottomRight()])
