"""What the plane and the space have in common: points that glide, the mouse, keys, overlays."""

from __future__ import annotations

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

from gui.theme import manager
from gui.widgets.pixels import to_qimage
from gui.widgets.points.card import paint_card
from gui.widgets.points.overlays import (
    Project,
    paint_cloud,
    paint_marks,
    paint_neighbours,
    paint_ring,
    paint_trails,
)
from gui.widgets.points.raster import radius_for
from gui.widgets.points.scene import Scene
from gui.widgets.points.tools import TOOLS, Outline, Tool, how, inside

REACH = 14.0  # pixels from the mouse within which a point counts as hit
_SLOP = 4.0  # pixels the mouse may move in a click
_MOVE_MS = 200
_KEYS: dict[Qt.Key, Tool] = {
    Qt.Key.Key_L: "lasso",
    Qt.Key.Key_B: "box",
    Qt.Key.Key_V: "move",
    Qt.Key.Key_Escape: "move",
}
_CTRL = Qt.KeyboardModifier.ControlModifier
_CTRL_SHIFT = _CTRL | Qt.KeyboardModifier.ShiftModifier


class Surface(QWidget):
    """Points by index; a subclass says where they are seen and what dragging and zooming do.

    On one of many small maps `cards` is False, which leaves out tools too, and `fine` below 1: a
    factor of the points' size.
    """

    cards, fine, axes = True, 1.0, 2
    picked = Signal(int)
    hovered = Signal(int)
    chosen = Signal(object, str)  # indices, how
    tool_changed = Signal(str)

    def __init__(self, scene: Scene | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = scene or Scene()
        self._from = self._to = self._xy = np.zeros((0, self.axes), np.float32)
        self.tool: Tool = "move"
        self._outline: Outline | None = None
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
        manager().changed.connect(self.renew)

    # What a subclass adds.

    def project(self, places: np.ndarray) -> np.ndarray:
        """Places of the layout (M, D) in logical pixels (M, 2)."""
        raise NotImplementedError

    def hit(self, point: QPointF) -> int:
        """The nearest point within reach that may be hit, or -1."""
        raise NotImplementedError

    def moved(self, dx: float, dy: float) -> None:
        """What is seen was dragged by pixels."""
        raise NotImplementedError

    def zoomed(self, factor: float, at: QPointF) -> None:
        """Come nearer, about a place of the widget."""
        raise NotImplementedError

    def reset_view(self) -> None:
        """Glide back until all points are in sight."""
        raise NotImplementedError

    def paint_points(self, painter: QPainter, size: QSize, ratio: float, live: bool) -> None:
        """The ground and the points in `size` logical pixels; `live` on the widget itself."""
        raise NotImplementedError

    def projection(self, size: QSize) -> Project:
        """`project` for a picture of another size."""
        raise NotImplementedError

    def glide(self, share: float) -> None:
        """The points are `share` of the way to their new places, and so is what is seen."""
        self._xy = self._to if share >= 1 else self._from + (self._to - self._from) * share

    # What is shown.

    def set_points(self, xy: NDArray[np.floating], move: bool = True) -> None:
        """Points (N, D); as many as before glide to their new places when `move`."""
        target = np.ascontiguousarray(np.asarray(xy)[:, : self.axes], np.float32)
        same = len(target) == len(self._to)
        self.scene.resize(len(target))
        self._from, self._to = (self._xy if same else target), target
        self._animation.stop()
        self.aim()
        if same and move and self.isVisible() and len(target):
            self._animation.start()
        else:
            self._on_moved(1.0)

    def aim(self) -> None:
        """New points are about to be shown: choose where the camera goes."""

    def renew(self, *_args: object) -> None:
        """Looks changed: paint all points anew."""
        self.scene.changed()
        self.update()

    def set_tool(self, tool: Tool) -> None:
        """Move, lasso or box; raises ValueError for anything else."""
        if tool not in TOOLS:
            raise ValueError(f"tool {tool!r}: expected one of {', '.join(TOOLS)}")
        self._outline = None
        if tool != self.tool:
            self.tool = tool
            free = Qt.CursorShape.ArrowCursor if tool == "move" else Qt.CursorShape.CrossCursor
            self.setCursor(free)
            self.tool_changed.emit(tool)
        self.update()

    def choose_all(self) -> None:
        """Ask for the selection of every point that is neither faded nor left out."""
        self._choose(np.arange(self.scene.count), Qt.KeyboardModifier.NoModifier)

    def choose_others(self) -> None:
        """Ask for the selection of what is not selected now."""
        selected = self.scene.selected
        others = np.arange(self.scene.count) if selected is None else np.flatnonzero(~selected)
        self._choose(others, Qt.KeyboardModifier.NoModifier)

    def highlight(self, index: int) -> None:
        """Ring a point as under the mouse; -1 for none."""
        self.scene.hover = index if index < self.scene.count else -1
        self.update()

    def positions(self) -> np.ndarray:
        """Logical pixel positions (N, 2)."""
        return self.project(self._xy)

    def radius(self) -> float:
        """Radius of a point in logical pixels."""
        return self.fine * radius_for(self.scene.count)

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        # The device tells the screen's ratio, the transform that of a picture being saved.
        ratio = max(painter.device().devicePixelRatioF(), painter.deviceTransform().m11())
        self.paint_points(painter, self.size(), ratio, live=True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_over(painter, self.project)
        hover = self.scene.hover
        if 0 <= hover < len(self._xy):
            at = QPointF(*self.project(self._xy[[hover]])[0].tolist())
            paint_ring(painter, at, self.radius() + 4.0, "text", 2.0)
            if self.cards and self._outline is None:
                self._paint_card(painter, at)
        if self._outline is not None:
            self._outline.paint(painter)
        if self._by_keyboard:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(manager().theme.color("accent", 0.6), 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def picture(self, width: int, height: int, ratio: float = 1.0) -> QImage:
        """The map in `width` x `height` logical pixels, `ratio` device pixels to one, no cards."""
        image = QImage(round(width * ratio), round(height * ratio),
                       QImage.Format.Format_ARGB32_Premultiplied)  # fmt: skip
        image.setDevicePixelRatio(ratio)
        painter = QPainter(image)
        size = QSize(width, height)
        self.paint_points(painter, size, ratio, live=False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_over(painter, self.projection(size))
        painter.end()
        return image

    def _paint_over(self, painter: QPainter, project: Project) -> None:
        scene, xy = self.scene, self._xy
        if scene.count != len(xy):
            return
        paint_trails(painter, scene, xy, project)
        paint_marks(painter, scene, xy, project, self.radius())
        paint_neighbours(painter, scene, xy, project, self.radius())
        paint_cloud(painter, scene, xy, project, self.radius())

    def _paint_card(self, painter: QPainter, at: QPointF) -> None:
        index, images = self.scene.hover, self.scene.images
        known = images is not None and index < len(images)
        image = to_qimage(images[index]) if images is not None and known else None
        paint_card(painter, self.rect(), at, self.radius() + 14, image, self.scene.said(index))

    # Mouse.

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoomed(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        drags = event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton)
        if drags and self._pressed is None:
            self._pressed, self._dragged = event.position(), False
            if event.button() == Qt.MouseButton.LeftButton and self.tool != "move":
                self._outline = Outline(self.tool, [event.position()])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed is None:
            self._hover_to(self.hit(at))
            return
        moved = at - self._pressed
        self._dragged = self._dragged or moved.manhattanLength() > _SLOP
        if not self._dragged:
            return
        if self._outline is not None:
            self._outline.extend(at)
            self.update()
        elif self.tool == "move" or event.buttons() & Qt.MouseButton.MiddleButton:
            self._pressed = at
            self.moved(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        outline, pressed = self._outline, self._pressed
        self._outline, self._pressed = None, None
        if pressed is None:
            return
        if self._dragged and outline is not None:
            outline.extend(event.position())
            found = inside(self.positions(), outline.polygon(), self.rect())
            self._choose(found, event.modifiers())
        elif not self._dragged and event.button() == Qt.MouseButton.LeftButton:
            self._click(event)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_view()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover_to(-1)

    def _click(self, event: QMouseEvent) -> None:
        """A point is picked, or with a key added and taken away; empty ground selects nothing."""
        index = self.hit(event.position())
        if index >= 0 and how(event.modifiers()) != "replace":
            self._choose(np.array([index]), event.modifiers())
        elif index >= 0:
            self.picked.emit(index)
        elif self.scene.selected is not None and how(event.modifiers()) == "replace":
            self.chosen.emit(np.zeros(0, np.intp), "replace")

    def _choose(self, found: NDArray[np.intp], modifiers: Qt.KeyboardModifier) -> None:
        allowed = self.scene.allowed()
        self.chosen.emit(found if allowed is None else found[allowed[found]], how(modifiers))

    def _hover_to(self, index: int) -> None:
        if index != self.scene.hover:
            self.scene.hover = index
            self.update()
            self.hovered.emit(index)

    # Keyboard.

    def event(self, event: QEvent) -> bool:
        """The map's own keys come before shortcuts of the window while it has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and self._is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        middle = QPointF(self.width() / 2, self.height() / 2)
        moves = {
            Qt.Key.Key_Left: (40, 0),
            Qt.Key.Key_Right: (-40, 0),
            Qt.Key.Key_Up: (0, 40),
            Qt.Key.Key_Down: (0, -40),
        }
        key = Qt.Key(event.key())
        if self._is_ours(event):
            self._act(event)
        elif key in moves:
            self.moved(*moves[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoomed(1.25, middle)
        elif key == Qt.Key.Key_Minus:
            self.zoomed(0.8, middle)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_0):
            self.reset_view()
        else:
            super().keyPressEvent(event)

    def _is_ours(self, event: QKeyEvent) -> bool:
        key, held = Qt.Key(event.key()), event.modifiers()
        if not self.cards:
            return False
        if key == Qt.Key.Key_Escape:
            return self.tool != "move" or self._outline is not None
        if key in _KEYS:
            return held == Qt.KeyboardModifier.NoModifier
        return (key == Qt.Key.Key_A and held == _CTRL) or (
            key == Qt.Key.Key_I and held == _CTRL_SHIFT
        )

    def _act(self, event: QKeyEvent) -> None:
        """A tool, all points, or all but the selected."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self._outline is not None:
            self._outline, self._pressed = None, None
            self.update()
        elif key in _KEYS:
            self.set_tool(_KEYS[key])
        else:
            (self.choose_all if key == Qt.Key.Key_A else self.choose_others)()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        reasons = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._by_keyboard = event.reason() in reasons
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._by_keyboard = False
        self.update()

    def hideEvent(self, event: QEvent) -> None:
        if self._animation.state() == QVariantAnimation.State.Running:
            self._animation.stop()
            self._on_moved(1.0)
        super().hideEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(560, 420)

    def _on_moved(self, share: float) -> None:
        self.glide(share)
        self.update()
