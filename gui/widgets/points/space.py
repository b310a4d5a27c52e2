"""The map in space: vispy draws the points, everything else is as in the plane."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from gui.fonts import text
from gui.theme import SPACE, TYPE, manager
from gui.widgets.points.orbit import Orbit, front_most, project
from gui.widgets.points.overlays import Project
from gui.widgets.points.room import NoOpenGL, Room
from gui.widgets.points.scene import Scene
from gui.widgets.points.surface import REACH, Surface


class SpaceCanvas(Surface):
    """Points (N, 3). Dragging and the arrows turn them, the wheel comes nearer."""

    axes = 3

    def __init__(self, scene: Scene | None = None, parent: QWidget | None = None) -> None:
        self._orbit = self._start = self._goal = Orbit()
        self._room: Room | None = None
        self._refusal = ""
        self._diameter = 0.0
        self._stale = True  # the points are to be given to the room again
        self._seen: tuple[np.ndarray, object, np.ndarray] | None = None
        self._drawn: tuple[object, QImage] | None = None
        super().__init__(scene, parent)
        self.setAccessibleName("Map in space")

    # Places.

    def matrix(self, size: QSize | None = None) -> np.ndarray:
        """From places to logical pixels, see Orbit.matrix."""
        size = size or self.size()
        return self._orbit.matrix(size.width(), size.height())

    def project(self, places: np.ndarray) -> np.ndarray:
        return project(places, self.matrix())[:, :2]

    def projection(self, size: QSize) -> Project:
        matrix = self.matrix(size)
        return lambda places: project(places, matrix)[:, :2]

    def hit(self, point: QPointF) -> int:
        if self._room is None:
            return -1
        seen_from = (self._orbit, self.size())
        if self._seen is None or self._seen[0] is not self._xy or self._seen[1] != seen_from:
            self._seen = self._xy, seen_from, project(self._xy, self.matrix())
        seen = self._seen[2]
        return front_most(seen, (point.x(), point.y()), self.radius(), REACH, self.scene.allowed())

    def radius(self) -> float:
        """It grows a little as one comes nearer."""
        return super().radius() * float(np.clip(self._orbit.zoom**0.35, 0.8, 2.6))

    # The camera.

    def aim(self) -> None:
        isolated = self.scene.isolated
        usable = isolated is not None and len(isolated) == len(self._to)
        self._start = self._orbit
        self._goal = self._orbit.around(self._to[isolated] if usable else self._to)

    def glide(self, share: float) -> None:
        if share < 1 or self._xy is not self._to:
            super().glide(share)
            self._stale = True
        self._orbit = self._start.toward(self._goal, share)

    def moved(self, dx: float, dy: float) -> None:
        self._look(self._orbit.turned(dx, dy))

    def zoomed(self, factor: float, at: QPointF) -> None:
        half = max(min(self.width(), self.height()) / 2, 1)
        away = (at.x() - self.width() / 2) / half, (at.y() - self.height() / 2) / half
        self._look(self._orbit.zoomed(factor, away))

    def reset_view(self) -> None:
        self._from = self._to
        self._animation.stop()
        self.aim()
        self._goal = Orbit(centre=self._goal.centre, extent=self._goal.extent)
        self._animation.start()

    def _look(self, orbit: Orbit) -> None:
        self._animation.stop()
        self._orbit = self._start = self._goal = orbit
        self.update()

    # Painting.

    def renew(self, *_args: object) -> None:
        self._stale = True
        super().renew()

    def paint_points(self, painter: QPainter, size: QSize, ratio: float, live: bool) -> None:
        painter.fillRect(QRect(0, 0, size.width(), size.height()),
                         manager().theme.color("plot_background"))  # fmt: skip
        if not len(self._xy) or len(self._xy) != self.scene.count:
            return
        room = self._open()
        if room is None:
            self._paint_refusal(painter, size)
            return
        self._fill(room, ratio)
        key = (self._orbit, size.width(), size.height(), ratio)
        if self._drawn is None or self._drawn[0] != key:
            self._drawn = key, self._draw(room, size, ratio)
        painter.drawImage(0, 0, self._drawn[1])

    def _open(self) -> Room | None:
        """The room, made when it is first needed; None where there is no OpenGL."""
        if self._room is None and not self._refusal:
            try:
                self._room = Room()
            except NoOpenGL as error:
                self._refusal = (
                    f"Space cannot be drawn on this machine: {error}. "
                    "A map in the plane shows the same pictures."
                )
            else:
                self.destroyed.connect(partial(Room.close, self._room))
        return self._room

    def _fill(self, room: Room, ratio: float) -> None:
        """Give the room the points as they are now."""
        diameter = 2.4 * self.radius() * ratio / room.native.devicePixelRatioF()
        if not self._stale and diameter == self._diameter:
            return
        self._stale, self._drawn, self._diameter = False, None, diameter
        theme, tints = manager().theme, self.scene.tints()
        order = self.scene.drawing_order()
        order = order[np.isfinite(self._xy[order]).all(axis=1)]
        xyz, tint = self._xy[order], tints.tint[order]
        room.set_points(
            xyz,
            tints.colours[tint],
            diameter,
            theme.color("plot_background"),
        )
        if len(xyz):
            room.set_box(xyz.min(axis=0), xyz.max(axis=0), theme.color("plot_grid"))

    def _draw(self, room: Room, size: QSize, ratio: float) -> QImage:
        width, height = (max(1, round(side * ratio)) for side in (size.width(), size.height()))
        ground = manager().theme.color("plot_background")
        image = room.draw(self._orbit.matrix(width, height), width, height, ground)
        image.setDevicePixelRatio(ratio)
        return image

    def _paint_refusal(self, painter: QPainter, size: QSize) -> None:
        painter.setFont(text(TYPE.body))
        painter.setPen(manager().theme.color("text_faint"))
        room = QRect(0, 0, size.width(), size.height())
        room.adjust(SPACE.wide, SPACE.wide, -SPACE.wide, -SPACE.wide)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(room, flags, self._refusal)
