"""The tool in hand: what pressing and dragging on the frame does to the marks."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from gui.video.work import Work
from gui.widgets.brush import stroke
from gui.widgets.video import edits
from gui.widgets.video.canvas import FrameCanvas
from gui.widgets.video.edits import Grower

TOOLS = ("move", "brush", "eraser", "polygon", "fill", "grow", "point", "look")
REACH = 9.0  # pixels of the widget within which a keypoint is taken hold of
CLOSE = 10.0  # within which a click on its first corner closes a polygon
TOLERANCE, SLOPE = 12.0, 0.25  # of growing at first, and what a pixel of the drag adds


class Hand(QObject):
    """Shows what a stroke will do while it is drawn, and does it when the mouse is let go."""

    preview = Signal(object)  # a mask (H, W) or None, points (K, 2) or None
    looked = Signal(object)  # (x, y) of the frame or None, with the tool "look"
    tool_changed = Signal(str)
    size_changed = Signal(float)

    def __init__(self, work: Work, canvas: FrameCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work, self._canvas = work, canvas
        self.tool = "brush"
        self.size = 6.0  # the brush's diameter in pixels of the frame
        self._mask: np.ndarray | None = None  # that the stroke in hand has made
        self._points: np.ndarray | None = None
        self._held = -1  # the keypoint that is dragged
        self._last = (0.0, 0.0)
        self._erasing = False
        self._grower: Grower | None = None
        self._title = ""
        canvas.pressed.connect(self._press)
        canvas.dragged.connect(self._drag)
        canvas.released.connect(self._release)
        canvas.double_clicked.connect(lambda *_: self.close_polygon())
        canvas.hovered.connect(self._hover)
        work.at_changed.connect(lambda _: self.let_go())
        self.set_tool("brush")

    def set_tool(self, tool: str) -> None:
        """Take another tool."""
        self.let_go()
        self.tool = tool
        self._canvas.hand_moves = tool == "move"
        self._show_brush()
        if tool != "look":
            self._look(None)
        self.tool_changed.emit(tool)

    def set_size(self, size: float) -> None:
        """The brush's diameter in pixels of the frame."""
        self.size = max(1.0, min(200.0, size))
        self._show_brush()
        self.size_changed.emit(self.size)

    def _show_brush(self) -> None:
        self._canvas.brush = self.size if self.tool in ("brush", "eraser") else 0.0
        self._canvas.update()

    def let_go(self) -> None:
        """Leave what was begun."""
        self._mask = self._points = self._grower = None
        self._held = -1
        self._canvas.corners = ()
        self._canvas.update()

    # --- the mouse --------------------------------------------------------------------------------

    def _press(self, x: float, y: float, modifiers: Qt.KeyboardModifier) -> None:
        self._last = (x, y)
        self._erasing = self.tool == "eraser" or bool(
            modifiers & Qt.KeyboardModifier.ControlModifier
        )
        begin = {"brush": self._begin_stroke, "eraser": self._begin_stroke,
                 "polygon": self._corner, "fill": self._fill, "grow": self._begin_grow,
                 "point": self._begin_point, "look": self._pin}  # fmt: skip
        if self.tool in begin:
            begin[self.tool](x, y)

    def _drag(self, x: float, y: float) -> None:
        if self.tool in ("brush", "eraser") and self._mask is not None:
            self._stroke(self._last, (x, y))
            self._last = (x, y)
        elif self.tool == "grow" and self._grower is not None:
            self._grow(TOLERANCE + SLOPE * (x - self._last[0]) * self._canvas.camera.scale)
        elif self.tool == "point" and self._points is not None:
            self._points[self._held] = (x - 0.5, y - 0.5)
            self.preview.emit((None, self._points))
        elif self.tool == "look":
            self._look((x, y) if self._canvas.camera.holds(x, y) else None)

    def _release(self, _x: float, _y: float) -> None:
        mask, points = self._mask, self._points
        self._mask = self._points = self._grower = None
        if mask is not None:
            self._work.set_mask(mask, self._title)
        elif points is not None:
            self._work.set_points(points, "Move a keypoint")

    def _hover(self, place: tuple[float, float] | None) -> None:
        if self.tool == "look":
            self._look(place)

    def _look(self, place: tuple[float, float] | None) -> None:
        self._canvas.look = place
        self._canvas.update()
        self.looked.emit(place)

    def _pin(self, x: float, y: float) -> None:
        self._look((x, y))

    # --- the tools --------------------------------------------------------------------------------

    def _begin_stroke(self, x: float, y: float) -> None:
        self._mask = self._work.mask(self._work.at)
        self._title = "Erase" if self._erasing else "Paint"
        self._stroke((x, y), (x, y))

    def _stroke(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        assert self._mask is not None
        self._change(stroke(self._mask.shape, start, end, self.size), self._mask)

    def _change(self, region: np.ndarray, base: np.ndarray) -> None:
        """Show a region given to the object in hand, or taken from it."""
        if self._erasing:
            self._mask = edits.take(base, region)
        else:
            self._mask = edits.put(base, region, self._work.object)
        self.preview.emit((self._mask, None))

    def _fill(self, x: float, y: float) -> None:
        mask = self._work.mask(self._work.at)
        self._title = "Fill"
        self._change(edits.connected(mask, (x, y)), mask)

    def _begin_grow(self, x: float, y: float) -> None:
        assert self._work.clip is not None
        self._grower = Grower(self._work.clip.frames[self._work.at], (x, y))
        self._title = "Grow"
        self._grow(TOLERANCE)

    def _grow(self, tolerance: float) -> None:
        assert self._grower is not None
        region = self._grower.region(max(0.5, tolerance))
        self._change(region, self._work.mask(self._work.at))

    def _corner(self, x: float, y: float) -> None:
        corners = list(self._canvas.corners)
        if len(corners) >= 3 and self._near(corners[0], (x, y), CLOSE):
            self.close_polygon()
            return
        if not corners or not self._near(corners[-1], (x, y), 2.0):
            self._canvas.corners = [*corners, (x, y)]
            self._canvas.update()

    def close_polygon(self) -> bool:
        """Give what the polygon holds to the object; whether there was a polygon."""
        corners, self._canvas.corners = self._canvas.corners, ()
        self._canvas.update()
        if len(corners) < 3:
            return False
        base = self._work.mask(self._work.at)
        region = edits.polygon(base.shape, corners)
        self._work.set_mask(edits.put(base, region, self._work.object), "Polygon")
        return True

    def _near(self, a: tuple[float, float], b: tuple[float, float], reach: float) -> bool:
        return np.hypot(a[0] - b[0], a[1] - b[1]) * self._canvas.camera.scale <= reach

    def _begin_point(self, x: float, y: float) -> None:
        points = self._work.points(self._work.at)
        far = np.hypot(points[:, 0] + 0.5 - x, points[:, 1] + 0.5 - y) * self._canvas.camera.scale
        near = np.flatnonzero(far <= REACH)
        hidden = np.flatnonzero(~np.isfinite(far))
        if len(near):
            self._held = int(near[np.argmin(far[near])])
        elif len(hidden):  # one that is not known here is placed before a new one is made
            self._held = int(hidden[0])
            points[self._held] = (x - 0.5, y - 0.5)
        elif self._canvas.camera.holds(x, y):
            self._work.add_point(x - 0.5, y - 0.5)
            return
        else:
            return
        self._points = points
        self.preview.emit((None, points))
