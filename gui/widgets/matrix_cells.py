"""The painted matrix: cells, titles, scale and the value under the mouse."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from core.colours import colour_map, diverging_map, rgb
from core.pictures import Matrix
from gui.fonts import numbers
from gui.theme import SPACE, TYPE, manager
from gui.widgets.numbers import aligned, places_for, short, tidy
from gui.widgets.pixels import colour, limits, to_qimage

_FLAGS = Qt.AlignmentFlag
_BAR = 14  # width of the colour bar
_READOUT = 22


class MatrixCells(QWidget):
    """The painted matrix."""

    cell_changed = Signal(int, int)
    cell_pressed = Signal(int, int)
    chosen_changed = Signal(int, int)  # by a click or the arrow keys; -1 for none

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = Matrix(np.zeros((1, 1)))
        self._image = QImage()
        self._colours = np.zeros((1, 1, 3), np.uint8)
        self._range = (0.0, 1.0)
        self._cell = (-1, -1)
        self.chosen = (-1, -1)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 140)
        manager().changed.connect(self.rebuild)

    def show_matrix(self, picture: Matrix) -> None:
        """Show another matrix; of the same size, as while a run trains, it keeps its cells."""
        if picture.values.shape != self.picture.values.shape:
            self._cell = self.chosen = (-1, -1)
        self.picture = picture
        self.rebuild()

    def rebuild(self) -> None:
        """Colour the cells anew, for the theme's map of this kind of scale."""
        picture, theme = self.picture, manager().theme
        low, high = limits(picture.values, picture.diverging)
        low = low if picture.low is None else picture.low
        high = high if picture.high is None else picture.high
        self._range = (low, high if high > low else low + 1.0)
        unknown = np.array(rgb(theme.hover), np.uint8)
        self._colours = colour(picture.values, *self._range, self._table(), unknown)
        self._image = to_qimage(self._colours)
        self.update()

    def _table(self) -> np.ndarray:
        return (
            diverging_map(manager().theme.dark) if self.picture.diverging else colour_map("viridis")
        )

    # Places.

    def _cells_area(self) -> QRectF:
        """Where the cells lie: as large as fits beside titles, labels and the scale."""
        picture = self.picture
        metrics = QFontMetrics(numbers(TYPE.caption))
        rows, columns = picture.values.shape
        left = SPACE.medium + (20 if picture.row_label else 0)
        if len(picture.rows):
            left += (
                min(
                    max(110, self.width() // 5),
                    max(metrics.horizontalAdvance(t) for t in picture.rows),
                )
                + 8
            )
        top = SPACE.medium + (20 if picture.column_label else 0)
        top += 20 if len(picture.columns) else 0
        right = SPACE.medium + _BAR + 12 + self._scale_width(metrics)
        room = QRectF(left, top, self.width() - left - right, self.height() - top - _READOUT - 8)
        side = min(room.width() / max(columns, 1), room.height() / max(rows, 1))
        wide = min(room.width(), side * columns * 1.6)
        side_x = max(wide / max(columns, 1), 1e-3)
        return QRectF(left, top, side_x * columns, max(side, 1e-3) * rows)

    def _scale_width(self, metrics: QFontMetrics) -> int:
        return 8 + max(metrics.horizontalAdvance(tidy(v)) for v in (*self._range, 0.0))

    def cell_rect(self, row: int, column: int) -> QRectF:
        area = self._cells_area()
        rows, columns = self.picture.values.shape
        width, height = area.width() / columns, area.height() / rows
        return QRectF(area.x() + column * width, area.y() + row * height, width, height)

    def cell_at(self, point: QPointF) -> tuple[int, int]:
        """Row and column under a point, (-1, -1) outside."""
        area = self._cells_area()
        if not area.contains(point):
            return -1, -1
        rows, columns = self.picture.values.shape
        row = int((point.y() - area.y()) / area.height() * rows)
        column = int((point.x() - area.x()) / area.width() * columns)
        return min(row, rows - 1), min(column, columns - 1)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), manager().theme.color("panel"))
        area = self._cells_area()
        painter.setRenderHint(
            QPainter.RenderHint.SmoothPixmapTransform, area.width() < self._image.width()
        )
        painter.drawImage(area, self._image)
        self._paint_numbers(painter)
        self._paint_titles(painter, area)
        self._paint_scale(painter, area)
        self._paint_readout(painter, area)

    def _paint_numbers(self, painter: QPainter) -> None:
        """Values inside the cells, if the longest fits."""
        values = self.picture.values
        if values.size > 900:
            return
        painter.setFont(numbers(TYPE.caption))
        places = places_for(map(float, values.ravel()), 2)
        texts = [[aligned(float(v), places, 2) for v in row] for row in values]
        cell = self.cell_rect(0, 0)
        widest = max(painter.fontMetrics().horizontalAdvance(t) for row in texts for t in row)
        if widest + 8 > cell.width() or painter.fontMetrics().height() + 2 > cell.height():
            return
        light = self._colours @ np.array([0.299, 0.587, 0.114]) > 140
        for row, line in enumerate(texts):
            for column, text in enumerate(line):
                painter.setPen(Qt.GlobalColor.black if light[row, column] else Qt.GlobalColor.white)
                painter.drawText(self.cell_rect(row, column), _FLAGS.AlignCenter, text)

    def _paint_titles(self, painter: QPainter, area: QRectF) -> None:
        picture, theme = self.picture, manager().theme
        painter.setFont(numbers(TYPE.caption))
        metrics = painter.fontMetrics()
        cell = self.cell_rect(0, 0)
        every = max(1, -(-metrics.height() // max(int(cell.height()), 1)))
        labelled = 20 if picture.row_label else 0
        for row in range(0, len(picture.rows), every):
            painter.setPen(theme.color("text" if row == self._cell[0] else "text_secondary"))
            place = self.cell_rect(row, 0)
            room = QRectF(labelled + 6, place.center().y() - 9, area.left() - labelled - 12, 18)
            text = metrics.elidedText(
                picture.rows[row], Qt.TextElideMode.ElideRight, int(room.width())
            )
            painter.drawText(room, _FLAGS.AlignRight | _FLAGS.AlignVCenter, text)
        widest = max((metrics.horizontalAdvance(t) for t in picture.columns), default=0)
        wide = max(cell.width() - 4, min(widest, 28))
        every = max(1, math.ceil(wide / max(cell.width(), 1.0)))
        for column in range(0, len(picture.columns), every):
            painter.setPen(theme.color("text" if column == self._cell[1] else "text_secondary"))
            place = self.cell_rect(0, column)
            room = QRectF(place.center().x() - wide / 2, area.top() - 20, wide, 18)
            text = metrics.elidedText(
                picture.columns[column], Qt.TextElideMode.ElideRight, int(wide) + 1
            )
            painter.drawText(room, _FLAGS.AlignCenter, text)
        self._paint_labels(painter, area)

    def _paint_labels(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(manager().theme.color("text_faint"))
        if self.picture.column_label:
            room = QRectF(area.left(), SPACE.small, max(area.width(), 160), 18)
            painter.drawText(
                room, _FLAGS.AlignLeft | _FLAGS.AlignVCenter, self.picture.column_label
            )
        if self.picture.row_label:
            painter.save()
            painter.translate(SPACE.small, area.bottom())
            painter.rotate(-90)
            room = QRectF(0, 0, max(area.height(), 120), 18)
            painter.drawText(room, _FLAGS.AlignLeft | _FLAGS.AlignVCenter, self.picture.row_label)
            painter.restore()

    def _paint_scale(self, painter: QPainter, area: QRectF) -> None:
        theme, (low, high) = manager().theme, self._range
        bar = QRectF(area.right() + 12, area.top(), _BAR, area.height())
        painter.drawImage(bar, to_qimage(np.ascontiguousarray(self._table()[::-1, None, :])))
        painter.setFont(numbers(TYPE.caption))
        painter.setPen(theme.color("text_secondary"))
        marks = [high, low] if bar.height() < 60 else [high, (low + high) / 2, low]
        for value in marks:
            y = bar.top() + (high - value) / (high - low) * bar.height()
            y = min(max(y, bar.top() + 7), bar.bottom() - 7)
            room = QRectF(bar.right() + 6, y - 9, self.width() - bar.right() - 6, 18)
            painter.drawText(room, _FLAGS.AlignLeft | _FLAGS.AlignVCenter, tidy(value))

    def _paint_readout(self, painter: QPainter, area: QRectF) -> None:
        theme, (row, column) = manager().theme, self._cell
        room = QRectF(
            area.left(), self.height() - _READOUT - 4, self.width() - area.left() - 8, _READOUT
        )
        painter.setFont(numbers(TYPE.small))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.chosen[0] >= 0:
            painter.setPen(QPen(theme.color("accent"), 3))
            painter.drawRect(self.cell_rect(*self.chosen))
        if row < 0 and self.chosen[0] >= 0:
            row, column = self.chosen
        elif row >= 0:
            painter.setPen(QPen(theme.color("text"), 2))
            painter.drawRect(self.cell_rect(row, column))
        if row < 0:
            painter.setPen(theme.color("text_faint"))
            painter.drawText(room, _FLAGS.AlignLeft | _FLAGS.AlignVCenter, self.picture.value_label)
            return
        painter.setPen(theme.color("text"))
        text = painter.fontMetrics().elidedText(
            self.describe(row, column), Qt.TextElideMode.ElideRight, int(room.width())
        )
        painter.drawText(room, _FLAGS.AlignLeft | _FLAGS.AlignVCenter, text)

    def describe(self, row: int, column: int) -> str:
        """«true cat, answered dog: 0.12»."""
        picture = self.picture
        first, second = self.names(row, column)
        return f"{first}, {second}: {short(float(picture.values[row, column]), 4)}"

    def names(self, row: int, column: int) -> tuple[str, str]:
        """What a row and a column are called."""
        picture = self.picture
        first = picture.rows[row] if len(picture.rows) else str(row)
        second = picture.columns[column] if len(picture.columns) else str(column)
        return (
            f"{picture.row_label or 'row'} {first}",
            f"{picture.column_label or 'column'} {second}",
        )

    # Mouse and keyboard.

    def _go(self, row: int, column: int) -> None:
        if (row, column) != self._cell:
            self._cell = (row, column)
            self.update()
            self.cell_changed.emit(row, column)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go(*self.cell_at(event.position()))

    def choose(self, row: int, column: int) -> None:
        """Ring a cell, until another is chosen; (-1, -1) for none."""
        if (row, column) != self.chosen:
            self.chosen = (row, column)
            self.update()
            self.chosen_changed.emit(row, column)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(*self.cell_at(event.position()))
        if event.button() == Qt.MouseButton.LeftButton and self._cell[0] >= 0:
            self.choose(*self._cell)
            self.cell_pressed.emit(*self._cell)

    def leaveEvent(self, event: QEvent) -> None:
        self._go(-1, -1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        rows, columns = self.picture.values.shape
        row, column = (max(0, at) for at in (self.chosen if self.chosen[0] >= 0 else self._cell))
        row, column = (min(max(row + step[0], 0), rows - 1),
                       min(max(column + step[1], 0), columns - 1))  # fmt: skip
        self.choose(row, column)
        self._go(row, column)

    def sizeHint(self) -> QSize:
        return QSize(420, 380)
