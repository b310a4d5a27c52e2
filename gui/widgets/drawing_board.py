"""A small picture that a person draws on with the mouse."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QKeyCombination, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from gui.theme import manager
from gui.widgets.claiming import Claiming, combination
from gui.widgets.pixels import draw_image, fitted, to_qimage

KEPT = 60  # strokes that can be taken back
INK, PAPER = QColor(26, 26, 26), QColor(255, 255, 255)
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
UNDO = QKeyCombination(_CTRL, Qt.Key.Key_Z)
REDO = QKeyCombination(_CTRL | _SHIFT, Qt.Key.Key_Z)

Pixels = NDArray[np.uint8]


class DrawingBoard(Claiming):
    """The left button draws in the colour in hand, the right one in paper, the middle one picks."""

    changed = Signal()  # the picture is another
    sized = Signal(int)  # the brush was made larger or smaller by a key
    colour_changed = Signal(QColor)  # another was picked, or by a key ink and paper were exchanged
    turned = Signal(int)  # to the next picture, or (-1) the one before

    claimed = frozenset(
        QKeyCombination(key)
        for key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight, Qt.Key.Key_X,
                    Qt.Key.Key_Delete, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
    ) | {UNDO, REDO}  # fmt: skip

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colour = INK
        self.size_of_brush = 1.0  # in pixels of the picture
        self._image = to_qimage(np.full((32, 32, 3), 255, np.uint8))
        self._past: list[QImage] = []
        self._future: list[QImage] = []
        self._from: QPointF | None = None  # where the brush is down, in pixels of the picture
        self._in_hand = INK
        self._at: QPointF | None = None  # the mouse
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(96, 96)
        self.setAccessibleName("Board to draw on")
        manager().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(256, 256)

    # --- the picture ------------------------------------------------------------------------------

    @property
    def pixels(self) -> Pixels:
        """(H, W, 3) RGB."""
        image = self._image.convertToFormat(QImage.Format.Format_RGBA8888)
        flat = np.frombuffer(image.constBits(), np.uint8)
        rows = flat.reshape(image.height(), image.bytesPerLine())[:, : 4 * image.width()]
        return rows.reshape(image.height(), image.width(), 4)[..., :3].copy()

    def set_picture(self, pixels: Pixels, remember: bool = True) -> None:
        """Go on from a picture (H, W, 3), without telling."""
        if remember:
            self._remember()
        self._image = to_qimage(pixels)
        self.update()

    def clear_board(self) -> None:
        """Nothing but paper."""
        self._remember()
        self._image.fill(PAPER)
        self._tell()

    def undo(self) -> None:
        """Back to the picture before the last stroke."""
        self._turn_back(self._past, self._future)

    def redo(self) -> None:
        """The stroke that was taken back, again."""
        self._turn_back(self._future, self._past)

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    def _turn_back(self, source: list[QImage], other: list[QImage]) -> None:
        if source:
            other.append(self._image.copy())
            self._image = source.pop()
            self._tell()

    def _remember(self) -> None:
        self._past = [*self._past, self._image.copy()][-KEPT:]
        self._future = []

    def _tell(self) -> None:
        self.update()
        self.changed.emit()

    # --- places and painting ----------------------------------------------------------------------

    def area(self) -> QRectF:
        """Where the picture is painted."""
        return fitted(self._image, QRectF(self.rect()))

    def pixel_at(self, point: QPointF) -> QPointF | None:
        """The place in the picture's pixels; None beside it."""
        area = self.area()
        if not area.contains(point):
            return None
        return (point - area.topLeft()) * (self._image.width() / area.width())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, area = manager().theme, self.area()
        draw_image(painter, area, self._image)
        painter.setPen(QPen(theme.color("accent" if self.hasFocus() else "border"), 1.5))
        painter.drawRect(area.adjusted(0.75, 0.75, -0.75, -0.75))
        if self._at is None or self.pixel_at(self._at) is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = max(2.5, self.size_of_brush * area.width() / self._image.width() / 2)
        for colour, width in ((PAPER, 3.0), (INK, 1.3)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(self._at, radius, radius)

    def _draw_to(self, place: QPointF) -> None:
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line, round_ = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap
        painter.setPen(QPen(self._in_hand, self.size_of_brush, line, round_))
        start = self._from if self._from is not None else place
        if start == place:
            painter.drawPoint(place)
        else:
            painter.drawLine(start, place)
        painter.end()
        self._from = place
        self._tell()

    # --- mouse and keys ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place, button = self.pixel_at(event.position()), event.button()
        if place is None:
            event.ignore()
        elif button == Qt.MouseButton.MiddleButton:
            self.take_colour(self._image.pixelColor(int(place.x()), int(place.y())))
        else:
            self._in_hand = PAPER if button == Qt.MouseButton.RightButton else self.colour
            self._remember()
            self._draw_to(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._at = event.position()
        place = self.pixel_at(self._at)
        self.setCursor(Qt.CursorShape.ArrowCursor if place is None else Qt.CursorShape.CrossCursor)
        if self._from is not None and place is not None:
            self._draw_to(place)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._from = None

    def leaveEvent(self, event: QEvent) -> None:
        self._at = None
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The right button over the picture draws; beside it, it opens the menu."""
        over = self.pixel_at(QPointF(event.pos())) is not None
        event.setAccepted(over and event.reason() == QContextMenuEvent.Reason.Mouse)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, both = Qt.Key(event.key()), combination(event)
        if both == UNDO:
            self.undo()
        elif both == REDO:
            self.redo()
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self.sized.emit(1 if key == Qt.Key.Key_BracketRight else -1)
        elif key == Qt.Key.Key_X:
            self.take_colour(INK if self.colour == PAPER else PAPER)
        elif key == Qt.Key.Key_Delete:
            self.clear_board()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turned.emit(1 if key == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)

    def take_colour(self, colour: QColor) -> None:
        """Draw in this one from now on."""
        self.colour = colour
        self.colour_changed.emit(colour)
