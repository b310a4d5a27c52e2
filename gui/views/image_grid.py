"""Images in rows: crisp when small, each with its caption, ten thousand as smooth as ten."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QHelpEvent, QImage, QPainter
from PySide6.QtWidgets import QToolTip, QWidget

from core.pictures import ImageGrid, Images
from gui.fonts import numbers, text
from gui.theme import SPACE, TYPE, manager
from gui.views.base import Row, TileView, tooltip
from gui.widgets.grouped import GroupedLayout
from gui.widgets.pixels import draw_image, to_qimage
from gui.widgets.tiles import TileLayout, Tiles

_CAPTION = 18
_LEAST_IN_SIGHT = 36  # pixels of a side, however many rows are to be seen at once
_KEPT = 1500  # images kept ready


class _Images(Tiles):
    """The tiles: an image over its caption; the one under the mouse is shown enlarged."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.images: Images = np.zeros((0, 1, 1, 3), np.uint8)
        self.captions: Sequence[str] = ()
        self.numbers: Sequence[int] = ()
        self.groups: Sequence[tuple[str, int]] = ()
        self._ready: dict[int, QImage] = {}
        self.side = 64  # wanted pixels of an image's width
        self.rows_in_sight = 0  # where columns are given: so many rows are to be seen at once

    def tile_size(self, width: int) -> QSize:
        height, image_width = self.images.shape[1:3]
        side = self.side
        if self._columns:
            room = (width + self.gap) // self._columns - self.gap
            side = max(8, min(160, room, self._room_of_a_row()))
        if side >= image_width:
            side = side // image_width * image_width  # whole pixels stay square
        tall = max(1, round(side * height / image_width))
        return QSize(side, tall + (_CAPTION if len(self.captions) else 0))

    def _room_of_a_row(self) -> int:
        """Pixels of a side with which the rows that are to be seen are."""
        if not self.rows_in_sight:
            return 160
        below = _CAPTION if len(self.captions) else 0
        high = (self.viewport().height() - 2 * self.margin + self.gap) // self.rows_in_sight
        return max(_LEAST_IN_SIGHT, high - self.gap - below)

    def paint_tile(self, painter: QPainter, index: int, area: QRect) -> None:
        below = _CAPTION if len(self.captions) else 0
        draw_image(painter, QRectF(area.adjusted(0, 0, 0, -below)), self.image_at(index))
        if below:
            theme = manager().theme
            painter.setFont(numbers(TYPE.caption))
            painter.setPen(theme.color("text_secondary"))
            text = painter.fontMetrics().elidedText(
                self.captions[index], Qt.TextElideMode.ElideRight, area.width() + 2
            )
            room = QRect(area.left(), area.bottom() - below + 3, area.width() + 2, below)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def show_images(self, picture: ImageGrid) -> None:
        self.images, self.captions = picture.images, picture.captions
        self.groups = picture.groups
        self._ready.clear()
        self.set_tiles(len(picture.images), picture.columns)

    def image_at(self, index: int) -> QImage:
        """The image as Qt draws it, kept while it is in use."""
        if index not in self._ready:
            if len(self._ready) >= _KEPT:
                self._ready.clear()
            self._ready[index] = to_qimage(self.images[index])
        return self._ready[index]

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.index_at(event.pos())
            text = self.hint(index) if index >= 0 else ""
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def hint(self, index: int) -> str:
        """Rich text: the picture's number, caption and size."""
        caption = self.captions[index] if len(self.captions) else ""
        height, width = self.images.shape[1:3]
        return tooltip(f"Picture {self.numbers[index]}", caption, f"{width} × {height} pixels")

    def layout_for(self, width: int) -> TileLayout:
        plain = super().layout_for(width)
        if not self.groups:
            return plain
        tile = self.tile_size(width - 2 * self.margin)
        fitting = max(1, (width - 2 * self.margin + self.gap) // (tile.width() + self.gap))
        lengths = tuple(count for _, count in self.groups)
        columns = self._columns or fitting
        return GroupedLayout(plain.count, columns, tile, self.gap, plain.origin, lengths)

    def _paint_titles(self, painter: QPainter, layout: GroupedLayout, offset: QPoint) -> None:
        painter.setFont(text(TYPE.small, QFont.Weight.DemiBold))
        painter.setPen(manager().theme.color("text"))
        for group, (title, _) in enumerate(self.groups):
            self._line(painter, layout.title(group).translated(-offset), title)

    def paint_content(self, painter: QPainter, layout, seen: QRect, offset: QPoint) -> None:
        super().paint_content(painter, layout, seen, offset)
        if isinstance(layout, GroupedLayout):
            self._paint_titles(painter, layout, offset)
        if self._hover >= 0 and self.underMouse():
            self._paint_enlarged(painter, layout.rect(self._hover).translated(-offset))

    def _paint_enlarged(self, painter: QPainter, tile: QRect) -> None:
        """The picture under the mouse, two to four times as large, with its number and caption."""
        view = self.viewport().rect().adjusted(4, 4, -4, -4)
        below = 40 if len(self.captions) else 24
        height, width = self.images.shape[1:3]
        room = min(view.width() - 16, view.height() - below - 16, max(192, 2 * tile.width()))
        if room <= tile.width() * 1.2:
            return
        scale = room / max(height, width)
        scale = int(scale) if scale >= 1 else scale
        size = QSize(round(width * scale), round(height * scale))
        card = QRect(QPoint(), size + QSize(16, 16 + below))
        card.moveTopLeft(tile.topRight() + QPoint(SPACE.medium, 0))
        if card.right() > view.right():
            card.moveRight(tile.left() - SPACE.medium)
        card.moveLeft(max(view.left(), card.left()))
        card.moveTop(max(view.top(), min(card.top(), view.bottom() - card.height())))
        theme = manager().theme
        painter.setPen(theme.color("border_strong"))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(card, 6, 6)
        draw_image(
            painter, QRectF(QRect(card.topLeft() + QPoint(8, 8), size)), self.image_at(self._hover)
        )
        line = QRect(card.left() + 8, card.top() + size.height() + 14, size.width(), 18)
        painter.setFont(numbers(TYPE.small))
        painter.setPen(theme.color("text"))
        self._line(painter, line, f"Picture {self.numbers[self._hover]}")
        if len(self.captions):
            painter.setPen(theme.color("text_secondary"))
            self._line(painter, line.translated(0, 17), self.captions[self._hover])

    def _line(self, painter: QPainter, room: QRect, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


class ImageGridView(TileView):
    """Shows an ImageGrid; `picked` and `hovered` carry the run's number of the picture."""

    name = "Images"

    def __init__(self, parent: QWidget | None = None) -> None:
        self._tiles = _Images()
        super().__init__(self._tiles, parent)
        self._tiles.picked.connect(lambda at: self.picked.emit(self._number(at)))
        self._tiles.hovered.connect(lambda at: self.hovered.emit(self._number(at)))

    def show_picture(self, picture: ImageGrid) -> None:
        count = len(picture.images)
        if not count:
            self.clear("There are no images to show.")
            return
        tiles = self._tiles
        tiles.numbers = range(count) if picture.indices is None else picture.indices.tolist()
        tiles.show_images(picture)
        self.ready()

    def set_side(self, pixels: int) -> None:
        """Wanted width of an image where the picture leaves the columns to the view."""
        self._tiles.side = max(8, pixels)
        self._tiles.relayout()

    def keep_in_sight(self, rows: int) -> None:
        """Where columns are given: images so small that about so many rows are seen; 0: no care."""
        if rows != self._tiles.rows_in_sight:
            self._tiles.rows_in_sight = rows
            self._tiles.relayout()

    def highlight(self, index: int) -> None:
        numbers = list(self._tiles.numbers)
        self._tiles.highlight(numbers.index(index) if index in numbers else -1)

    def select(self, indices: Sequence[int]) -> None:
        """Ring the pictures with these numbers."""
        wanted = set(indices)
        self._tiles.select({at for at, n in enumerate(self._tiles.numbers) if n in wanted})

    def table(self) -> list[Row]:
        tiles = self._tiles
        captions = tiles.captions if len(tiles.captions) else [""] * len(tiles.images)
        means = tiles.images.mean(axis=(1, 2)) / 255.0  # (N, 3)
        rows = zip(tiles.numbers, captions, means.tolist(), strict=True)
        return [
            ("picture", "caption", "mean red", "mean green", "mean blue"),
            *((number, caption, *mean) for number, caption, mean in rows),
        ]

    def _number(self, at: int) -> int:
        return int(self._tiles.numbers[at]) if at >= 0 else -1
