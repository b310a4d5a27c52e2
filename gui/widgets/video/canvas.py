"""The frame, large: what is marked in it, zoom and pan, and what the mouse does there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.theme import manager
from gui.widgets.savable import Row, Savable
from gui.widgets.video.camera import Camera
from gui.widgets.video.layers import Scene
from gui.widgets.video.painting import paint_hand, paint_scene

Place = tuple[float, float]
GRIP = 7.0  # pixels of the widget in which the line of a split is taken hold of


class FrameCanvas(Savable):
    """Tells where it was pressed, in pixels of the frame; it changes no mask itself."""

    pressed = Signal(float, float, object)  # x, y, keyboard modifiers
    dragged = Signal(float, float)
    released = Signal(float, float)
    double_clicked = Signal(float, float)
    hovered = Signal(object)  # (x, y), None beside the frame

    name = "Frame"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene: Scene | None = None
        self.camera = Camera()
        self.empty = ""
        self.brush = 0.0  # its diameter in pixels of the frame; 0 shows none
        self.hand_moves = False  # the tool in hand moves the picture
        self.corners: Sequence[Place] = ()  # of a polygon that is being drawn
        self.look: Place | None = None  # the pixel that is asked for its attention
        self.split = 0.5  # where the line between two layers stands, of the frame's width
        self.at: QPointF | None = None  # the mouse
        self._down = ""  # what the drag does: "", "tool", "move", "split"
        self._from = QPointF()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 180)
        self.setAccessibleName("Frame of the video")
        manager().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(720, 420)

    # --- what is shown ----------------------------------------------------------------------------

    def show_scene(self, scene: Scene | None) -> None:
        """Another frame, or other marks in it."""
        self.scene = scene
        if scene is not None:
            high, wide = scene.left.picture.shape[:2]
            if self._panes != len(scene.panes) or (wide, high) != self.camera.frame:
                self.camera = Camera((wide, high), self._room())
        self._panes = 1 if scene is None else len(scene.panes)
        self.update()

    _panes = 1  # frames beside each other

    def _room(self) -> tuple[int, int]:
        """Of one pane."""
        panes = 1 if self.scene is None else len(self.scene.panes)
        return max(1, self.width() // panes), max(1, self.height())

    def reset_view(self) -> None:
        """The whole frame."""
        self.camera = Camera(self.camera.frame, self._room())
        self.update()

    def zoom(self, factor: float) -> None:
        """Larger or smaller about the middle."""
        wide, high = self._room()
        self.camera = self.camera.zoomed(factor, wide / 2, high / 2)
        self.update()

    def place(self, x: float, y: float) -> QPointF:
        """Where a pixel of the frame is in the widget."""
        return QPointF(*self.camera.to_room(x, y))

    def area(self) -> QRectF:
        """The frame in the widget; of several beside each other the left one."""
        wide, high = self.camera.frame
        return QRectF(self.place(0, 0), self.place(wide, high))

    def frame_place(self, at: QPointF) -> Place:
        """The pixel at a point of the widget, in whichever pane it is."""
        return self.camera.to_frame(self._in_pane(at.x()), at.y())

    def _in_pane(self, x: float) -> float:
        """From the left edge of the pane that a place of the widget is in."""
        wide = self._room()[0]
        return x - wide * min(max(int(x // wide), 0), self._panes - 1)

    # --- painting ---------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), manager().theme.color("window"))
        if self.scene is None:
            painter.setPen(manager().theme.color("text_secondary"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(40, 0, -40, 0), flags, self.empty)
            return
        paint_scene(painter, self, self.scene)
        paint_hand(painter, self)

    def can_save(self) -> bool:
        return self.scene is not None

    def export_size(self) -> QSize:
        return self.area().size().toSize() if self._panes == 1 else self.size()

    def export_paint(self, painter: QPainter) -> None:
        if self.scene is None:
            return
        if self._panes == 1:
            painter.translate(-self.area().topLeft())
        paint_scene(painter, self, self.scene)

    def table(self) -> list[Row]:
        """How many pixels each object has, and where each keypoint is."""
        rows: list[Row] = [("what", "name", "pixels", "x", "y")]
        if self.scene is None:
            return rows
        mask, dots = self.scene.left.mask, self.scene.dots
        if mask is not None:
            for number, pixels in zip(*np.unique(mask[mask > 0], return_counts=True)):
                rows.append(("object", int(number), int(pixels), "", ""))
        for name, (x, y) in zip(dots.names, dots.points):
            if np.isfinite(x):
                rows.append(("keypoint", name, "", float(x), float(y)))
        return rows

    # --- the mouse --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        camera = self.camera
        self.camera = Camera(camera.frame, self._room(), camera.zoom, camera.middle)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.scene is not None:
            at = event.position()
            x, factor = self._in_pane(at.x()), 1.0015 ** event.angleDelta().y()
            self.camera = self.camera.zoomed(factor, x, at.y())
            self.update()
        event.accept()

    def split_place(self) -> float | None:
        """Where the line between two layers is in the widget, None where there is none."""
        if self.scene is None or self.scene.right is None or self.scene.beside:
            return None
        return self.place(self.split * self.camera.frame[0], 0).x()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.scene is None:
            return
        at, line = event.position(), self.split_place()
        self._from = at
        if line is not None and abs(at.x() - line) <= GRIP:
            self._down = "split"
        elif event.button() == Qt.MouseButton.MiddleButton or self.hand_moves:
            self._down = "move"
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._down = "tool"
            self.pressed.emit(*self.frame_place(at), event.modifiers())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        self.at = at
        if self.scene is None:
            return
        if self._down == "split":
            self.split = min(
                1.0, max(0.0, self.camera.to_frame(at.x(), 0)[0] / self.camera.frame[0])
            )
        elif self._down == "move":
            self.camera = self.camera.moved(at.x() - self._from.x(), at.y() - self._from.y())
            self._from = at
        elif self._down == "tool":
            self.dragged.emit(*self.frame_place(at))
        else:
            place = self.frame_place(at)
            self.hovered.emit(place if self.camera.holds(*place) else None)
            self._show_cursor(at)
        self.update()

    def _show_cursor(self, at: QPointF) -> None:
        line = self.split_place()
        if line is not None and abs(at.x() - line) <= GRIP:
            self.setCursor(Qt.CursorShape.SplitHCursor)
        elif self.hand_moves:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(Qt.CursorShape.CrossCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        down, self._down = self._down, ""
        if down == "tool":
            self.released.emit(*self.frame_place(event.position()))
        self._show_cursor(event.position())
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.scene is not None:
            self.double_clicked.emit(*self.frame_place(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.at = None
        self.hovered.emit(None)
        self.update()
