"""Many equal tiles in rows that scroll; only those in sight are painted, so 10,000 cost as 100 do.

A subclass says how large a tile is (`tile_size`) and paints one (`paint_tile`). Mouse, keyboard,
the ring on the tile under the mouse and the rings of a selection are the same for all.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from gui.theme import manager
from gui.widgets.typing_first import TAKES_SPACE


@dataclass(frozen=True)
class TileLayout:
    """Where each tile lies; all in logical pixels of the whole content."""

    count: int
    columns: int
    tile: QSize
    gap: int
    origin: QPoint  # of the first tile

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)

    @property
    def size(self) -> QSize:
        """Of the content, with the same margin on every side."""
        width = self.columns * (self.tile.width() + self.gap) - self.gap
        height = self.rows * (self.tile.height() + self.gap) - self.gap
        return QSize(width + 2 * self.origin.x(), height + self.origin.y() + self.gap)

    def rect(self, index: int) -> QRect:
        row, column = divmod(index, self.columns)
        step = QPoint(
            column * (self.tile.width() + self.gap), row * (self.tile.height() + self.gap)
        )
        return QRect(self.origin + step, self.tile)

    def at(self, point: QPoint) -> int:
        """Index of the tile at a point, or -1 between tiles and outside."""
        away = point - self.origin
        if away.x() < 0 or away.y() < 0:
            return -1
        column, x = divmod(away.x(), self.tile.width() + self.gap)
        row, y = divmod(away.y(), self.tile.height() + self.gap)
        index = row * self.columns + column
        hit = column < self.columns and x < self.tile.width() and y < self.tile.height()
        return index if hit and index < self.count else -1

    def between(self, top: int, bottom: int) -> range:
        """Indices of the tiles that touch the band from top to bottom."""
        step = self.tile.height() + self.gap
        first = max(0, (top - self.origin.y()) // step)
        last = max(first, min(self.rows, (bottom - self.origin.y()) // step + 1))
        return range(first * self.columns, min(self.count, last * self.columns))


class Tiles(QAbstractScrollArea):
    """The scrolling area; give it `count` and a subclass that paints."""

    picked = Signal(int)
    hovered = Signal(int)  # -1 when the mouse leaves

    gap = 8
    margin = 12
    header = 0  # pixels kept above the first row for titles that stay in sight
    horizontal = False  # one row that scrolls sideways

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = self._columns = 0
        self._hover = self._current = -1
        self._selected: frozenset[int] = frozenset()
        self._layout: TileLayout | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(TAKES_SPACE, True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(40)
        self.horizontalScrollBar().setSingleStep(40)
        manager().changed.connect(self._restyle)

    # What a subclass says.

    def tile_size(self, width: int) -> QSize:
        """Size of one tile when `width` pixels are there for `self._columns` columns (0: free)."""
        raise NotImplementedError

    def paint_tile(self, painter: QPainter, index: int, area: QRect) -> None:
        raise NotImplementedError

    def paint_header(self, painter: QPainter, layout: TileLayout) -> None:
        """Titles above the columns, in the band of `self.header` pixels."""

    # What is shown.

    def set_tiles(self, count: int, columns: int = 0) -> None:
        """Show `count` tiles in `columns` columns (0: as many as fit)."""
        self._count, self._columns = count, columns
        self._hover = -1
        self._current = min(self._current, count - 1)
        self.relayout()

    def select(self, indices: frozenset[int] | set[int]) -> None:
        """Ring these tiles."""
        self._selected = frozenset(indices)
        self.viewport().update()

    def highlight(self, index: int) -> None:
        """Show a tile as under the mouse without telling anybody; -1 for none."""
        if index != self._hover:
            self._hover = index
            self.viewport().update()

    def layout_for(self, width: int) -> TileLayout:
        tile = self.tile_size(width - 2 * self.margin)
        free = (width - 2 * self.margin + self.gap) // (tile.width() + self.gap)
        columns = self._columns or max(1, min(free, max(self._count, 1)))
        if self.horizontal:
            columns = max(1, self._count)
        return TileLayout(
            self._count, columns, tile, self.gap, QPoint(self.margin, self.header + self.margin)
        )

    def relayout(self) -> None:
        """Work out the tiles again after a change of size or of content."""
        view = self.viewport().size()
        self._layout = self.layout_for(view.width())
        content = self._layout.size
        for bar, whole, seen in (
            (self.verticalScrollBar(), content.height(), view.height()),
            (self.horizontalScrollBar(), content.width(), view.width()),
        ):
            bar.setRange(0, max(0, whole - seen) if self._count else 0)
            bar.setPageStep(seen)
        self.viewport().update()

    def show_tile(self, index: int) -> None:
        """Scroll until a tile is in sight."""
        if self._layout is None or not 0 <= index < self._count:
            return
        area = self._layout.rect(index)
        for bar, first, last, seen in (
            (self.verticalScrollBar(), area.top(), area.bottom(), self.viewport().height()),
            (self.horizontalScrollBar(), area.left(), area.right(), self.viewport().width()),
        ):
            if first - self.margin - self.header < bar.value():
                bar.setValue(first - self.margin - self.header)
            elif last + self.margin > bar.value() + seen:
                bar.setValue(last + self.margin - seen)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        offset = QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        if self._layout is not None and self._count:
            self.paint_content(painter, self._layout, event.rect().translated(offset), offset)

    def paint_content(
        self, painter: QPainter, layout: TileLayout, seen: QRect, offset: QPoint
    ) -> None:
        """Paint the tiles within `seen` (of the content), moved by -offset, and the header."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(seen.translated(-offset), QColor(manager().theme.panel))
        for index in layout.between(seen.top(), seen.bottom()):
            area = layout.rect(index)
            if area.intersects(seen):
                area.translate(-offset)
                self.paint_tile(painter, index, area)
                self._paint_rings(painter, index, area)
        if self.header:
            painter.save()
            painter.translate(-offset.x(), 0)
            self.paint_header(painter, layout)
            painter.restore()

    def paint_whole(self, painter: QPainter, size: QSize) -> None:
        """Paint the content from its top, `size` of it, as it is saved to a file."""
        if self._count:
            layout = self.layout_for(self.viewport().width())
            self.paint_content(painter, layout, QRect(QPoint(), size), QPoint())

    def _paint_rings(self, painter: QPainter, index: int, area: QRect) -> None:
        current = index == self._current and self.hasFocus()
        if not (current or index == self._hover or index in self._selected):
            return
        theme = manager().theme
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ring = area.adjusted(-2, -2, 2, 2)
        if index in self._selected:
            painter.setPen(QPen(QColor(theme.accent), 2.5))
            painter.drawRoundedRect(ring, 4, 4)
        if current:
            painter.setPen(QPen(QColor(theme.accent), 2, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(ring, 4, 4)
        elif index == self._hover:
            painter.setPen(QPen(QColor(theme.text), 1.5))
            painter.drawRoundedRect(ring, 4, 4)

    def _restyle(self) -> None:
        self.relayout()

    # Mouse and keyboard.

    def index_at(self, point: QPoint) -> int:
        """Index of the tile at a point of the viewport, or -1."""
        if self._layout is None or point.y() < self.header:
            return -1
        bars = QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        return self._layout.at(point + bars)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover_to(self.index_at(event.position().toPoint()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self._current = index
            self.viewport().update()
            self.picked.emit(index)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover_to(-1)
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = self._layout.columns if self._layout is not None else 1
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
        }
        key = Qt.Key(event.key())
        if key in steps and self._count:
            target = max(self._current, 0) + (steps[key] if self._current >= 0 else 0)
            if 0 <= target < self._count:
                self._current = target
                self.show_tile(target)
                self._hover_to(target)
                self.viewport().update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._current >= 0:
            self.picked.emit(self._current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.relayout()

    def _hover_to(self, index: int) -> None:
        if index != self._hover:
            self._hover = index
            self.viewport().update()
            self.hovered.emit(index)
