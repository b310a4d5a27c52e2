"""A dialog in which a person draws the points that are to be learned."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.theme import RADIUS, SPACE, manager
from gui.widgets.numbers import counted
from gui.widgets.text import label

SPRAY = 8  # points a move of the mouse
WIDTH = 0.025  # deviation of the spray, of the side of the square
LEAST = 32  # points that are worth learning
MOST = 50_000


class DrawingBoard(QWidget):
    """A square from (-1, -1) to (1, 1); the left button sprays points, the right one wipes."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points = np.empty((0, 2))
        self._dice = np.random.default_rng(0)
        self.setMinimumSize(320, 320)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Board to draw points on")
        manager().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(420, 420)

    def _square(self) -> QRectF:
        side = min(self.width(), self.height())
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def spray(self, x: float, y: float) -> None:
        """Points around a place of the square."""
        near = np.array([x, y]) + 2 * WIDTH * self._dice.standard_normal((SPRAY, 2))
        self.points = np.concatenate([self.points, np.clip(near, -1, 1)])[-MOST:]
        self._tell()

    def wipe(self, x: float, y: float) -> None:
        """Take away what is near a place."""
        self.points = self.points[np.hypot(*(self.points - (x, y)).T) > 4 * WIDTH]
        self._tell()

    def clear(self) -> None:
        """Begin with nothing."""
        self.points = np.empty((0, 2))
        self._tell()

    def _tell(self) -> None:
        self.update()
        self.changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._use(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._use(event)

    def _use(self, event: QMouseEvent) -> None:
        square, at = self._square(), event.position()
        x = 2 * (at.x() - square.left()) / square.width() - 1
        y = 1 - 2 * (at.y() - square.top()) / square.height()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.spray(x, y)
        elif event.buttons() & Qt.MouseButton.RightButton:
            self.wipe(x, y)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter, square = manager().theme, QPainter(self), self._square()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("plot_background"))
        painter.drawRoundedRect(square.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        pen = QPen(theme.color("text"), 2.6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        shown = [
            QPointF(
                square.left() + (x + 1) / 2 * square.width(),
                square.top() + (1 - y) / 2 * square.height(),
            )
            for x, y in self.points
        ]
        painter.drawPoints(QPolygonF(shown))


class DrawingDialog(QDialog):
    """Gives the points (N, 2) that were drawn."""

    drawn = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Draw your own points")
        self.board = DrawingBoard()
        self._said = label("", "small", "secondary")
        self._use = QPushButton("Learn these")
        self._use.setProperty("kind", "primary")
        clear, leave = QPushButton("Clear"), QPushButton("Cancel")
        column = QVBoxLayout(self)
        column.setSpacing(SPACE.medium)
        column.addWidget(label("Draw with the left button, wipe with the right one.", wrap=True))
        column.addWidget(self.board, 1)
        row = QHBoxLayout()
        row.addWidget(self._said, 1)
        for button in (clear, leave, self._use):
            row.addWidget(button)
        column.addLayout(row)
        self.board.changed.connect(self._count)
        clear.clicked.connect(self.board.clear)
        leave.clicked.connect(self.reject)
        self._use.clicked.connect(self._give)
        self._count()

    def _count(self) -> None:
        found = len(self.board.points)
        more = f"; at least {LEAST} are needed" if found < LEAST else ""
        self._said.setText(counted(found, "point") + more)
        self._use.setEnabled(found >= LEAST)

    def _give(self) -> None:
        self.drawn.emit(self.board.points.copy())
        self.accept()
