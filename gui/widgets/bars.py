"""Horizontal bars with their spread: who is how good, on one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from core.report.charts import Bar
from gui.fonts import numbers, text
from gui.theme import SPACE, TYPE, manager
from gui.widgets.savable import Row, Savable

ROW = 30  # pixels that a bar takes, with the gap below
THICK = 16
SIDE = 190  # of the names
_FLAGS = Qt.AlignmentFlag


class Bars(Savable):
    """Shows bars as they are given, the longest name beside each; 0 to 100 per cent."""

    name = "Bars"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: Sequence[Bar] = ()
        self._title = ""
        self.setAccessibleName(self.name)
        manager().changed.connect(self.update)

    def show_bars(self, bars: Sequence[Bar], title: str) -> None:
        """Replace what is shown."""
        self._bars, self._title = list(bars), title
        self.setMinimumHeight(self.sizeHint().height())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, ROW * (len(self._bars) + 2))

    def export_size(self) -> QSize:
        return QSize(max(640, self.width()), self.sizeHint().height())

    def can_save(self) -> bool:
        return bool(self._bars)

    def table(self) -> list[Row]:
        return [
            ("name", self._title, "spread"),
            *((bar.name, bar.value, bar.spread) for bar in self._bars),
        ]

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), manager().theme.color("panel"))
        self._paint(painter, self.width())

    def export_paint(self, painter: QPainter) -> None:
        self._paint(painter, self.export_size().width())

    def _paint(self, painter: QPainter, width: int) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, right = SIDE + SPACE.medium, width - 110.0
        self._paint_scale(painter, left, right)
        for at, bar in enumerate(self._bars):
            self._paint_bar(painter, bar, ROW * (at + 1), left, right)

    def _paint_scale(self, painter: QPainter, left: float, right: float) -> None:
        theme = manager().theme
        bottom = ROW * (len(self._bars) + 1) + 2
        painter.setFont(numbers(TYPE.caption))
        for percent in range(0, 101, 20):
            x = left + (right - left) * percent / 100
            painter.setPen(QPen(theme.color("plot_grid"), 1))
            painter.drawLine(QPointF(x, ROW - 6), QPointF(x, bottom))
            painter.setPen(theme.color("text_faint"))
            painter.drawText(QRectF(x - 20, bottom, 40, 18), _FLAGS.AlignCenter, str(percent))
        painter.setFont(text(TYPE.small))
        painter.drawText(QRectF(left, 0, right - left, 20), _FLAGS.AlignVCenter, self._title)

    def _paint_bar(
        self, painter: QPainter, bar: Bar, top: float, left: float, right: float
    ) -> None:
        theme = manager().theme
        middle = top + THICK / 2
        painter.setFont(text(TYPE.body))
        painter.setPen(theme.color("text_secondary" if bar.quiet else "text"))
        names = QRectF(SPACE.small, top - 4, SIDE - SPACE.small, THICK + 8)
        painter.drawText(names, _FLAGS.AlignRight | _FLAGS.AlignVCenter, bar.name)
        if math.isnan(bar.value):
            return
        ink = theme.color("text_faint") if bar.quiet else theme.category(0)
        end = left + (right - left) * bar.value / 100
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRoundedRect(QRectF(left, top, max(2.0, end - left), THICK), 3, 3)
        reach = (right - left) * bar.spread / 100
        if reach > 0:
            painter.setPen(QPen(theme.color("text"), 1.5))
            painter.drawLine(QPointF(end - reach, middle), QPointF(end + reach, middle))
            for x in (end - reach, end + reach):
                painter.drawLine(QPointF(x, middle - 4), QPointF(x, middle + 4))
        said = f"{bar.value:.1f}" + (f" ± {bar.spread:.1f}" if bar.spread else "")
        painter.setFont(numbers(TYPE.small))
        painter.setPen(theme.color("text_secondary"))
        painter.drawText(QRectF(end + reach + 8, top - 2, 110, THICK + 4),
                         _FLAGS.AlignVCenter, said)  # fmt: skip
