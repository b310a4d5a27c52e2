"""A board to draw on, beside what is made of the drawing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from gui.theme import SPACE
from gui.views.base import Row, View
from gui.widgets.drawing_board import DrawingBoard
from gui.widgets.pixels import draw_image, fitted, to_qimage
from gui.widgets.text import label

Pixels = NDArray[np.uint8]
MOST = 2  # pictures beside the board


class Shown(QWidget):
    """One picture, as large as there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pixels: Pixels | None = None
        self.setMinimumSize(96, 96)

    def sizeHint(self) -> QSize:
        return QSize(256, 256)

    def show_pixels(self, pixels: Pixels | None) -> None:
        """(H, W, 3), or nothing."""
        self.pixels = pixels
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.pixels is not None:
            painter, image = QPainter(self), to_qimage(self.pixels)
            draw_image(painter, fitted(image, QRectF(self.rect())), image)


class TranslateView(View):
    """`board` is what a person draws on."""

    name = "Drawn and made"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.board = DrawingBoard()
        self.shown = [Shown() for _ in range(MOST)]
        self.titles = [label("", "small", "secondary") for _ in range(MOST + 1)]
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(SPACE.small, SPACE.small, SPACE.small, SPACE.small)
        grid.setSpacing(SPACE.small)
        for at, widget in enumerate((self.board, *self.shown)):
            widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
            grid.addWidget(self.titles[at], 0, at, Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(widget, 1, at)
        grid.setRowStretch(1, 1)
        self.titles[0].setText("Draw here")
        self.column.addWidget(body)
        self.setFocusProxy(self.board)

    def show_made(self, made: Sequence[tuple[str, Pixels]]) -> None:
        """Up to two pictures with their titles; the board stays as it is."""
        for at, widget in enumerate(self.shown):
            title, pixels = made[at] if at < len(made) else ("", None)
            self.titles[at + 1].setText(title)
            self.titles[at + 1].setVisible(pixels is not None)
            widget.setVisible(pixels is not None)
            widget.show_pixels(pixels)
        self.ready()

    def table(self) -> list[Row]:
        """The colours of every pixel, as drawn and as made."""
        drawn, made = self.board.pixels, self.shown[0].pixels
        rows: list[Row] = [("x", "y", "red", "green", "blue", "made red", "made green",
                            "made blue")]  # fmt: skip
        if made is not None and made.shape == drawn.shape:
            for y, x in np.ndindex(drawn.shape[:2]):
                rows.append((x, y, *drawn[y, x].tolist(), *made[y, x].tolist()))
        return rows
