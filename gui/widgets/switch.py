"""A switch: on or off, told by position and by a mark as well as by colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from core.config import Option, Value
from gui.theme import manager


class Switch(QAbstractButton):
    """Checkable; Space or a click turns it."""

    edited = Signal(object)  # bool

    def __init__(self, option: Option | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if option is not None:
            self.setChecked(bool(option.default))
        # Qt hands a bound `emit` no argument; a function that asks for one gets it.
        self.clicked.connect(lambda on: self.edited.emit(on))
        manager().changed.connect(self.update)

    def value(self) -> bool:
        return self.isChecked()

    def set_value(self, value: Value) -> None:
        self.setChecked(bool(value))

    def sizeHint(self) -> QSize:
        return QSize(38, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = manager().theme
        on, enabled = self.isChecked(), self.isEnabled()
        track = QRectF(2, 3, 34, 18)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 1.5))
            painter.drawRoundedRect(track.adjusted(-1.5, -1.5, 1.5, 1.5), 10.5, 10.5)
        painter.setPen(Qt.PenStyle.NoPen)
        fill = theme.color("accent") if on else theme.color("text_faint", 0.55)
        fill.setAlphaF(fill.alphaF() * (1.0 if enabled else 0.4))
        painter.setBrush(fill)
        painter.drawRoundedRect(track, 9, 9)
        knob = QPointF(27 if on else 11, 12)
        painter.setBrush(theme.color("accent_text" if on else "panel"))
        painter.drawEllipse(knob, 6.5, 6.5)
        if on:
            painter.setPen(QPen(fill, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPolyline([knob + QPointF(-2.6, 0.2), knob + QPointF(-0.7, 2.2),
                                  knob + QPointF(2.8, -2.0)])  # fmt: skip
