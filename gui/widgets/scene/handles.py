"""Handles in the middles of a box's faces, which the mouse pulls along their axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from gui.theme import manager
from gui.widgets.scene.overlays import AXIS_COLOURS, faint
from gui.widgets.scene.sight import Sight
from gui.widgets.scene.stage import Stage

RADIUS = 6.0  # pixels of a handle
REACH = 11.0  # pixels from its middle at which a press takes it
ALONG = 1e-3  # squared sine between a view and an axis below which it is looked along


class Handles:
    """Of the box from one corner (3,) to the other. Face 2·axis is at the low side, the next one
    at the high side.
    """

    def __init__(self, low: Sequence[float], high: Sequence[float]) -> None:
        corners = np.array([low, high], float)
        self.places = np.repeat(corners.mean(axis=0)[None], 6, axis=0)  # (6, 3)
        for face in range(6):
            self.places[face, face // 2] = corners[face % 2, face // 2]

    def paint(self, painter: QPainter, sight: Sight) -> None:
        """Discs in the colours of the axes, the farthest first."""
        seen, behind = sight.project(self.places), sight.hidden(self.places)
        for face in np.argsort(-np.nan_to_num(seen[:, 2])):
            if np.isnan(seen[face]).any():
                continue
            colour = QColor(AXIS_COLOURS[face // 2])
            painter.setPen(QPen(manager().theme.color("panel"), 1.6))
            painter.setBrush(faint(colour, 0.6) if behind[face] else colour)
            painter.drawEllipse(QPointF(*seen[face, :2].tolist()), RADIUS, RADIUS)

    def hit(self, at: QPointF, sight: Sight) -> int:
        """The face whose handle lies under the pixel, the nearest of several; −1 for none."""
        seen = sight.project(self.places)
        away = np.hypot(seen[:, 0] - at.x(), seen[:, 1] - at.y())
        under = np.flatnonzero(away <= REACH)
        return int(under[np.argmin(seen[under, 2])]) if len(under) else -1

    def place(self, face: int, at: QPointF, sight: Sight) -> float:
        """Where on the line of a face's axis the pixel points to: the place that is nearest to its
        ray, as a coordinate of that axis; NaN where one looks along the axis.
        """
        matrix = sight.viewpoint.projection(sight.width, sight.height)
        ray = np.linalg.solve(matrix[:, :3], np.array([at.x(), at.y(), 1.0]))
        ray /= np.linalg.norm(ray)
        axis, middle = face // 2, self.places[face]
        across = 1 - ray[axis] ** 2
        if across < ALONG:
            return float("nan")
        gap = middle - sight.eye
        return float(middle[axis] + (ray[axis] * (ray @ gap) - gap[axis]) / across)


class Pull(QObject):
    """Takes the mouse from a stage while it pulls a handle of one of the stage's overlays."""

    pulled = Signal(int, float)  # a face, and where along its axis it shall be
    let_go = Signal()

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._stage = stage
        self._held: tuple[Handles, int, float] | None = None  # and how far off it was taken
        stage.installEventFilter(self)

    @property
    def holds(self) -> bool:
        """Whether a handle is being pulled."""
        return self._held is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What concerns a handle does not reach the stage."""
        if not isinstance(event, QMouseEvent):
            return False
        if event.type() == QEvent.Type.MouseButtonPress:
            return event.button() == Qt.MouseButton.LeftButton and self._take(event.position())
        if self._held is None:
            return False
        if event.type() == QEvent.Type.MouseMove:
            handles, face, off = self._held
            place = handles.place(face, event.position(), self._stage.sight()) - off
            if not np.isnan(place):
                self.pulled.emit(face, place)
        elif event.type() == QEvent.Type.MouseButtonRelease:
            self._held = None
            self.let_go.emit()
        return True

    def _take(self, at: QPointF) -> bool:
        sight = self._stage.sight()
        for handles in self._stage.overlays:
            face = handles.hit(at, sight) if isinstance(handles, Handles) else -1
            if face >= 0:
                off = handles.place(face, at, sight) - handles.places[face, face // 2]
                self._held = handles, face, off
                return True
        return False
