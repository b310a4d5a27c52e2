"""The painted map of points: raster, pan and zoom, hover card, neighbours, moving layouts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QPointF,
    QRectF,
    QSize,
    Qt,
    QVariantAnimation,
    Signal,
)
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from gui.theme import SPACE, manager
from gui.widgets.camera import Camera
from gui.widgets.numbers import short
from gui.widgets.pixels import to_qimage
from gui.widgets.point_card import paint_card
from gui.widgets.point_paint import Tints, label_tints, paint_points, value_tints
from gui.widgets.point_raster import SHAPES, radius_for

_REACH = 14.0  # pixels from the mouse within which a point counts as hit
_SLOP = 4.0  # pixels the mouse may move in a click
_MOVE_MS = 200


class PointCanvas(QWidget):
    """Points by index; see PointMap for the meaning of what is set here.

    On one of many small maps `cards` is False and `fine` below 1: a factor of the points' size.
    """

    cards, fine = True, 1.0
    picked = Signal(int)
    hovered = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._from = self._to = self._xy = np.zeros((0, 2), np.float32)
        self._order = np.zeros(0, np.intp)
        self._labels = np.zeros(0, np.intp)
        self._names: Sequence[str] = ()
        self._values: NDArray[np.floating] | None = None
        self._images: NDArray[np.uint8] | None = None
        self._faded: frozenset[int] = frozenset()
        self._camera = self._start = self._goal = Camera()
        self._follows = True  # all points stay in sight until the person moves the camera
        self._hover, self._anchor = -1, -1
        self._neighbours: Sequence[int] = ()
        self._selected: frozenset[int] = frozenset()
        self._raster: QImage | None = None
        self._pressed: QPointF | None = None
        self._dragged = self._by_keyboard = False
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setDuration(_MOVE_MS)
        self._animation.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._animation.valueChanged.connect(self._on_moved)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 140)
        self.setAccessibleName("Map")
        manager().changed.connect(self._redraw)

    # What is shown.

    def set_points(
        self,
        xy: NDArray[np.floating],
        labels: NDArray[np.integer] | None,
        names: Sequence[str],
        move: bool = True,
    ) -> None:
        """Points (N, 2); as many as before glide to their new places when `move`."""
        target = np.ascontiguousarray(np.asarray(xy)[:, :2], np.float32)
        same = len(target) == len(self._to)
        if not same:
            self._order = np.random.default_rng(0).permutation(len(target))
            self._neighbours, self._anchor, self._hover = (), -1, -1
            self._selected = frozenset()
        self._labels = np.full(len(target), -1) if labels is None else np.asarray(labels, np.intp)
        self._names = names
        self._from, self._to = (self._xy if same else target), target
        self._start, self._goal = self._camera, self._fit(target) if self._follows else self._camera
        self._animation.stop()
        if same and move and self.isVisible() and len(target):
            self._animation.start()
        else:
            self._on_moved(1.0)

    def set_values(self, values: NDArray[np.floating] | None) -> None:
        """Colour by a number a point instead of by label; None for labels again."""
        self._values = None if values is None else np.asarray(values, float)
        self._redraw()

    def set_images(self, images: NDArray[np.uint8] | None) -> None:
        """Pictures (N, H, W, 3) for the card beside the point under the mouse."""
        self._images = images

    def set_faded(self, labels: frozenset[int]) -> None:
        """Draw the points with these labels grey and thin."""
        self._faded = labels
        self._redraw()

    def set_neighbours(self, index: int, neighbours: Sequence[int]) -> None:
        """Lines from a point to others; index -1 takes them away."""
        self._anchor, self._neighbours = index, neighbours
        self.update()

    def select(self, indices: frozenset[int]) -> None:
        self._selected = indices
        self.update()

    def highlight(self, index: int) -> None:
        self._hover = index if index < len(self._to) else -1
        self.update()

    def reset_view(self) -> None:
        """Glide back until all points are in sight."""
        self._follows = True
        self._from = self._to
        self._start, self._goal = self._camera, self._fit(self._to)
        self._animation.stop()
        self._animation.start()

    @property
    def shapes(self) -> list[int]:
        """Index into SHAPES a label: they differ where there are few enough to tell apart."""
        count = max(len(self._names), int(self._labels.max(initial=-1)) + 1)
        return [label % len(SHAPES) if count <= 12 else 0 for label in range(count)]

    # Places.

    def _fit(self, xy: np.ndarray) -> Camera:
        return Camera.over(
            xy, self.width(), self.height(), SPACE.wide if self.cards else SPACE.small
        )

    def positions(self) -> np.ndarray:
        """Logical pixel positions (N, 2)."""
        return self._camera.project(self._xy, self.width(), self.height())

    def hit(self, point: QPointF) -> int:
        """The nearest point within reach that is not faded, or -1."""
        if not len(self._xy):
            return -1
        away = np.hypot(*(self.positions() - (point.x(), point.y())).T)
        if self._faded:
            away[np.isin(self._labels, list(self._faded))] = np.inf
        nearest = int(away.argmin())
        return nearest if away[nearest] <= _REACH else -1

    def _on_moved(self, share: float) -> None:
        self._xy = self._to if share >= 1 else self._from + (self._to - self._from) * share
        self._camera = self._start.toward(self._goal, share)
        self._redraw()

    def _zoom(self, factor: float, at: QPointF) -> None:
        """Scale about a point of the widget, which stays where it is."""
        away = at.x() - self.width() / 2, at.y() - self.height() / 2
        self._look(self._camera.zoomed(factor, away, self._fit(self._to)))

    def _look(self, camera: Camera) -> None:
        self._follows = False
        self._camera = self._start = self._goal = camera
        self._redraw()

    def _redraw(self, *_args: object) -> None:
        self._raster = None
        self.update()

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = manager().theme
        painter.fillRect(self.rect(), theme.color("plot_background"))
        # The device tells the screen's ratio, the transform that of a picture being saved.
        ratio = max(painter.device().devicePixelRatioF(), painter.deviceTransform().m11())
        stale = self._raster is None or self._raster.devicePixelRatio() != ratio
        if stale and len(self._xy):
            self._raster = self._draw_raster(ratio)
        if self._raster is not None:
            painter.drawImage(0, 0, self._raster)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_neighbours(painter)
        self._paint_rings(painter)
        if self.cards and 0 <= self._hover < len(self._xy):
            self._paint_card(painter)
        if self._by_keyboard:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent", 0.6), 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def radius(self) -> float:
        """Radius of a point in logical pixels; it grows a little as one zooms in."""
        zoom = self._camera.scale / max(self._fit(self._to).scale, 1e-9)
        return self.fine * radius_for(len(self._xy)) * float(np.clip(zoom**0.35, 0.8, 2.6))

    def _draw_raster(self, ratio: float) -> QImage:
        tints = self._tints()
        places = self.positions()[self._order]
        size = (self.width(), self.height())
        return paint_points(places, tints, self._order, self.radius(), size, ratio)

    def _tints(self) -> Tints:
        faded = np.isin(self._labels, list(self._faded))
        if self._values is not None and len(self._values) == len(self._xy):
            return value_tints(self._values, faded)
        return label_tints(self._labels, self.shapes, faded)

    def _paint_neighbours(self, painter: QPainter) -> None:
        if not 0 <= self._anchor < len(self._xy) or not len(self._neighbours):
            return
        theme = manager().theme
        places = self.positions()
        start = QPointF(*places[self._anchor])
        for index in self._neighbours:
            end = QPointF(*places[index])
            painter.setPen(QPen(theme.color("text", 0.55), 1.2))
            painter.drawLine(start, end)
            self._ring(painter, end, 3.0, "text", 1.5)
        self._ring(painter, start, 4.5, "accent", 2.5)

    def _paint_rings(self, painter: QPainter) -> None:
        places = self.positions() if self._selected or self._hover >= 0 else self._xy
        for index in self._selected:
            self._ring(painter, QPointF(*places[index]), 3.5, "accent", 2.0)
        if 0 <= self._hover < len(self._xy):
            self._ring(painter, QPointF(*places[self._hover]), 4.0, "text", 2.0)

    def _ring(self, painter: QPainter, at: QPointF, gap: float, token: str, width: float) -> None:
        radius = self.radius() + gap
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(manager().theme.color("plot_background", 0.9), width + 2))
        painter.drawEllipse(at, radius, radius)
        painter.setPen(QPen(manager().theme.color(token), width))
        painter.drawEllipse(at, radius, radius)

    def _paint_card(self, painter: QPainter) -> None:
        index = self._hover
        image = None
        if self._images is not None and index < len(self._images):
            image = to_qimage(self._images[index])
        at = QPointF(*self.positions()[index])
        paint_card(painter, self.rect(), at, self.radius() + 14, image, self._said(index))

    def _said(self, index: int) -> list[str]:
        """Lines of the card: the number, the class, the value."""
        label = int(self._labels[index])
        found = [f"Picture {index}"]
        if 0 <= label < len(self._names):
            found.append(self._names[label])
        if self._values is not None and index < len(self._values):
            found.append(short(float(self._values[index])))
        return found

    # Mouse and keyboard.

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._zoom(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed is not None:
            moved = at - self._pressed
            if self._dragged or moved.manhattanLength() > _SLOP:
                self._dragged = True
                self._pressed = at
                self._look(self._camera.moved(moved.x(), moved.y()))
            return
        self._hover_to(self.hit(at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._pressed is not None:
            index = self.hit(event.position())
            if not self._dragged and index >= 0:
                self.picked.emit(index)
            self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset_view()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover_to(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        middle = QPointF(self.width() / 2, self.height() / 2)
        moves = {
            Qt.Key.Key_Left: (40, 0),
            Qt.Key.Key_Right: (-40, 0),
            Qt.Key.Key_Up: (0, 40),
            Qt.Key.Key_Down: (0, -40),
        }
        key = Qt.Key(event.key())
        if key in moves:
            self._look(self._camera.moved(*moves[key]))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(1.25, middle)
        elif key == Qt.Key.Key_Minus:
            self._zoom(0.8, middle)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_0):
            self.reset_view()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        reasons = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._by_keyboard = event.reason() in reasons

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._by_keyboard = False

    def resizeEvent(self, event: QEvent) -> None:
        if self._follows:
            self._start = self._goal = self._camera = self._fit(self._to)
        self._redraw()

    def hideEvent(self, event: QEvent) -> None:
        self._animation.stop()
        self._on_moved(1.0)
        super().hideEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(560, 420)

    def _hover_to(self, index: int) -> None:
        if index != self._hover:
            self._hover = index
            self.update()
            self.hovered.emit(index)
