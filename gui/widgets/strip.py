"""Which held-out pictures the panels look at: thumbnails in one row, clicked on and off."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from gui.fonts import numbers
from gui.icons import icon
from gui.theme import SPACE, TYPE, manager
from gui.widgets.numbers import counted
from gui.widgets.pixels import draw_image, fitted, to_qimage
from gui.widgets.tiles import Tiles

IMAGE_TYPES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
_SIDE = 44


class _Thumbnails(Tiles):
    gap = 6
    margin = 6
    horizontal = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.images: NDArray[np.uint8] = np.zeros((0, 1, 1, 3), np.uint8)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Pictures to look at")

    def tile_size(self, width: int) -> QSize:
        return QSize(_SIDE, _SIDE)

    def paint_tile(self, painter: QPainter, index: int, area: QRect) -> None:
        image = to_qimage(self.images[index])
        chosen = index in self._selected
        painter.setOpacity(1.0 if chosen else 0.55)
        draw_image(painter, fitted(image, QRectF(area)), image)
        painter.setOpacity(1.0)
        if chosen:  # a tick as well as a ring, so that it is not a matter of colour
            theme = manager().theme
            at = QRectF(area.right() - 12, area.top() - 3, 15, 15)
            painter.setPen(QPen(theme.color("panel"), 1.5))
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(at)
            painter.setPen(QPen(theme.color("accent_text"), 1.8, c=Qt.PenCapStyle.RoundCap))
            x, y = at.center().x(), at.center().y()
            painter.drawLine(int(x - 3), int(y), int(x - 1), int(y + 3))
            painter.drawLine(int(x - 1), int(y + 3), int(x + 4), int(y - 3))

    def wheelEvent(self, event) -> None:
        delta = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (delta.y() or delta.x()) // 2)
        event.accept()


class Strip(QWidget):
    """`chosen` tells the numbers of the pictures; dropped files are told by `files_dropped`."""

    chosen = Signal(list)
    shuffle = Signal()
    files_dropped = Signal(list)  # of pathlib.Path

    def __init__(self, parent: QWidget | None = None, most: int = 24) -> None:
        super().__init__(parent)
        self._most = most
        self._numbers: list[int] = []
        self._chosen: list[int] = []
        self._said = QLabel()
        self._said.setFont(numbers(TYPE.small))
        self._tiles = _Thumbnails()
        self._tiles.setFixedHeight(_SIDE + 12 + 12)
        self._shuffle = QToolButton()
        self._shuffle.setIcon(icon("reset"))
        self._shuffle.setText("Others")
        self._shuffle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._shuffle.setToolTip("Look at other pictures")
        self._shuffle.setAccessibleName("Look at other pictures")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.medium, 0, SPACE.medium, 0)
        row.setSpacing(SPACE.small)
        row.addWidget(self._said)
        row.addWidget(self._tiles, 1)
        row.addWidget(self._shuffle)
        self.setAcceptDrops(True)
        self.setToolTip("Click pictures on and off; drop an image of your own here")
        self.setFocusProxy(self._tiles)
        self._tiles.picked.connect(self._toggle)
        self._shuffle.clicked.connect(self.shuffle)

    def set_pictures(
        self, images: NDArray[np.uint8], numbers_: Sequence[int], chosen: Sequence[int]
    ) -> None:
        """Thumbnails (N, H, W, 3) with the run's numbers, and which of the numbers are chosen."""
        self._numbers = [int(n) for n in numbers_]
        self._chosen = [int(n) for n in chosen if int(n) in self._numbers]
        self._tiles.images = images
        self._tiles.set_tiles(len(images))
        self._show()

    @property
    def selection(self) -> list[int]:
        """Numbers of the chosen pictures, in the order of the strip."""
        return [number for number in self._numbers if number in self._chosen]

    def _toggle(self, at: int) -> None:
        number = self._numbers[at]
        if number in self._chosen:
            self._chosen.remove(number)
        else:
            self._chosen = [*self._chosen, number][-self._most :]
        self._show()
        self.chosen.emit(self.selection)

    def _show(self) -> None:
        self._tiles.select({at for at, n in enumerate(self._numbers) if n in self._chosen})
        self._said.setText(counted(len(self._chosen), "picture"))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _images_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = _images_in(event)
        if files:
            event.acceptProposedAction()
            self.files_dropped.emit(files)


def _images_in(event: QDropEvent) -> list[Path]:
    """Files with the name of an image among what is dragged."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in paths if path.suffix.lower() in IMAGE_TYPES]
