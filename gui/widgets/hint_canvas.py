"""A grey picture on which a person places colours, beside what was made of it and the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QKeyCombination, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui.fonts import text
from gui.theme import SPACE, TYPE, manager
from gui.widgets.claiming import Claiming, combination
from gui.widgets.pixels import draw_image, to_qimage
from gui.widgets.squares import Squares, fit

Place = tuple[int, int]
TITLE, NOTE = 18, 2  # heights of the lines over and under a picture
DOT = 7.0  # radius of a hint on screen
NEAR = 11.0  # pixels of the screen in which a hint is taken hold of
DIGITS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4,
          Qt.Key.Key_5, Qt.Key.Key_6, Qt.Key.Key_7, Qt.Key.Key_8)  # fmt: skip
UNDO = QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Z)
REDO = QKeyCombination(
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier, Qt.Key.Key_Z
)
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


@dataclass(frozen=True)
class Dot:
    """A hint as it is drawn."""

    place: Place
    colour: QColor


class HintCanvas(Claiming):
    """Three pictures. It tells where was clicked and changes no hint itself."""

    chosen = Signal(int, int)  # a place of the grey picture
    true_wanted = Signal(int, int)  # the colour that the truth has there
    moved = Signal(int, int, int)  # hint number, to x, y
    removed = Signal(int)  # hint number
    swatch = Signal(int)  # by its digit, from 0
    dialog_wanted = Signal()
    undo, redo, clear_wanted = Signal(), Signal(), Signal()
    turned = Signal(int)  # to the next picture, or (-1) the one before

    claimed = frozenset(
        QKeyCombination(key)
        for key in (*DIGITS, Qt.Key.Key_C, Qt.Key.Key_Space, Qt.Key.Key_Delete,
                    Qt.Key.Key_Backspace, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
    ) | {UNDO, REDO}  # fmt: skip

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures: Sequence[NDArray[np.uint8]] = ()  # (H, W, 3) of grey, coloured, truth
        self.titles: Sequence[str] = ()
        self.dots: Sequence[Dot] = ()
        self.at: Place | None = None  # the place in hand
        self._over: tuple[int, Place] | None = None  # picture and place under the mouse
        self._held: int | None = None  # the hint that is dragged
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 120)
        self.setAccessibleName("Grey picture to give colours to")
        manager().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(520, 220)

    def show_pictures(
        self, pictures: Sequence[NDArray[np.uint8]], titles: Sequence[str], dots: Sequence[Dot]
    ) -> None:
        """Pictures (H, W, 3) of one size with their titles; the first one with dots."""
        self.pictures, self.titles, self.dots = pictures, titles, dots
        self.update()

    def show_dots(self, dots: Sequence[Dot], at: Place | None) -> None:
        """The hints and the place in hand, before an answer to them has come."""
        self.dots, self.at = dots, at
        if self._held is not None and self._held >= len(dots):
            self._held = None
        self.update()

    # --- places -----------------------------------------------------------------------------------

    @property
    def side(self) -> int:
        """Of a picture, in its pixels."""
        return self.pictures[0].shape[1] if self.pictures else 1

    def squares(self) -> Squares:
        room = self.width(), self.height()
        return fit(1, max(1, len(self.pictures)), room, SPACE.small, (TITLE, NOTE), self.side)

    def area(self, picture: int) -> QRectF:
        """Where a picture is painted."""
        squares = self.squares()
        x, y = squares.place(picture)
        return QRectF(x, y, squares.side, squares.side)

    def point_of(self, place: Place, picture: int = 0) -> QPointF:
        """The middle of a pixel, in the widget."""
        area = self.area(picture)
        scale = area.width() / self.side
        return area.topLeft() + QPointF(*((p + 0.5) * scale for p in place))

    def under(self, point: QPointF) -> tuple[int, Place] | None:
        """Which picture is there, and which of its pixels."""
        for number in range(len(self.pictures)):
            area = self.area(number)
            if area.contains(point):
                scale, most = self.side / area.width(), self.side - 1
                x, y = ((point - area.topLeft()) * scale).toTuple()
                return number, (min(int(x), most), min(int(y), most))
        return None

    def hint_at(self, point: QPointF) -> int | None:
        """The uppermost hint that is close enough to be taken hold of."""
        for number in reversed(range(len(self.dots))):
            away = self.point_of(self.dots[number].place) - point
            if away.x() ** 2 + away.y() ** 2 <= NEAR**2:
                return number
        return None

    # --- painting ---------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), manager().theme
        painter.fillRect(self.rect(), theme.color("panel"))
        for number, (pixels, title) in enumerate(zip(self.pictures, self.titles, strict=True)):
            area = self.area(number)
            painter.setFont(text(TYPE.small))
            painter.setPen(theme.color("text" if number == 1 else "text_secondary"))
            line = QRectF(area.x(), area.y() - TITLE, area.width(), TITLE)
            words = painter.fontMetrics().elidedText(
                title, Qt.TextElideMode.ElideRight, int(area.width())
            )
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
            draw_image(painter, area, to_qimage(pixels))
        if self.pictures:
            self._paint_hints(painter)

    def _paint_hints(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for dot in self.dots:
            middle = self.point_of(dot.place)
            painter.setBrush(dot.colour)
            _ringed(painter, middle, DOT)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.at is not None:
            _ringed(painter, self.point_of(self.at), DOT + 4)
        if self._over is not None:  # the same place in all three
            for number in range(len(self.pictures)):
                if number != self._over[0]:
                    _ringed(painter, self.point_of(self._over[1], number), 3.5)

    # --- mouse and keys ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.under(event.position())
        if found is None:
            event.ignore()
            return
        number, place = found
        left = event.button() == Qt.MouseButton.LeftButton
        held = self.hint_at(event.position()) if number == 0 else None
        if held is not None and event.button() == Qt.MouseButton.RightButton:
            self.removed.emit(held)
        elif left and held is not None:
            self._held = held
            self.chosen.emit(*self.dots[held].place)
        elif left and number == 2:
            self.true_wanted.emit(*place)
        elif left:
            self.chosen.emit(*place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._over = self.under(event.position())
        shape = Qt.CursorShape.ArrowCursor if self._over is None else Qt.CursorShape.CrossCursor
        if self._over is not None and self._over[0] == 0:
            held = self.hint_at(event.position()) is not None
            shape = Qt.CursorShape.PointingHandCursor if held else shape
            if self._held is not None and self.dots[self._held].place != self._over[1]:
                self.moved.emit(self._held, *self._over[1])
        self.setCursor(shape)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None

    def contextMenuEvent(self, event: QEvent) -> None:
        """Over a hint the right button takes it away; elsewhere it opens the menu."""
        event.setAccepted(self._over is not None and self._over[0] == 0)

    def leaveEvent(self, event: QEvent) -> None:
        self._over = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, both = Qt.Key(event.key()), combination(event)
        if both == UNDO:
            self.undo.emit()
        elif both == REDO:
            self.redo.emit()
        elif key in DIGITS:
            self.swatch.emit(DIGITS.index(key))
        elif key == Qt.Key.Key_C:
            self.dialog_wanted.emit()
        elif key in ARROWS and self.pictures:
            x, y = self.at or (self.side // 2, self.side // 2)
            right, down = ARROWS[key] if self.at is not None else (0, 0)
            most = self.side - 1
            self.chosen.emit(min(max(x + right, 0), most), min(max(y + down, 0), most))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            here = [n for n, dot in enumerate(self.dots) if dot.place == self.at]
            if here:
                self.removed.emit(here[-1])
            elif key == Qt.Key.Key_Delete:
                self.clear_wanted.emit()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turned.emit(1 if key == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)


def _ringed(painter: QPainter, middle: QPointF, radius: float) -> None:
    """A circle that stands out from any picture: dark around light."""
    painter.setPen(QPen(QColor(0, 0, 0, 200), 3.0))
    painter.drawEllipse(middle, radius, radius)
    painter.setPen(QPen(QColor(255, 255, 255), 1.4))
    painter.drawEllipse(middle, radius, radius)
