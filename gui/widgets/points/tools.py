"""Lasso and box: an outline dragged over the map, and the points inside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen, QPolygonF

from gui.theme import manager

Tool = Literal["move", "lasso", "box"]
How = Literal["replace", "add", "subtract"]
TOOLS: tuple[Tool, ...] = ("move", "lasso", "box")
_STEP = 2.5  # pixels between corners of a lasso


def how(modifiers: Qt.KeyboardModifier) -> How:
    """What a gesture does to the selection: Shift adds, Alt or Ctrl takes away."""
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return "add"
    if modifiers & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier):
        return "subtract"
    return "replace"


@dataclass
class Outline:
    """What is being dragged, in pixels of the widget."""

    tool: Tool
    corners: list[QPointF] = field(default_factory=list)

    def extend(self, at: QPointF) -> None:
        """The mouse is here now."""
        if self.tool == "box":
            self.corners[1:] = [at]
        elif not self.corners or (at - self.corners[-1]).manhattanLength() >= _STEP:
            self.corners.append(at)

    def polygon(self) -> QPolygonF:
        """The closed outline; it has no area before the mouse has moved."""
        if self.tool == "box" and len(self.corners) == 2:
            (a, b) = self.corners
            return QPolygonF([a, QPointF(b.x(), a.y()), b, QPointF(a.x(), b.y())])
        return QPolygonF(self.corners)

    def paint(self, painter: QPainter) -> None:
        """The outline as it is now, lightly filled."""
        theme = manager().theme
        painter.setBrush(theme.color("accent", 0.10))
        painter.setPen(QPen(theme.color("plot_background", 0.9), 3.0))
        painter.drawPolygon(self.polygon(), Qt.FillRule.WindingFill)
        pen = QPen(theme.color("accent"), 1.4)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolygon(self.polygon(), Qt.FillRule.WindingFill)


def inside(places: NDArray[np.floating], polygon: QPolygonF, within: QRect) -> NDArray[np.intp]:
    """Indices of the places (N, 2), in pixels, inside a polygon and the widget `within`.

    The polygon is filled into a picture of its own size and each place looked up there, which is
    exact to a pixel and does not depend on the number of corners.
    """
    area = polygon.boundingRect().toAlignedRect().intersected(within)
    if area.isEmpty() or not len(places):
        return np.zeros(0, np.intp)
    image = QImage(area.size(), QImage.Format.Format_Grayscale8)
    image.fill(0)
    painter = QPainter(image)
    painter.translate(-area.left(), -area.top())
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addPolygon(polygon)
    path.closeSubpath()
    painter.fillPath(path, Qt.GlobalColor.white)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(area.height(), -1)
    x, y = places[:, 0] - area.left(), places[:, 1] - area.top()
    near = np.flatnonzero((x >= 0) & (x < area.width()) & (y >= 0) & (y < area.height()))
    return near[rows[y[near].astype(np.intp), x[near].astype(np.intp)] > 0]
