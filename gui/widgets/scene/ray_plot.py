"""A ray from the eye on: what the field holds along it, and what of it reaches the pixel."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from gui import fonts
from gui.theme import SPACE, TYPE, manager
from gui.widgets.savable import Row, Savable

if TYPE_CHECKING:
    from core.viewing import OpenRay

STRIP, TICKS = 12, 7  # pixels of the colours along the ray, and of the marks of samples
ZOOM, CLOSEST = 0.002, 0.01  # of the logarithm by an eighth of a degree; least share in sight


class RayPlot(Savable):
    """Density, transmittance and weight against the distance, with the colours below."""

    name = "Ray"
    pointed = Signal(int)  # the sample under the mouse, −1 when it leaves

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ray: OpenRay | None = None
        self._at = -1
        self._part = (0.0, 1.0)  # of the ray that is in sight
        self.setMouseTracking(True)
        self.setMinimumSize(QSize(220, 130))
        self.setAccessibleName("What lies along the ray")
        manager().changed.connect(self.update)

    def show_ray(self, ray: OpenRay | None) -> None:
        """Another ray, or the same of other weights."""
        self._ray = ray
        if ray is None or self._at >= len(ray.t):
            self._at = -1
        self.update()

    def table(self) -> list[Row]:
        return [] if self._ray is None else list(self._ray.rows())

    def can_save(self) -> bool:
        return self._ray is not None

    # --- where things are -------------------------------------------------------------------------

    def _area(self) -> QRectF:
        """Where the lines are drawn."""
        bottom = STRIP + TICKS + TYPE.caption + 2 * SPACE.tight + SPACE.small
        return QRectF(self.rect()).adjusted(SPACE.small, 24, -SPACE.small, -bottom)

    def _span(self) -> tuple[float, float]:
        """Distances at the left and the right edge."""
        assert self._ray is not None
        t = self._ray.t
        low, high = (float(t[0]), float(t[-1])) if len(t) > 1 and t[-1] > t[0] else (0.0, 1.0)
        return low + self._part[0] * (high - low), low + self._part[1] * (high - low)

    def _x(self, t: np.ndarray, area: QRectF) -> np.ndarray:
        low, high = self._span()
        return area.left() + (np.asarray(t) - low) / (high - low) * area.width()

    # --- the mouse --------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._ray is None or not len(self._ray.t):
            return
        away = np.abs(self._x(self._ray.t, self._area()) - event.position().x())
        self._point(int(away.argmin()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Nearer what is under the mouse."""
        area, (low, high) = self._area(), self._part
        at = low + (event.position().x() - area.left()) / max(1.0, area.width()) * (high - low)
        factor = math.exp(-ZOOM * event.angleDelta().y())
        low, high = at + (low - at) * factor, at + (high - at) * factor
        self._part = (max(0.0, low), min(1.0, high)) if high - low > CLOSEST else self._part
        event.accept()
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """All of the ray again."""
        self._part = (0.0, 1.0)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._point(-1)

    def _point(self, at: int) -> None:
        if at != self._at:
            self._at = at
            self.pointed.emit(at)
            self.update()

    # --- painting ---------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.export_paint(painter)

    def export_paint(self, painter: QPainter) -> None:
        theme = manager().theme
        painter.fillRect(QRectF(self.rect()), theme.color("plot_background"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = fonts.numbers(TYPE.caption)
        painter.setFont(font)
        area = self._area()
        ray = self._ray
        if ray is None or not len(ray.t):
            painter.setPen(theme.color("text_secondary"))
            words = "" if ray is None else "Nothing lies on this ray."
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, words)
            return
        self._paint_grid(painter, area)
        x = self._x(ray.t, area)
        painter.save()
        painter.setClipRect(area.adjusted(-1, -1, 1, self.height()))
        most = max(float(ray.density.max()), 1e-9)
        self._paint_steps(painter, area, x, ray.density / most, self._ink(0), filled=True)
        peak = max(float(ray.weight.max()), 1e-9)
        self._paint_bars(painter, area, x, ray.weight / peak)
        self._paint_steps(painter, area, x, ray.transmittance, self._ink(1), filled=False)
        self._paint_below(painter, area, x, ray)
        painter.restore()
        self._paint_legend(painter, area, (f"density, to {most:.3g}", "transmittance",
                                           f"weight, to {peak:.2f}"))  # fmt: skip
        if self._at >= 0:
            painter.setPen(QPen(theme.color("text"), 1))
            painter.drawLine(QPointF(x[self._at], area.top()), QPointF(x[self._at], area.bottom()))

    @staticmethod
    def _ink(line: int) -> QColor:
        return manager().theme.category((0, 2, 1)[line])

    def _paint_grid(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QPen(manager().theme.color("plot_grid"), 1))
        for share in (0.0, 0.5, 1.0):
            y = area.bottom() - share * area.height()
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))

    def _paint_steps(
        self, painter: QPainter, area: QRectF, x: np.ndarray, y: np.ndarray, ink: QColor,
        filled: bool,
    ) -> None:  # fmt: skip
        heights = area.bottom() - np.clip(y, 0, 1) * area.height()
        path = QPainterPath(QPointF(x[0], area.bottom() if filled else heights[0]))
        for at, height in zip(x, heights, strict=True):
            path.lineTo(QPointF(at, height))
        painter.setPen(QPen(ink, 1.6))
        if filled:
            line = QPainterPath(path)
            path.lineTo(QPointF(x[-1], area.bottom()))
            path.closeSubpath()
            fill = QColor(ink)
            fill.setAlphaF(0.20)
            painter.fillPath(path, fill)
            path = line
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _paint_bars(self, painter: QPainter, area: QRectF, x: np.ndarray, y: np.ndarray) -> None:
        painter.setPen(QPen(self._ink(2), 2.0))
        for at in np.flatnonzero(y > 1e-3):
            top = area.bottom() - min(1.0, y[at]) * area.height()
            painter.drawLine(QPointF(x[at], area.bottom()), QPointF(x[at], top))

    def _paint_below(self, painter: QPainter, area: QRectF, x: np.ndarray, ray: OpenRay) -> None:
        """The colours, as strong as what is dense there, the samples, the distances."""
        theme = manager().theme
        top = area.bottom() + SPACE.tight
        edges = np.concatenate([x[:1], (x[1:] + x[:-1]) / 2, x[-1:]])
        painter.setPen(Qt.PenStyle.NoPen)
        stopped = 1 - np.exp(-ray.density * np.gradient(ray.t)) if len(ray.t) > 1 else ray.weight
        for at, (r, g, b) in enumerate(np.clip(ray.colour, 0, 1)):
            shown = QColor.fromRgbF(
                float(r), float(g), float(b), float(np.clip(stopped[at] * 4, 0, 1))
            )
            painter.setBrush(shown)
            wide = max(0.5, edges[at + 1] - edges[at] + 0.5)
            painter.drawRect(QRectF(edges[at], top, wide, STRIP))
        ticks = top + STRIP + 2
        for at in range(len(x)):
            first = ray.coarse is not None and ray.coarse[at]
            painter.setPen(QPen(theme.color("warning" if first else "text_faint"), 1))
            painter.drawLine(QPointF(x[at], ticks), QPointF(x[at], ticks + (TICKS if first else 4)))
        painter.setPen(theme.color("text_faint"))
        low, high = self._span()
        line = QRectF(area.left(), ticks + TICKS, area.width(), TYPE.caption + SPACE.tight)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, f"{low:.2f}")
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, f"{high:.2f}")
        marked = "distance" if ray.coarse is None else "distance; long marks: the coarse pass"
        painter.drawText(line, Qt.AlignmentFlag.AlignHCenter, marked)

    def _paint_legend(self, painter: QPainter, area: QRectF, words: tuple[str, ...]) -> None:
        theme, left = manager().theme, area.left()
        for line, text in enumerate(words):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._ink(line))
            painter.drawRoundedRect(QRectF(left, 10, 10, 3), 1, 1)
            painter.setPen(theme.color("text_secondary"))
            painter.drawText(QPointF(left + 14, 16), text)
            left += 14 + painter.fontMetrics().horizontalAdvance(text) + SPACE.medium
