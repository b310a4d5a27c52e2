"""The raster of all points as a QImage: marks, small discs or density, kept while one pans."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from gui.widgets.points.camera import Camera, View
from gui.widgets.points.density import draw_density
from gui.widgets.points.raster import (
    density_alpha,
    draw_points,
    make_ink,
    premultiplied,
    scatter_points,
)
from gui.widgets.points.scene import Scene
from gui.widgets.points.tints import Tints

MARKS, DOTS = 60_000, 500_000  # points in sight up to which they are marks, discs; then density
MARGIN = 160  # logical pixels kept around what is seen, to pan over without drawing
_LEVELS = 6  # of opacity
_TOLD = 2.0  # device pixels of radius from which shapes can be told apart
_CELL = 2  # logical pixels


@dataclass(frozen=True)
class _Drawn:
    """Points in drawing order, with all that does not change as one pans or zooms."""

    xy: np.ndarray  # (M, 2) float32
    tint: np.ndarray  # (M,)
    tints: Tints


class PointLayer:
    """Paints the points of a scene; `drop` it when they moved or look different."""

    def __init__(self) -> None:
        self._drawn: _Drawn | None = None
        self.image: QImage | None = None
        self._key: object = None
        self._camera = Camera()
        self._margin = 0

    def drop(self) -> None:
        """Forget what was painted."""
        self._drawn, self.image = None, None

    def paint(
        self,
        painter: QPainter,
        scene: Scene,
        xy: np.ndarray,
        view: View,
        radius: float,
        ratio: float,
        margin: int = MARGIN,
    ) -> None:
        """Points (N, 2) with marks of `radius` logical pixels, `ratio` device pixels to one."""
        key = (view.camera.scale, view.width, view.height, radius, ratio)
        dx = (self._camera.x - view.camera.x) * view.camera.scale
        dy = (view.camera.y - self._camera.y) * view.camera.scale
        if self.image is None or key != self._key or max(abs(dx), abs(dy)) > self._margin:
            self._key, self._camera, self._margin, dx, dy = key, view.camera, margin, 0.0, 0.0
            self._drawn = self._drawn or _in_order(scene, xy)
            self.image = _draw(self._drawn, view.grown(margin), radius, ratio)
        left, top = (round(side * ratio) / ratio for side in (dx, dy))
        size = self.image.deviceIndependentSize()
        room = QRectF(left - self._margin, top - self._margin, size.width(), size.height())
        painter.drawImage(QPointF(room.topLeft()), self.image)


def _in_order(scene: Scene, xy: np.ndarray) -> _Drawn:
    order, tints = scene.drawing_order(), scene.tints()
    return _Drawn(np.take(xy, order, axis=0), tints.tint[order], tints)


def _draw(drawn: _Drawn, view: View, radius: float, ratio: float) -> QImage:
    """What is seen of the points, drawn in the way that their number asks for."""
    places, tint = view.project(drawn.xy), drawn.tint
    reach = 2 * radius + 1
    seen = (places[:, 0] > -reach) & (places[:, 0] < view.width + reach)
    seen &= (places[:, 1] > -reach) & (places[:, 1] < view.height + reach)
    if not seen.all():
        places, tint = places[seen], tint[seen]
    width, height = (max(1, round(side * ratio)) for side in (view.width, view.height))
    if len(places) > DOTS:
        return _density(places * np.float32(ratio), tint, drawn.tints, width, height, ratio)
    if len(places) > MARKS:
        ready = premultiplied(drawn.tints.colours)[tint]
        wide = max(1, round(radius * ratio) - 1)
        return _image(scatter_points(places * np.float32(ratio), ready, wide, width, height), ratio)
    return _marks(places, tint, drawn.tints, view, radius, ratio)


def _marks(
    places: np.ndarray, tint: np.ndarray, tints: Tints, view: View, radius: float, ratio: float
) -> QImage:
    width, height = (max(1, round(side * ratio)) for side in (view.width, view.height))
    alpha = density_alpha(places, view.width, view.height)
    level = np.rint((alpha - 0.62) / 0.38 * (_LEVELS - 1)).astype(np.intp)
    inks = tints.colours.repeat(_LEVELS, axis=0)
    opacity = np.tile(np.linspace(0.62, 1.0, _LEVELS), len(tints.colours))
    inks[:, 3] = inks[:, 3] * opacity + 0.5
    told = radius * ratio >= _TOLD  # else all are discs
    ink = make_ink(radius * ratio, inks, np.repeat(tints.shapes, _LEVELS) * told)
    pixels = draw_points(places * ratio, tint * _LEVELS + level, ink, width, height)
    return _image(pixels, ratio)


def _density(
    places: np.ndarray, tint: np.ndarray, tints: Tints, width: int, height: int, ratio: float
) -> QImage:
    table = tints.colours.astype(np.float32) / np.float32(255)
    table[:, :3] *= table[:, 3:]
    cell = max(1, round(_CELL * ratio))
    return _image(draw_density(places, table[tint], cell, width, height), ratio / cell)


def _image(pixels: np.ndarray, ratio: float) -> QImage:
    """Premultiplied RGBA (H, W, 4) as an image that owns its memory."""
    height, width = pixels.shape[:2]
    kind = QImage.Format.Format_RGBA8888_Premultiplied
    image = QImage(pixels.data, width, height, 4 * width, kind)
    image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    return image
