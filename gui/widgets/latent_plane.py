"""A plane of latents under the mouse: what is made all over it, its corners, pictures' codes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.fonts import numbers
from gui.theme import TYPE, manager
from gui.widgets.pixels import to_qimage
from gui.widgets.savable import Row, Savable

Box = tuple[float, float, float, float]  # left, right, low, high
CORNERS = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
STEP = 0.02  # of the plane's width, by an arrow
CARD = 72  # pixels of the picture beside the mouse
POINT = 3.2
NEAREST, FARTHEST = 0.05, 20.0  # widths that the wheel goes between


class LatentPlane(Savable):
    """Follows a dragged mouse; `moved` tells the place in the plane's own numbers."""

    name = "Latent plane"
    moved = Signal(float, float)
    zoomed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box: Box = (-0.25, 1.25, -0.25, 1.25)
        self.place = (0.5, 0.25)
        self.corners = True  # whether three latents span it
        self._mosaic: QImage | None = None
        self._mosaic_box: Box = self.box
        self._shown: QImage | None = None
        self._codes = np.zeros((0, 2), np.float32)
        self._labels = np.zeros(0, int)
        self.setMinimumSize(180, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Latent plane")
        manager().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(360, 320)

    # --- what is shown ----------------------------------------------------------------------------

    def show_mosaic(self, images: np.ndarray, across: int, box: Box) -> None:
        """Pictures (N, H, W, 3), row by row from the top left, over a part of the plane."""
        rows = [np.concatenate(list(line), axis=1)
                for line in np.split(images, len(images) // across)]  # fmt: skip
        self._mosaic, self._mosaic_box = to_qimage(np.concatenate(rows)), box
        self.update()

    def show_codes(self, xy: np.ndarray, labels: np.ndarray) -> None:
        """Pictures' codes (N, 2) as points, coloured by their class (N,)."""
        self._codes, self._labels = xy, labels
        self.update()

    def show_sample(self, picture: np.ndarray) -> None:
        """The picture (H, W, 3) under the mouse."""
        self._shown = to_qimage(picture)
        self.update()

    def set_flat(self, flat: bool) -> None:
        """Whether the plane is the latent space itself, without corners."""
        if self.corners == flat:
            self.corners = not flat
            self.reset_view()

    def reset_view(self) -> None:
        """All of it in sight again."""
        self.box = (-0.25, 1.25, -0.25, 1.25) if self.corners else (-3.0, 3.0, -3.0, 3.0)
        self.place = (0.5, 0.25) if self.corners else (0.0, 0.0)
        self._mosaic = None
        self.update()

    # --- geometry ---------------------------------------------------------------------------------

    def _area(self) -> QRectF:
        side = float(min(self.width(), self.height()))
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def to_pixels(self, x: float, y: float) -> QPointF:
        """Where a place of the plane is on the widget; up is up."""
        left, right, low, high = self.box
        area = self._area()
        return QPointF(area.left() + (x - left) / (right - left) * area.width(),
                       area.bottom() - (y - low) / (high - low) * area.height())  # fmt: skip

    def to_place(self, at: QPointF) -> tuple[float, float]:
        """The place of the plane there, kept within what is in sight."""
        left, right, low, high = self.box
        area = self._area()
        across = min(1.0, max(0.0, (at.x() - area.left()) / area.width()))
        along = min(1.0, max(0.0, (area.bottom() - at.y()) / area.height()))
        return left + across * (right - left), low + along * (high - low)

    # --- painting ---------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = manager().theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        painter.fillRect(area, theme.color("plot_background"))
        painter.setClipRect(area)
        if self._mosaic is not None:
            left, right, low, high = self._mosaic_box
            place = QRectF(self.to_pixels(left, high), self.to_pixels(right, low))
            painter.setOpacity(0.55 if len(self._codes) else 0.85)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self._mosaic)
            painter.setOpacity(1.0)
        self._paint_codes(painter)
        if self.corners:
            self._paint_corners(painter)
        self._paint_sample(painter, area)

    def _paint_codes(self, painter: QPainter) -> None:
        theme = manager().theme
        painter.setPen(QPen(theme.color("panel"), 0.8))
        for (x, y), which in zip(self._codes.tolist(), self._labels.tolist()):
            painter.setBrush(theme.category(which) if which >= 0 else theme.color("text_faint"))
            painter.drawEllipse(self.to_pixels(x, y), POINT, POINT)

    def _paint_corners(self, painter: QPainter) -> None:
        theme = manager().theme
        spots = [self.to_pixels(x, y) for x, y in CORNERS]
        painter.setPen(QPen(theme.color("accent"), 1.5, Qt.PenStyle.DashLine))
        painter.drawPolygon(spots)
        painter.setFont(numbers(TYPE.small))
        for number, spot in enumerate(spots, 1):
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(theme.color("panel"))
            painter.drawEllipse(spot, 10, 10)
            painter.setPen(theme.color("text"))
            square = QRectF(spot.x() - 10, spot.y() - 10, 20, 20)
            painter.drawText(square, Qt.AlignmentFlag.AlignCenter, str(number))

    def _paint_sample(self, painter: QPainter, area: QRectF) -> None:
        theme, spot = manager().theme, self.to_pixels(*self.place)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, wide in (("panel", 4.0), ("text", 2.0)):
            painter.setPen(QPen(theme.color(colour), wide))
            painter.drawEllipse(spot, 6, 6)
        if self._shown is None:
            return
        left = spot.x() + 14 if spot.x() + 14 + CARD < area.right() else spot.x() - 14 - CARD
        top = min(max(area.top() + 4, spot.y() - CARD / 2), area.bottom() - CARD - 4)
        card = QRectF(left, top, CARD, CARD)
        painter.fillRect(card.adjusted(-3, -3, 3, 3), theme.color("raised"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(card, self._shown)
        painter.setPen(QPen(theme.color("border_strong"), 1))
        painter.drawRect(card.adjusted(-3, -3, 3, 3))

    # --- moving -----------------------------------------------------------------------------------

    def move_to(self, x: float, y: float) -> None:
        """Look at a place."""
        left, right, low, high = self.box
        self.place = min(right, max(left, x)), min(high, max(low, y))
        self.update()
        self.moved.emit(*self.place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.move_to(*self.to_place(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.move_to(*self.to_place(event.position()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(0.85 if event.angleDelta().y() > 0 else 1 / 0.85, event.position())
        event.accept()

    def zoom(self, factor: float, about: QPointF) -> None:
        """See `factor` as much of the plane, what is at `about` staying there."""
        x, y = self.to_place(about)
        left, right, low, high = self.box
        if not NEAREST <= (right - left) * factor <= FARTHEST:
            return
        self.box = (x + (left - x) * factor, x + (right - x) * factor,
                    y + (low - y) * factor, y + (high - y) * factor)  # fmt: skip
        self.update()
        self.zoomed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
                 Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}  # fmt: skip
        if event.key() not in steps:
            super().keyPressEvent(event)
            return
        dx, dy = steps[Qt.Key(event.key())]
        reach = STEP * (self.box[1] - self.box[0])
        self.move_to(self.place[0] + dx * reach, self.place[1] + dy * reach)

    # --- saving -----------------------------------------------------------------------------------

    def can_save(self) -> bool:
        return self._mosaic is not None

    def table(self) -> list[Row]:
        rows: list[Row] = [("kind", "class", "x", "y"), ("here", "", *self.place)]
        rows += [("corner", n, x, y) for n, (x, y) in enumerate(CORNERS, 1) if self.corners]
        codes = zip(self._labels.tolist(), self._codes.tolist())
        return [*rows, *(("code", which, x, y) for which, (x, y) in codes)]


def grid_of(box: Box, across: int) -> np.ndarray:
    """Places (across², 2) of the middles of squares over a part of the plane, top left first."""
    left, right, low, high = box
    middles = (np.arange(across) + 0.5) / across
    x, y = np.meshgrid(left + middles * (right - left), high - middles * (high - low))
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
