"""The stage: a picture of the scene that the mouse turns, with lines drawn over it."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from core.render.viewpoint import Viewpoint
from gui.theme import SPACE, manager
from gui.widgets.pixels import to_qimage
from gui.widgets.savable import Row, Savable
from gui.widgets.scene.divided import paint_divider, paint_pictures
from gui.widgets.scene.glide import Glide
from gui.widgets.scene.overlays import CHIP, Overlay, chip
from gui.widgets.scene.sight import Sight
from gui.widgets.scene.steering import (
    FLYING,
    NAMED,
    Trail,
    dragged,
    flown,
    pressed,
    shifted,
    wheeled,
)

SETTLED_MS = 150  # after the last movement the view stands still
FRAME_MS = 16  # between two steps while keys fly
GRIP = 6  # pixels at either side of the divider that hold it
CLICK = 4  # pixels that a mouse may move within a click
HINT = "Drag to turn, right drag to pan, wheel to zoom, W A S D Q E to fly, Home to return."


class Stage(Savable):
    """Shows what `show_pixels` is given; turns mouse and keys into viewpoints."""

    moved = Signal(object)  # Viewpoint: a hand has moved it
    settled = Signal()  # and has let it stand
    clicked = Signal(float, float)  # pixel of the widget where nothing else was chosen
    picked = Signal(object, int)  # an overlay and which of its parts was clicked
    resized = Signal()

    name = "Scene"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.viewpoint = Viewpoint()
        self.overlays: list[Overlay] = []
        self.divider: float | None = None  # share of the width; None: one picture
        self.titles: tuple[str, str] = ("", "")  # of the two pictures beside the divider
        self._images: list[QImage] = []
        self._depth: NDArray[np.float32] | None = None
        self._before: list[QImage] = []  # shown below what is ready
        self._ready = 1.0
        self._words = self._caption = ""
        self._trail = Trail()
        self._glide = Glide(self, self._move)
        self._keys: set[str] = set()
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._dragging = ""  # "turn", "pan", "divider"
        self._flown = 0.0
        self._flying = QTimer(self, interval=FRAME_MS)
        self._flying.timeout.connect(self._fly)
        self._still = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._still.timeout.connect(self._settle)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Scene")
        self.setAccessibleDescription(HINT)
        self.setMinimumSize(QSize(160, 120))
        manager().changed.connect(self.update)

    # --- what it shows ----------------------------------------------------------------------------

    def show_pixels(
        self,
        pixels: NDArray[np.uint8],
        other: NDArray[np.uint8] | None = None,
        depth: NDArray[np.float32] | None = None,
        ready: float = 1.0,
    ) -> None:
        """A picture (H, W, 3), a second one for the right of the divider, and the depth (h, w)
        along each ray, inf where there is nothing, behind which lines are faint.

        Of a picture that is `ready` down to a share of its height the rest shows the one before.
        """
        if ready < 1:
            self._before = self._before or self._images
        else:
            self._before = []
        self._ready = ready
        self._images = [to_qimage(pixels)] + ([to_qimage(other)] if other is not None else [])
        self._depth, self._words = depth, ""
        self.update()

    def clear(self, words: str) -> None:
        """Nothing but a sentence."""
        self._images, self._before, self._depth, self._words = [], [], None, words
        self.update()

    def set_caption(self, words: str) -> None:
        """A small line in the corner."""
        if words != self._caption:
            self._caption = words
            self.update()

    def set_overlays(self, overlays: list[Overlay]) -> None:
        """What is drawn over the picture, the last on top."""
        self.overlays = list(overlays)
        self.update()

    def set_divider(self, share: float | None) -> None:
        """Two pictures beside a line there, or one."""
        self.divider = share
        self.update()

    def sight(self) -> Sight:
        """How points of the scene are seen now."""
        return Sight(self.viewpoint, max(1, self.width()), max(1, self.height()), self._depth)

    # --- where it is seen from --------------------------------------------------------------------

    def set_viewpoint(self, view: Viewpoint) -> None:
        """Stand there without telling anybody, as linked views do."""
        if view != self.viewpoint:
            self.viewpoint, self._depth = view, None
            self.update()

    def go(self, view: Viewpoint, glide: bool = False) -> None:
        """Stand there as if a hand had moved it, at once or gliding; undo leads back."""
        self._glide.stop()
        if view == self.viewpoint:
            return
        self._trail.leave(self.viewpoint)
        if glide:
            self._glide.go(self.viewpoint, view)
        else:
            self._move(view)

    def follow(self, view: Viewpoint) -> None:
        """Stand there on a way that is played; no step of it is one to go back to."""
        self._glide.stop()
        self._move(view)

    def undo(self) -> None:
        """Back to where it was seen from before."""
        self._glide.stop()
        self._move(self._trail.back(self.viewpoint))

    def redo(self) -> None:
        """Forth again."""
        self._glide.stop()
        self._move(self._trail.forth(self.viewpoint))

    def _move(self, view: Viewpoint | None) -> None:
        if view is None or view == self.viewpoint:
            return
        self.set_viewpoint(view)
        self.moved.emit(view)
        self._still.start()

    @property
    def moving(self) -> bool:
        """Whether a hand moves it now."""
        held = self._dragging in ("turn", "pan") or bool(self._keys)
        return held or self._glide.running or self._still.isActive()

    def _settle(self) -> None:
        if self._dragging or self._keys or self._glide.running:
            self._still.start()
        else:
            self.settled.emit()

    # --- the mouse --------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._glide.stop()
        self._pressed = self._last = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if left and self._on_divider(event.position()):
            self._dragging = "divider"
            return
        self._dragging = "turn" if left and not shift else "pan"
        self._trail.leave(self.viewpoint)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        step, self._last = at - self._last, at
        if self._dragging == "divider":
            self.set_divider(min(0.98, max(0.02, at.x() / max(1, self.width()))))
        elif self._dragging and not self._is_click(at):
            if self._dragging == "turn":
                self._move(dragged(self.viewpoint, step.x(), step.y()))
            else:
                self._move(shifted(self.viewpoint, step.x(), step.y(), max(1, self.height())))
        self._point(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at, kind = event.position(), self._dragging
        self._dragging = ""
        if kind != "divider" and self._pressed is not None and self._is_click(at):
            if event.button() == Qt.MouseButton.LeftButton:
                self._click(at)
            elif event.button() == Qt.MouseButton.RightButton:
                self.make_menu().popup(event.globalPosition().toPoint())
        self._pressed = None
        if kind in ("turn", "pan"):
            self._still.start()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self._still.isActive():
            self._trail.leave(self.viewpoint)
        self._glide.stop()
        turned = event.angleDelta().y() or event.angleDelta().x()
        at = event.position()
        size = max(1, self.width()), max(1, self.height())
        self._move(wheeled(self.viewpoint, turned, (at.x(), at.y()), size))
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """From the keyboard only: the right button pans, and opens the menu where it is let go."""
        if event.reason() != QContextMenuEvent.Reason.Mouse:
            super().contextMenuEvent(event)

    def _is_click(self, at: QPointF) -> bool:
        """Whether the mouse is still where it was pressed; once away it is a drag for good."""
        if self._pressed is None:
            return False
        away = at - self._pressed
        if abs(away.x()) + abs(away.y()) > CLICK:
            self._pressed = None
        return self._pressed is not None

    def _click(self, at: QPointF) -> None:
        sight = self.sight()
        for overlay in reversed(self.overlays):
            part = overlay.hit(at, sight)
            if part >= 0:
                self.picked.emit(overlay, part)
                return
        self.clicked.emit(at.x(), at.y())

    def _on_divider(self, at: QPointF) -> bool:
        return self.divider is not None and abs(at.x() - self.divider * self.width()) <= GRIP

    def _point(self, at: QPointF) -> None:
        """The cursor that says what a press would do."""
        shape = Qt.CursorShape.ArrowCursor
        if self._on_divider(at) or self._dragging == "divider":
            shape = Qt.CursorShape.SplitHCursor
        elif self._dragging:
            shape = Qt.CursorShape.ClosedHandCursor
        elif any(overlay.hit(at, self.sight()) >= 0 for overlay in self.overlays):
            shape = Qt.CursorShape.PointingHandCursor
        if self.cursor().shape() != shape:  # a window system may take its time
            self.setCursor(shape)

    # --- the keyboard -----------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Its own keys come before the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and self._action(event) is not None:
            event.accept()
            return True
        return super().event(event)

    def _action(self, event: QKeyEvent) -> Callable[[], object] | None:
        """What a key does, apart from flying."""
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        control = Qt.KeyboardModifier.ControlModifier
        key = event.key()
        if held == control and key == Qt.Key.Key_Z:
            return self.undo
        if held == control | Qt.KeyboardModifier.ShiftModifier and key == Qt.Key.Key_Z:
            return self.redo
        if held & control or held & Qt.KeyboardModifier.AltModifier:
            return None
        name = QKeySequence(key).toString()
        view = pressed(self.viewpoint, name)
        if view is not None:
            return lambda: self.go(view, name in NAMED)
        return (lambda: None) if _name(key) in FLYING else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        plain = held in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if plain and _name(event.key()) in FLYING:
            if not event.isAutoRepeat():
                self._begin_flying(_name(event.key()))
            return
        action = self._action(event)
        if action is None:
            super().keyPressEvent(event)
        else:
            action()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat():
            self._keys.discard(_name(event.key()))
        if not self._keys and self._flying.isActive():
            self._flying.stop()
            self._still.start()
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._keys.clear()
        self._flying.stop()
        super().focusOutEvent(event)

    def _begin_flying(self, key: str) -> None:
        self._glide.stop()
        if not self._keys:
            self._trail.leave(self.viewpoint)
            self._flown = time.monotonic() - FRAME_MS / 1000
        self._keys.add(key)
        self._flying.start()
        self._fly()

    def _fly(self) -> None:
        now = time.monotonic()
        fast = bool(QGuiApplication.queryKeyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._move(flown(self.viewpoint, self._keys, min(0.1, now - self._flown), fast))
        self._flown = now

    # --- painting ---------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.export_paint(painter)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(manager().theme.color("accent", 0.7), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75))

    def export_paint(self, painter: QPainter) -> None:
        """The pictures, then what lies over them."""
        theme, area = manager().theme, QRectF(self.rect())
        painter.fillRect(area, theme.color("plot_background"))
        if self._words or not self._images:
            painter.setPen(theme.color("text_secondary"))
            inner = area.adjusted(SPACE.wide, 0, -SPACE.wide, 0)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(inner, int(flags), self._words)
            return
        paint_pictures(painter, area, self._images, self._before, self._ready, self.divider)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sight = self.sight()
        for overlay in self.overlays:
            overlay.paint(painter, sight)
        if self.divider is not None and len(self._images) > 1:
            paint_divider(painter, self.divider * area.width(), area.height(), self.titles)
        if self._caption:
            at = QPointF(area.right() - SPACE.small, area.bottom() - SPACE.small - CHIP)
            chip(painter, self._caption, at, to_the_left=True)

    def table(self) -> list[Row]:
        """Where it is seen from."""
        view = self.viewpoint
        return [
            ("target x", "target y", "target z", "distance", "azimuth", "elevation", "field"),
            (*view.target, view.distance, view.azimuth, view.elevation, view.field),
        ]

    def can_save(self) -> bool:
        return bool(self._images)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._depth = None
        self.resized.emit()


def _name(key: int) -> str:
    """The letter or digit on a key."""
    return chr(key) if 32 < key < 127 else ""
