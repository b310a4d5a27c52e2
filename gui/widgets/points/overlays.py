"""What is painted over the points: rings, lines to neighbours, trails, the views of a picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from gui.theme import manager
from gui.widgets.pixels import draw_image, fitted, to_qimage
from gui.widgets.points.scene import Scene

Project = Callable[[np.ndarray], np.ndarray]  # places of the layout (M, D) to pixels (M, 2)
_BANDS = 6  # steps of opacity along a trail
_VIEW_SIDE = 22.0  # logical pixels of the picture of a view


def paint_ring(painter: QPainter, at: QPointF, radius: float, token: str, width: float) -> None:
    """A ring that stands out from whatever lies below it."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(manager().theme.color("plot_background", 0.9), width + 2))
    painter.drawEllipse(at, radius, radius)
    painter.setPen(QPen(manager().theme.color(token), width))
    painter.drawEllipse(at, radius, radius)


def paint_neighbours(
    painter: QPainter, scene: Scene, xy: np.ndarray, project: Project, radius: float
) -> None:
    """Lines from the chosen point to its neighbours, each ringed."""
    if not 0 <= scene.anchor < len(xy):
        return
    known = [index for index in scene.neighbours if 0 <= index < len(xy)]
    start, *ends = (QPointF(*place) for place in project(xy[[scene.anchor, *known]]).tolist())
    painter.setPen(QPen(manager().theme.color("text", 0.55), 1.2))
    for end in ends:
        painter.drawLine(start, end)
    for end in ends:
        paint_ring(painter, end, radius + 3.0, "text", 1.5)
    paint_ring(painter, start, radius + 4.5, "accent", 2.5)


def paint_marks(
    painter: QPainter, scene: Scene, xy: np.ndarray, project: Project, radius: float
) -> None:
    """A thin ring around the points that are looked at elsewhere too."""
    known = [int(index) for index in scene.marked if 0 <= index < len(xy)]
    if known:
        for place in project(xy[known]).tolist():
            paint_ring(painter, QPointF(*place), radius + 2.0, "accent", 1.2)


def paint_trails(painter: QPainter, scene: Scene, xy: np.ndarray, project: Project) -> None:
    """Where points came from: lines in their colours that fade towards the past."""
    trails = scene.trails
    if trails is None or not len(trails.indices) or trails.paths.shape[2] != xy.shape[1]:
        return
    count, steps = trails.paths.shape[:2]
    places = project(trails.paths.reshape(count * steps, -1)).reshape(count, steps, 2)
    rgba = scene.tints().rgba()
    ends = np.unique(np.linspace(0, steps - 1, _BANDS + 1).astype(int))
    for path, index in zip(places, trails.indices.tolist(), strict=True):
        colour = QColor(*rgba[index, :3].tolist())
        line = [QPointF(*place) for place in path.tolist()]
        for first, last in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
            share = last / max(steps - 1, 1)
            colour.setAlphaF(0.12 + 0.78 * share)
            pen = QPen(colour, 1.0 + 1.2 * share)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawPolyline(QPolygonF(line[first : last + 1]))


def paint_cloud(
    painter: QPainter, scene: Scene, xy: np.ndarray, project: Project, radius: float
) -> None:
    """The views of one picture, joined to it by thin lines."""
    cloud = scene.cloud
    if cloud is None or not 0 <= cloud.index < len(xy) or cloud.places.shape[1] != xy.shape[1]:
        return
    theme = manager().theme
    centre = QPointF(*project(xy[[cloud.index]])[0].tolist())
    places = [QPointF(*place) for place in project(cloud.places).tolist()]
    colour = QColor(*scene.tints().rgba()[cloud.index, :3].tolist())
    pale = QColor(colour)
    pale.setAlphaF(0.45)
    painter.setPen(QPen(pale, 1.0))
    for place in places:
        painter.drawLine(centre, place)
    small = max(2.5, 0.7 * radius)
    taken: list[QPointF] = [centre]
    for number, place in enumerate(places):
        painter.setPen(QPen(colour, 1.4))
        painter.setBrush(theme.color("plot_background"))
        painter.drawEllipse(place, small, small)
        if cloud.images is None or number >= len(cloud.images):
            continue
        if all(max(abs((place - t).x()), abs((place - t).y())) > _VIEW_SIDE + 2 for t in taken):
            taken.append(place)
            image = to_qimage(cloud.images[number])
            area = QRectF(0, 0, _VIEW_SIDE, _VIEW_SIDE)
            area.moveCenter(place)
            area = fitted(image, area)
            draw_image(painter, area, image)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area)
    paint_ring(painter, centre, radius + 4.5, "accent", 2.5)
