"""Pictures with a hole that a person paints, beside what was made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QKeyCombination, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.fonts import numbers, text
from gui.theme import SPACE, TYPE, manager
from gui.widgets.brush import Mask, Place, rim, stroke
from gui.widgets.claiming import Claiming, combination
from gui.widgets.pixels import draw_image, to_qimage
from gui.widgets.squares import Squares, fit

TITLE, NOTE = 18, 16  # heights of the lines over and under a picture
LEAST = 64  # pixels of a picture's side; smaller ones scroll
KEPT = 60  # strokes that can be taken back
MOST_LINES = 4000  # of a rim; a finer one would only be a grey veil
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


@dataclass(frozen=True)
class Column:
    """One picture a row; a note under each, and nothing but its title where none has come yet."""

    title: str
    images: NDArray[np.uint8] | None  # (N, H, W, 3)
    notes: Sequence[str] = ()


class FillCanvas(Claiming):
    """The first column is painted on, the last is the truth; the hole is the same in every row."""

    changed = Signal()  # the hole is another
    sized = Signal(int)  # the brush was made larger or smaller by a key
    shows_changed = Signal(bool)  # the brush shows again what was hidden, by a key
    turned = Signal(int)  # to the next picture, or (-1) the one before

    claimed = frozenset(
        QKeyCombination(key)
        for key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight, Qt.Key.Key_X,
                    Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
    ) | {QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Z)}  # fmt: skip

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.columns: Sequence[Column] = ()
        self.hidden: Mask = np.zeros((1, 1), bool)
        self.size_of_brush, self.grain, self.shows = 5, 1, False
        self._answered = self.hidden  # the hole that the first column's pictures have
        self._past: list[Mask] = []
        self._from: Place | None = None  # where the brush is down
        self._hiding = True  # what the stroke in hand does
        self._at: QPointF | None = None  # the mouse
        self._cursor: tuple[int, int] | None = None  # pixel that the arrow keys are at
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._room = QSize(480, 300)
        self.setAccessibleName("Picture to hide a part of")
        manager().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(480, 300)

    # --- what is shown ----------------------------------------------------------------------------

    def show_columns(self, columns: Sequence[Column], answered: Mask) -> None:
        """Pictures whose first column has the hole `answered`; the hole in hand stays."""
        if self.hidden.shape != answered.shape:
            self.hidden, self._past = answered.copy(), []
        self.columns, self._answered = columns, answered
        self.set_room(self._room)

    def set_room(self, room: QSize) -> None:
        """Fit into what is seen of it, as far as the pictures do not become too small."""
        self._room = room
        needed = self.squares().height
        self.setMinimumHeight(needed if needed > room.height() else 0)
        self.update()

    def set_hidden(self, hidden: Mask, remember: bool = True) -> None:
        """Another hole, without telling."""
        if remember and self.hidden.shape == hidden.shape:
            self._remember()
        self.hidden = hidden.copy()
        self.update()

    def undo(self) -> None:
        """Back to the hole before the last stroke."""
        if self._past:
            self.hidden = self._past.pop()
            self.update()
            self.changed.emit()

    def clear_hole(self) -> None:
        """Hide nothing."""
        if self.hidden.any():
            self.set_hidden(np.zeros_like(self.hidden))
            self.changed.emit()

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    def _remember(self) -> None:
        self._past = [*self._past, self.hidden.copy()][-KEPT:]

    # --- places -----------------------------------------------------------------------------------

    @property
    def _rows(self) -> int:
        shown = [c.images for c in self.columns if c.images is not None]
        return len(shown[0]) if shown else 0

    def squares(self) -> Squares:
        """Where the pictures lie, row by row."""
        room, side = (self._room.width(), self._room.height()), self.hidden.shape[1]
        rows, columns = max(1, self._rows), max(1, len(self.columns))
        return fit(rows, columns, room, SPACE.small, (TITLE, NOTE), side, LEAST)

    def place_of(self, row: int, column: int) -> QRectF:
        """Where a picture is painted."""
        squares = self.squares()
        x, y = squares.place(row * len(self.columns) + column)
        return QRectF(x, y, squares.side, squares.side)

    def pixel_at(self, point: QPointF) -> Place | None:
        """The place in a picture of the first column, in its pixels; None beside them."""
        for row in range(self._rows):
            area = self.place_of(row, 0)
            if area.contains(point):
                scale = self.hidden.shape[1] / area.width()
                return (point.x() - area.x()) * scale, (point.y() - area.y()) * scale
        return None

    # --- painting on screen -----------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = manager().theme
        painter.fillRect(self.rect(), theme.color("panel"))
        lines = rim(self.hidden)
        for row in range(self._rows):
            for at, column in enumerate(self.columns):
                area = self.place_of(row, at)
                self._paint_words(painter, area, column, row, at)
                image = self._image(column, row, at)
                if image is None:
                    painter.fillRect(area, theme.color("hover"))
                    continue
                draw_image(painter, area, to_qimage(image))
                if at == 0 and len(lines) <= MOST_LINES:
                    self._paint_rim(painter, area, lines)
        self._paint_brush(painter)

    def _image(self, column: Column, row: int, at: int) -> NDArray[np.uint8] | None:
        """The picture; in the first column with what was painted since the answer."""
        if column.images is None or at > 0:
            return None if column.images is None else column.images[row]
        image, truth = column.images[row].copy(), self.columns[-1].images
        image[self.hidden & ~self._answered] = 128
        back = self._answered & ~self.hidden
        if truth is not None:
            image[back] = truth[row][back]
        return image

    def _paint_words(
        self, painter: QPainter, area: QRectF, column: Column, row: int, at: int
    ) -> None:
        theme = manager().theme
        elide = Qt.TextElideMode.ElideRight
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        if row < max(1, self.squares().columns // len(self.columns)):  # over the first line alone
            painter.setFont(text(TYPE.small))
            painter.setPen(theme.color("text" if 0 < at < len(self.columns) - 1 else "text_faint"))
            room = QRectF(area.x(), area.y() - TITLE, area.width(), TITLE)
            shown = painter.fontMetrics().elidedText(column.title, elide, int(room.width()))
            painter.drawText(room, middle, shown)
        if row < len(column.notes):
            painter.setFont(numbers(TYPE.caption))
            painter.setPen(theme.color("text_secondary"))
            room = QRectF(area.x(), area.bottom() + 1, area.width(), NOTE)
            shown = painter.fontMetrics().elidedText(column.notes[row], elide, int(room.width()))
            painter.drawText(room, middle, shown)

    def _paint_rim(self, painter: QPainter, area: QRectF, lines: NDArray[np.int64]) -> None:
        """The rim of the hole: what stands in it may be just the colour beside it."""
        scale = area.width() / self.hidden.shape[1]
        drawn = [
            QLineF(area.x() + x0 * scale, area.y() + y0 * scale,
                   area.x() + x1 * scale, area.y() + y1 * scale)
            for x0, y0, x1, y1 in lines.tolist()
        ]  # fmt: skip
        painter.setPen(QPen(manager().theme.color("accent"), 1.5))
        painter.drawLines(drawn)

    def _paint_brush(self, painter: QPainter) -> None:
        """Where the brush is, by mouse or by keys."""
        if not self._rows:
            return
        area = self.place_of(0, 0)
        scale = area.width() / self.hidden.shape[1]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        at = self._at if self._at is not None and self.pixel_at(self._at) is not None else None
        if at is None and self._cursor is not None and self.hasFocus():
            at = area.topLeft() + QPointF(*(scale * (p + 0.5) for p in self._cursor))
        if at is None:
            return
        radius = max(3.0, self.size_of_brush * scale / 2)
        for colour, width in (("panel", 3.0), ("text", 1.3)):
            painter.setPen(QPen(manager().theme.color(colour), width))
            painter.drawEllipse(at, radius, radius)

    # --- mouse and keys ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.pixel_at(event.position())
        buttons = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
        if place is None or event.button() not in buttons:
            event.ignore()
            return
        self._begin(place, other=event.button() == Qt.MouseButton.RightButton)
        self._from = place
        self._paint_to(place)

    def _begin(self, place: Place, other: bool = False) -> None:
        """Begin a stroke. Of patches, the first one decides: what is hidden is shown again."""
        self._remember()
        hiding = not self.shows
        if self.grain > 1:
            hiding = not self.hidden[int(place[1]), int(place[0])]
        self._hiding = hiding != other

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._at = event.position()
        place = self.pixel_at(self._at)
        self.setCursor(Qt.CursorShape.ArrowCursor if place is None else Qt.CursorShape.CrossCursor)
        if self._from is not None and place is not None:
            self._paint_to(place)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._from = None

    def leaveEvent(self, event: QEvent) -> None:
        self._at = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl another brush; without it the pictures scroll."""
        held = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        event.setAccepted(held)
        if held:
            self.sized.emit(1 if event.angleDelta().y() > 0 else -1)

    def contextMenuEvent(self, event: QEvent) -> None:
        """The right button over a picture paints; beside them it opens the menu."""
        if self._at is not None and self.pixel_at(self._at) is not None:
            event.accept()
        else:
            event.ignore()

    def _paint_to(self, place: Place) -> None:
        start = self._from or place
        touched = stroke(self.hidden.shape, start, place, self.size_of_brush, self.grain)
        self._from = place
        found = self.hidden | touched if self._hiding else self.hidden & ~touched
        if (found != self.hidden).any():
            self.hidden = found
            self.update()
            self.changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if combination(event) == QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Z):
            self.undo()
        elif key in ARROWS:
            self._move_cursor(*ARROWS[key])
        elif key == Qt.Key.Key_Space and self._cursor is not None:
            place = self._cursor[0] + 0.5, self._cursor[1] + 0.5
            self._begin(place)
            self._paint_to(place)
            self._from = None
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self.sized.emit(1 if key == Qt.Key.Key_BracketRight else -1)
        elif key == Qt.Key.Key_X:
            self.shows_changed.emit(not self.shows)
        elif key == Qt.Key.Key_Delete:
            self.clear_hole()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turned.emit(1 if key == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)

    def _move_cursor(self, right: int, down: int) -> None:
        """By a patch, or by half the brush; the first key puts it in the middle."""
        height, width = self.hidden.shape
        step = self.grain if self.grain > 1 else max(1, self.size_of_brush // 2)
        if self._cursor is None:
            self._cursor = width // 2, height // 2
        else:
            x, y = self._cursor[0] + right * step, self._cursor[1] + down * step
            self._cursor = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
        self.update()

    def focusInEvent(self, event: QEvent) -> None:
        super().focusInEvent(event)
        self.update()
