"""Nine tiles that a person lays in an order, beside the order they are taken for and the true one.

A tile is moved by dragging it onto another, by a click on each of two, or by arrows and Space.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QKeyCombination, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from core.pictures import Floats, Images, Ints
from gui.fonts import numbers, text
from gui.theme import RADIUS_SMALL, SPACE, TYPE, manager
from gui.widgets.claiming import Claiming
from gui.widgets.pixels import draw_image, to_qimage

TITLE = 20  # height of the line over a board
GAP_BOARDS = 16
GAP = 2  # between the tiles of a puzzle
CHOICE = 76  # pixels of a small picture below
CHOICES = 5  # of them
WIDE = 1.9  # a room so many times as wide as high has them beside the boards
CHOICES_HEIGHT = CHOICE + 34
SLOP = 5  # pixels that a click may move
MOVES = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -3, Qt.Key.Key_Down: 3}


class TileBoard(Claiming):
    """Three boards: the tiles as they lie, as they were put in order, as they belong."""

    swapped = Signal(int, int)  # two places change their tiles
    asked = Signal()  # by Enter
    turned = Signal(int)  # to the next picture, or (-1) the one before

    claimed = frozenset(
        QKeyCombination(key)
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Escape,
                    Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
    )  # fmt: skip

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles: Images = np.zeros((9, 1, 1, 3), np.uint8)
        self.laid: Ints = np.arange(9)
        self.answers: Ints = np.zeros((0, 9), int)  # likeliest first; none until it was asked
        self.chances: Floats = np.zeros(0)
        self.shows_truth = False
        self._picked, self._current = -1, -1  # the place chosen first; the one that keys are at
        self._pressed: QPointF | None = None
        self._dragged: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(220, 120)
        self.setAccessibleName("Tiles to put in order")
        manager().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(480, 300)

    def show_tiles(
        self, tiles: Images, laid: Ints, answers: Ints, chances: Floats, truth: bool
    ) -> None:
        """Tiles (9, s, s, 3) as they belong; place j shows tile laid[j]; answers (T, 9) or none."""
        self.tiles, self.laid, self.shows_truth = tiles, laid, truth
        self.answers, self.chances = answers, chances
        self.update()

    def let_go(self) -> None:
        """No tile is picked any more."""
        self._picked, self._dragged = -1, None
        self.update()

    # --- places -----------------------------------------------------------------------------------

    def boards(self) -> list[QRectF]:
        """Where the boards lie: the one that is moved large, the others over one another beside."""
        room = self._room_of_boards()
        wide, high = room.width() - 2 * SPACE.small, room.height() - SPACE.small
        # The small ones, q high with a title over each, are together as high as the large one.
        small = int(min((high - 2 * TITLE - SPACE.small) / 2, (wide - GAP_BOARDS - TITLE) / 3))
        small = max(small, 12)
        large = 2 * small + TITLE + SPACE.small
        x = (room.width() - large - GAP_BOARDS - small) / 2
        y = max(0.0, (high - large - TITLE) / 2) + TITLE
        beside = x + large + GAP_BOARDS
        return [
            QRectF(x, y, large, large),
            QRectF(beside, y, small, small),
            QRectF(beside, y + large - small, small, small),
        ]

    def _room_of_boards(self) -> QRectF:
        """All but where the small pictures of the answers are: below, or beside in a wide room."""
        if self.width() < WIDE * self.height():
            return QRectF(0, 0, self.width(), self.height() - CHOICES_HEIGHT)
        beside = -(-CHOICES // self._lines()) * (CHOICE + SPACE.small) + SPACE.medium
        return QRectF(0, 0, self.width() - beside, self.height())

    def _lines(self) -> int:
        """How many of the small pictures stand over one another in a wide room."""
        return max(1, (self.height() - SPACE.small) // CHOICES_HEIGHT)

    def _place_of_choice(self, answer: int) -> QPointF:
        """Upper left corner of a small picture."""
        boards, step = self._room_of_boards(), CHOICE + SPACE.small
        if boards.width() < self.width():
            row, column = divmod(answer, -(-CHOICES // self._lines()))
            y = (self.height() - self._lines() * CHOICES_HEIGHT) / 2 + row * CHOICES_HEIGHT
            return QPointF(boards.width() + column * step, max(2.0, y))
        left = (self.width() - len(self.answers) * step + SPACE.small) / 2
        return QPointF(max(left, 2.0) + answer * step, boards.height() + 4)

    def place_of(self, at: int, board: int = 0) -> QRectF:
        """Where the tile at a place of a board is painted."""
        area = self.boards()[board]
        row, column = divmod(at, 3)
        side = (area.width() - 2 * GAP) / 3
        return QRectF(area.x() + column * (side + GAP), area.y() + row * (side + GAP), side, side)

    def place_at(self, point: QPointF) -> int:
        """The place of the first board at a point, or -1."""
        return next((at for at in range(9) if self.place_of(at).contains(point)), -1)

    # --- painting ---------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), manager().theme.color("panel"))
        asked = len(self.answers) > 0
        titles = ("As it lies", "The network's order", "Truth")
        told = (True, asked, self.shows_truth)
        for board, (title, known) in enumerate(zip(titles, told, strict=True)):
            self._paint_title(painter, board, title)
            if not known:
                self._paint_unknown(painter, board)
        self._paint_tiles(painter, 0, self.tiles[self.laid])
        if asked:
            self._paint_tiles(painter, 1, self._believed(0))
            self._paint_verdicts(painter)
            self._paint_choices(painter)
        if self.shows_truth:
            self._paint_tiles(painter, 2, self.tiles)
        self._paint_hand(painter)

    def _believed(self, answer: int) -> Images:
        found = np.empty_like(self.tiles)
        found[self.answers[answer]] = self.tiles[self.laid]
        return found

    def _paint_title(self, painter: QPainter, board: int, title: str) -> None:
        area = self.boards()[board]
        painter.setFont(text(TYPE.small))
        painter.setPen(manager().theme.color("text" if board < 2 else "text_faint"))
        room = QRectF(area.x(), area.y() - TITLE, area.width(), TITLE)
        elide = Qt.TextElideMode.ElideRight
        shown = painter.fontMetrics().elidedText(title, elide, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _paint_unknown(self, painter: QPainter, board: int) -> None:
        """An empty board that says what would fill it."""
        theme, area = manager().theme, self.boards()[board]
        painter.setPen(QPen(theme.color("border_strong"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_SMALL, RADIUS_SMALL)
        painter.setPen(theme.color("text_faint"))
        words = "Ask the network" if board == 1 else "Shown with its answer"
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(area.adjusted(8, 8, -8, -8), int(flags), words)

    def _paint_tiles(self, painter: QPainter, board: int, tiles: Images) -> None:
        for at in range(9):
            lifted = board == 0 and at == self._picked and self._dragged is not None
            painter.setOpacity(0.25 if lifted else 1.0)
            draw_image(painter, self.place_of(at, board), to_qimage(tiles[at]))
        painter.setOpacity(1.0)

    def _paint_verdicts(self, painter: QPainter) -> None:
        """A small tick or cross in the corner of each tile that the network laid."""
        theme = manager().theme
        for lies, taken in zip(self.laid.tolist(), self.answers[0].tolist(), strict=True):
            right = lies == taken
            corner = self.place_of(taken, 1).topRight() + QPointF(-8, 8)
            painter.setPen(QPen(theme.color("panel"), 1.5))
            painter.setBrush(theme.color("success" if right else "danger"))
            painter.drawEllipse(corner, 6, 6)
            painter.setPen(QPen(theme.color("panel"), 1.6))
            x, y = corner.x(), corner.y()
            if right:
                painter.drawPolyline(
                    [QPointF(x - 3, y), QPointF(x - 1, y + 2), QPointF(x + 3, y - 2)]
                )
            else:
                painter.drawLine(QPointF(x - 2, y - 2), QPointF(x + 2, y + 2))
                painter.drawLine(QPointF(x - 2, y + 2), QPointF(x + 2, y - 2))

    def _paint_choices(self, painter: QPainter) -> None:
        """The likeliest orders, each as the picture it would make, over its probability."""
        theme, side = manager().theme, CHOICE
        painter.setFont(numbers(TYPE.caption))
        for answer in range(len(self.answers)):
            corner = self._place_of_choice(answer)
            x, top = corner.x(), corner.y()
            for at, tile in enumerate(self._believed(answer)):
                row, column = divmod(at, 3)
                third = side / 3
                place = QRectF(x + column * third, top + row * third, third, third)
                draw_image(painter, place, to_qimage(tile))
            right = bool((self.answers[answer] == self.laid).all())
            if right:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme.color("success"), 2))
                painter.drawRect(QRectF(x - 1, top - 1, side + 2, side + 2))
            bar = QRectF(x, top + side + 5, side, 4)
            painter.fillRect(bar, theme.color("hover"))
            bar.setWidth(side * float(self.chances[answer]))
            painter.fillRect(bar, theme.color("success" if right else "accent"))
            painter.setPen(theme.color("text" if answer == 0 else "text_secondary"))
            words = f"{self.chances[answer]:.0%}" + (" ✓" if right else "")
            room = QRectF(x, top + side + 10, side, 18)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_hand(self, painter: QPainter) -> None:
        """The place picked, the one the keys are at, the tile on its way."""
        theme = manager().theme
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._picked >= 0:
            painter.setPen(QPen(theme.color("accent"), 3))
            painter.drawRect(self.place_of(self._picked).adjusted(1, 1, -1, -1))
        if self._current >= 0 and self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 2, Qt.PenStyle.DotLine))
            painter.drawRect(self.place_of(self._current).adjusted(-1, -1, 1, 1))
        if self._dragged is not None and self._picked >= 0:
            area = self.place_of(self._picked)
            area.moveCenter(self._dragged)
            painter.setOpacity(0.9)
            draw_image(painter, area, to_qimage(self.tiles[self.laid[self._picked]]))
            painter.setOpacity(1.0)

    # --- mouse and keys ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.place_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._current = -1
        if at < 0:
            self.let_go()
            if self.boards()[1].contains(event.position()) and not len(self.answers):
                self.asked.emit()
            return
        if self._picked >= 0:
            self._choose(at)
            return
        self._picked, self._pressed = at, event.position()
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self.place_at(event.position()) >= 0
        self.setCursor(Qt.CursorShape.OpenHandCursor if over else Qt.CursorShape.ArrowCursor)
        if self._pressed is not None:
            if (event.position() - self._pressed).manhattanLength() > SLOP:
                self._dragged = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        dragged, self._dragged, self._pressed = self._dragged is not None, None, None
        if dragged:
            at = self.place_at(event.position())
            self._choose(at if at >= 0 else self._picked)
        self.update()

    def _choose(self, at: int) -> None:
        """Pick a tile, or swap it with the one that was picked."""
        first, self._picked = self._picked, -1
        if first < 0:
            self._picked = at
        elif first != at:
            self.swapped.emit(first, at)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in MOVES:
            at = self._current + MOVES[key]
            sideways = key in (Qt.Key.Key_Left, Qt.Key.Key_Right)
            if self._current < 0:
                self._current = 0
            elif 0 <= at < 9 and not (sideways and at // 3 != self._current // 3):
                self._current = at
            self.update()
        elif key == Qt.Key.Key_Space and self._current >= 0:
            self._choose(self._current)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.asked.emit()
        elif key == Qt.Key.Key_Escape:
            self.let_go()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turned.emit(1 if key == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QEvent) -> None:
        super().focusOutEvent(event)
        self.update()
