"""A line through the past of the games: drag along it to look back, its right end is now."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import manager
from gui.widgets.numbers import count

ENDS = 12.0  # pixels left and right of the line
NUDGE = 0.02  # of the whole, by an arrow key


class ClockLine(QWidget):
    """`moved` tells a place on the clock, None for now."""

    moved = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reached = 0.0
        self.at: float | None = None
        self.clock = "steps"
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Time of the games")
        self.setToolTip("Drag to look back; arrows move, End is now")
        manager().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(300, 26)

    def set_reached(self, reached: float, clock: str) -> None:
        """How far the games have come on which clock."""
        if (reached, clock) != (self.reached, self.clock):
            self.reached, self.clock = reached, clock
            self.update()

    def go(self, at: float | None) -> None:
        """Look there; at or beyond what was reached, look at what is now."""
        if at is not None:
            at = max(0.0, at)
            at = at if at < self.reached else None
        self.at = at
        self.update()
        self.moved.emit(at)

    def said(self) -> str:
        """Where one looks, in words."""
        at = self.reached if self.at is None else self.at
        return f"step {count(int(at))}" if self.clock == "steps" else f"{at:.1f} s"

    def _x(self, at: float) -> float:
        share = at / self.reached if self.reached > 0 else 1.0
        return ENDS + share * (self.width() - 2 * ENDS)

    def _at(self, x: float) -> float | None:
        share = (x - ENDS) / max(1.0, self.width() - 2 * ENDS)
        return None if share >= 0.995 else max(0.0, share) * self.reached

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter = manager().theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y, right = self.height() / 2, self.width() - ENDS
        knob = right if self.at is None else self._x(self.at)
        for token, start, end in (("border_strong", knob, right), ("accent", ENDS, knob)):
            painter.setPen(QPen(theme.color(token), 3, c=Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(start, y), QPointF(end, y))
        painter.setPen(QPen(theme.color("accent"), 2))
        painter.setBrush(theme.color("accent" if self.at is None else "panel"))
        radius = 7 if self.hasFocus() else 6
        painter.drawEllipse(QPointF(knob, y), radius, radius)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.go(self._at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.go(self._at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        now = self.reached if self.at is None else self.at
        places = {
            Qt.Key.Key_Left: now - NUDGE * self.reached,
            Qt.Key.Key_Right: now + NUDGE * self.reached,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: None,
        }
        key = Qt.Key(event.key())
        if key in places:
            self.go(places[key])
        else:
            super().keyPressEvent(event)
