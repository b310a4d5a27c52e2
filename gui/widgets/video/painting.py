"""How a scene is painted: frame, masks with their rims, keypoints with trails, the tool in hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from gui.fonts import text
from gui.theme import SPACE, TYPE, manager
from gui.widgets.brush import rim
from gui.widgets.pixels import draw_image, to_qimage
from gui.widgets.video.layers import Bytes, Dots, Layer, Scene, colour_of, tints

if TYPE_CHECKING:
    from gui.widgets.video.canvas import FrameCanvas

MOST_LINES = 20_000
FEW = 6  # keypoints whose names are always written; of more only those near the mouse
NEAR = 24  # pixels of the widget
SHADE = QColor(0, 0, 0, 170)  # behind what must be seen on any picture


def paint_scene(painter: QPainter, canvas: FrameCanvas, scene: Scene) -> None:
    """All but the tool in hand."""
    area, wide = canvas.area(), canvas._room()[0]
    for number, layer in enumerate(scene.panes):
        painter.save()
        painter.translate(number * wide, 0)
        painter.setClipRect(QRectF(0, 0, wide, canvas.height()))
        _paint_layer(painter, area, layer, scene)
        if number == 0:
            _paint_dots(painter, canvas, scene.dots)
        if len(scene.panes) > 1:
            _paint_title(painter, area, layer.title, right=False)
        painter.restore()
    if scene.right is not None and not scene.beside:
        _paint_beyond(painter, canvas, scene)


def _paint_beyond(painter: QPainter, canvas: FrameCanvas, scene: Scene) -> None:
    """The other encoder's layer right of the line, and the line."""
    assert scene.right is not None
    area, line = canvas.area(), canvas.split_place()
    assert line is not None
    painter.save()
    painter.setClipRect(QRectF(line, 0, canvas.width() - line, canvas.height()))
    _paint_layer(painter, area, scene.right, scene)
    painter.restore()
    for colour, width in ((SHADE, 4.0), (QColor(Qt.GlobalColor.white), 1.6)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QLineF(line, area.top(), line, area.bottom()))
    _paint_title(painter, area, scene.left.title, right=False)
    _paint_title(painter, area, scene.right.title, right=True)


def _paint_title(painter: QPainter, area: QRectF, title: str, right: bool) -> None:
    if not title:
        return
    painter.setFont(text(TYPE.small))
    wide = painter.fontMetrics().horizontalAdvance(title) + 2 * SPACE.small
    wide = min(wide, int(area.width() / 2))
    box = QRectF(area.left() + SPACE.small, area.top() + SPACE.small, wide, 22)
    if right:
        box.moveRight(area.right() - SPACE.small)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(SHADE)
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor(Qt.GlobalColor.white))
    shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, wide - 8)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)


def _paint_layer(painter: QPainter, area: QRectF, layer: Layer, scene: Scene) -> None:
    draw_image(painter, area, to_qimage(layer.picture))
    if layer.mask is None:
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    if scene.opacity > 0:
        painter.drawImage(area, to_qimage(tints(layer.mask, scene.opacity)))
    if scene.outline:
        _paint_rims(painter, area, layer.mask)


def _paint_rims(painter: QPainter, area: QRectF, mask: Bytes) -> None:
    scale = area.width() / mask.shape[1]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for number in range(1, int(mask.max(initial=0)) + 1):
        lines = rim(mask == number)
        if not 0 < len(lines) <= MOST_LINES:
            continue
        placed = lines * scale + np.tile((area.left(), area.top()), 2)
        pen = QPen(colour_of(number), 2.0)
        pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        painter.setPen(pen)
        painter.drawLines([QLineF(*line) for line in placed.tolist()])


def _middle(canvas: FrameCanvas, point: Sequence[float]) -> QPointF:
    """Where a keypoint is in the widget; the middle of the first pixel is (0, 0)."""
    return canvas.place(point[0] + 0.5, point[1] + 0.5)


def _paint_dots(painter: QPainter, canvas: FrameCanvas, dots: Dots) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    if dots.trails is not None:
        for at, way in enumerate(dots.trails):
            _paint_trail(painter, canvas, way, colour_of(at + 1))
    known = [bool(np.isfinite(p).all()) for p in dots.points]
    places = [_middle(canvas, p) if k else QPointF() for p, k in zip(dots.points.tolist(), known)]
    for first, second in dots.bones:
        if max(first, second) < len(known) and known[first] and known[second]:
            for colour, width in ((SHADE, 4.0), (QColor(Qt.GlobalColor.white), 1.8)):
                painter.setPen(QPen(colour, width))
                painter.drawLine(places[first], places[second])
    painter.setFont(text(TYPE.caption))
    for at, (place, here) in enumerate(zip(places, known)):
        if not here:
            continue
        painter.setPen(QPen(QColor(Qt.GlobalColor.white), 1.8))
        painter.setBrush(colour_of(at + 1))
        painter.drawEllipse(place, 5.0, 5.0)
        near = canvas.at is not None and (canvas.at - place).manhattanLength() <= NEAR
        if at < len(dots.names) and (near or len(dots.names) <= FEW):
            _paint_word(painter, place + QPointF(9, 4), dots.names[at])


def _paint_word(painter: QPainter, at: QPointF, word: str) -> None:
    """White on a dark shadow, so that it is read on any picture."""
    painter.setPen(SHADE)
    for dx, dy in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
        painter.drawText(at + QPointF(dx, dy), word)
    painter.setPen(QColor(Qt.GlobalColor.white))
    painter.drawText(at, word)


def _paint_trail(painter: QPainter, canvas: FrameCanvas, way: np.ndarray, colour: QColor) -> None:
    """The way (T, 2) of one keypoint, fainter the longer ago; gaps where it was hidden."""
    for at in range(1, len(way)):
        if np.isfinite(way[at - 1 : at + 1]).all():
            colour.setAlphaF(0.15 + 0.85 * at / len(way))
            painter.setPen(QPen(colour, 2.2, c=Qt.PenCapStyle.RoundCap))
            painter.drawLine(_middle(canvas, way[at - 1]), _middle(canvas, way[at]))


def paint_hand(painter: QPainter, canvas: FrameCanvas) -> None:
    """The brush's circle, the polygon so far, the cross of the pixel that is looked from."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    white = QColor(Qt.GlobalColor.white)
    if canvas.brush > 0 and canvas.at is not None:
        radius = canvas.brush * canvas.camera.scale / 2
        for colour, width in ((SHADE, 3.0), (white, 1.4)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(canvas.at, radius, radius)
    if canvas.corners:
        line = QPolygonF([canvas.place(*corner) for corner in canvas.corners])
        if canvas.at is not None:
            line.append(canvas.at)
        for colour, width in ((SHADE, 3.4), (white, 1.6)):
            painter.setPen(QPen(colour, width))
            painter.drawPolyline(line)
        painter.setBrush(manager().theme.color("accent"))
        for corner in line[: len(canvas.corners)]:
            painter.drawEllipse(corner, 3.5, 3.5)
    _paint_elsewhere(painter, canvas)
    if canvas.look is not None:
        paint_cross(painter, canvas.place(*canvas.look))


def _paint_elsewhere(painter: QPainter, canvas: FrameCanvas) -> None:
    """The place under the mouse in the other panes: a ring."""
    if canvas.scene is None or canvas.at is None or len(canvas.scene.panes) < 2:
        return
    wide, place = canvas._room()[0], canvas.frame_place(canvas.at)
    if not canvas.camera.holds(*place):
        return
    for number in range(len(canvas.scene.panes)):
        middle = canvas.place(*place) + QPointF(number * wide, 0)
        if abs(middle.x() - canvas.at.x()) > 1:
            for colour, width in ((SHADE, 3.4), (QColor(Qt.GlobalColor.white), 1.6)):
                painter.setPen(QPen(colour, width))
                painter.drawEllipse(middle, 5.0, 5.0)


def paint_cross(painter: QPainter, at: QPointF, arm: float = 9.0) -> None:
    """A cross with a hole in its middle, white on dark."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for colour, width in ((SHADE, 4.0), (QColor(Qt.GlobalColor.white), 1.8)):
        painter.setPen(QPen(colour, width))
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            start, end = QPointF(dx, dy) * 3.0, QPointF(dx, dy) * arm
            painter.drawLine(at + start, at + end)
