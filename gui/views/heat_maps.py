"""Heat laid over images: a row an image, a column a map, the bare image first.

Every map is stretched to its own least and greatest value, so columns tell where, never how much.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QWidget

from core.colours import colour_map
from core.pictures import HeatMaps
from gui.fonts import numbers, text
from gui.theme import SPACE, TYPE, manager
from gui.views.base import Row, TileView
from gui.widgets.pixels import draw_image, enlarge, heat_pixels, stretched, to_qimage
from gui.widgets.tiles import TileLayout, Tiles

_CAPTION = 18
_MAPS = ("magma", "viridis", "cividis", "grey")
_KEPT = 600  # coloured heats kept ready
_FINE = 96  # pixels of the longer side of a coloured heat


class _Maps(Tiles):
    """The tiles: K + 1 in a row."""

    header = 28
    least, most = 48, 180  # pixels of a tile's side

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = HeatMaps(np.zeros((0, 1, 1, 3), np.uint8), np.zeros((0, 0, 1, 1)))
        self.opacity, self.map = 0.65, "magma"
        self._ready: dict[int, QImage] = {}

    def show_maps(self, picture: HeatMaps) -> None:
        self.picture = picture
        self._ready.clear()
        columns = picture.heat.shape[1] + 1
        self.set_tiles(len(picture.images) * columns, columns)

    def set_look(self, opacity: float | None = None, colours: str | None = None) -> None:
        self.opacity = self.opacity if opacity is None else opacity
        if colours is not None:
            self.map = colours
            self._ready.clear()
        self.viewport().update()

    def tile_size(self, width: int) -> QSize:
        height, image_width = self.picture.images.shape[1:3]
        side = (width + self.gap) // max(self._columns, 1) - self.gap
        side = max(self.least, min(self.most, side))
        if side >= image_width:
            side = side // image_width * image_width
        below = _CAPTION if len(self.picture.captions) else 0
        return QSize(side, max(1, round(side * height / image_width)) + below)

    def heat_at(self, index: int) -> QImage:
        """The heat of a tile, resampled to about 96 pixels and coloured."""
        if index not in self._ready:
            if len(self._ready) >= _KEPT:
                self._ready.clear()
            row, column = divmod(index, self._columns)
            height, width = self.picture.images.shape[1:3]
            scale = _FINE / max(height, width)
            size = max(1, round(height * scale)), max(1, round(width * scale))
            heat = enlarge(stretched(self.picture.heat[row, column - 1]), *size)
            self._ready[index] = to_qimage(heat_pixels(heat, colour_map(self.map)))
        return self._ready[index]

    def paint_tile(self, painter: QPainter, index: int, area: QRect) -> None:
        captions = self.picture.captions
        below = _CAPTION if len(captions) else 0
        row, column = divmod(index, self._columns)
        place = QRectF(area.adjusted(0, 0, 0, -below))
        draw_image(painter, place, to_qimage(self.picture.images[row]))
        if column > 0:
            painter.setOpacity(self.opacity)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self.heat_at(index))
            painter.setOpacity(1.0)
        if below and column == 0:
            painter.setFont(numbers(TYPE.caption))
            painter.setPen(manager().theme.color("text_secondary"))
            room = QRect(area.left(), area.bottom() - below + 3, area.width(), below)
            caption = painter.fontMetrics().elidedText(
                captions[row], Qt.TextElideMode.ElideRight, room.width()
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, caption)

    def paint_header(self, painter: QPainter, layout: TileLayout) -> None:
        theme = manager().theme
        painter.fillRect(
            QRect(0, 0, max(layout.size.width(), 10_000), self.header), theme.color("panel")
        )
        painter.setFont(text(TYPE.small))
        titles = [
            "image",
            *(self.picture.columns or [f"map {k + 1}" for k in range(layout.columns - 1)]),
        ]
        for column, title in enumerate(titles):
            place = layout.rect(column)
            room = QRect(place.left(), 4, place.width() + layout.gap - 4, self.header - 4)
            painter.setPen(theme.color("text_faint" if column == 0 else "text_secondary"))
            shown = painter.fontMetrics().elidedText(
                title, Qt.TextElideMode.ElideMiddle, room.width()
            )
            painter.drawText(
                room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown
            )


class HeatMapsView(TileView):
    """Shows HeatMaps; `picked` and `hovered` carry the row, that is the image."""

    name = "Heat maps"

    def __init__(self, parent: QWidget | None = None) -> None:
        self._maps = _Maps()
        super().__init__(self._maps, parent)
        self.column.insertWidget(0, self._build_bar())
        self._maps.picked.connect(lambda at: self.picked.emit(self._row(at)))
        self._maps.hovered.connect(lambda at: self.hovered.emit(self._row(at)))

    def _build_bar(self) -> QWidget:
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(SPACE.medium, SPACE.small, SPACE.medium, 0)
        row.setSpacing(SPACE.small)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(round(self._maps.opacity * 100))
        self.opacity.setMaximumWidth(140)
        self.opacity.setAccessibleName("Opacity of the heat")
        self.opacity.setToolTip("How much of the heat covers the image")
        self.colours = QComboBox()
        self.colours.addItems(_MAPS)
        self.colours.setAccessibleName("Colours of the heat")
        self.colours.setToolTip("Colours of the heat")
        for title, widget in (("Heat", self.opacity), ("Colours", self.colours)):
            label = QLabel(title)
            label.setBuddy(widget)
            row.addWidget(label)
            row.addWidget(widget)
        row.addStretch(1)
        self.opacity.valueChanged.connect(lambda value: self._maps.set_look(opacity=value / 100))
        self.colours.currentTextChanged.connect(lambda name: self._maps.set_look(colours=name))
        return bar

    def show_picture(self, picture: HeatMaps) -> None:
        if not len(picture.images):
            self.clear("There are no images to lay heat over.")
            return
        self._maps.show_maps(picture)
        self.ready()

    def set_side(self, least: int, most: int) -> None:
        """Between which widths an image is; it scrolls where they do not fit."""
        self._maps.least, self._maps.most = least, most
        self._maps.relayout()

    def highlight(self, index: int) -> None:
        self._maps.highlight(index * self._maps._columns if index >= 0 else -1)

    def table(self) -> list[Row]:
        picture = self._maps.picture
        count, maps, height, width = picture.heat.shape
        titles = picture.columns or [f"map {k + 1}" for k in range(maps)]
        captions = picture.captions or [str(n) for n in range(count)]
        flat = picture.heat.reshape(count, maps, -1)
        head = ("image", "map", *(f"{y},{x}" for y in range(height) for x in range(width)))
        return [
            head,
            *(
                (captions[n], titles[k], *flat[n, k].tolist())
                for n in range(count)
                for k in range(maps)
            ),
        ]

    def _row(self, at: int) -> int:
        return at // (self._maps.picture.heat.shape[1] + 1) if at >= 0 else -1
