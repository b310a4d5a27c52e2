"""A slider with two handles: the part of a line that is kept."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.theme import manager

HANDLE = 7  # pixels, radius
LEAST = 0.02  # between the handles, as a share of the line
STEP = 0.02  # by an arrow key


class RangeSlider(QWidget):
    """From `low` to `high` of 0..1. The nearer handle follows the mouse; between them both do.

    Arrows move the upper handle, with Shift the lower one.
    """

    changed = Signal(float, float)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.low, self.high = 0.0, 1.0
        self._held = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setMinimumSize(QSize(90, 2 * HANDLE + 4))
        manager().changed.connect(self.update)

    def set_range(self, low: float, high: float) -> None:
        """Move both handles, and tell."""
        low = min(max(0.0, low), 1.0 - LEAST)
        high = max(min(1.0, high), low + LEAST)
        if (low, high) != (self.low, self.high):
            self.low, self.high = low, high
            self.changed.emit(low, high)
            self.update()

    def move(self, handle: str, at: float) -> None:
        """One of the handles, "low" or "high", as far as the other lets it."""
        if handle == "low":
            self.set_range(min(at, self.high - LEAST), self.high)
        else:
            self.set_range(self.low, max(at, self.low + LEAST))

    def _share(self, x: float) -> float:
        return (x - HANDLE) / max(1, self.width() - 2 * HANDLE)

    def _x(self, share: float) -> float:
        return HANDLE + share * (self.width() - 2 * HANDLE)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._share(event.position().x())
        self._held = "low" if abs(at - self.low) < abs(at - self.high) else "high"
        self.move(self._held, at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self.move(self._held, self._share(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -STEP, Qt.Key.Key_Right: STEP}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.move("low", self.low + step)
        else:
            self.move("high", self.high + step)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = manager().theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, low, high = self.height() / 2, self._x(self.low), self._x(self.high)
        painter.setBrush(theme.color("border_strong"))
        painter.drawRoundedRect(
            QRectF(HANDLE, middle - 1.5, self.width() - 2 * HANDLE, 3), 1.5, 1.5
        )
        painter.setBrush(theme.color("accent"))
        painter.drawRoundedRect(QRectF(low, middle - 1.5, high - low, 3), 1.5, 1.5)
        for x in (low, high):
            painter.setBrush(theme.color("accent_hover" if self.hasFocus() else "accent"))
            painter.drawEllipse(QPointF(x, middle), HANDLE - 1, HANDLE - 1)
            painter.setBrush(theme.color("panel"))
            painter.drawEllipse(QPointF(x, middle), HANDLE - 4, HANDLE - 4)
