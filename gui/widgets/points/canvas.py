"""The painted map: points in a plane with pan and zoom, their thumbnails, density of crowds."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from gui.theme import SPACE, manager
from gui.widgets.points.camera import Camera, View
from gui.widgets.points.layer import MARGIN, PointLayer
from gui.widgets.points.overlays import Project
from gui.widgets.points.picking import Picker
from gui.widgets.points.raster import radius_for
from gui.widgets.points.scene import Scene
from gui.widgets.points.surface import REACH, Surface
from gui.widgets.points.thumbs import Thumbs


class PointCanvas(Surface):
    """Points (N, 2); see PointMap for the meaning of what is set here."""

    def __init__(self, scene: Scene | None = None, parent: QWidget | None = None) -> None:
        self._camera = self._start = self._goal = Camera()
        self._follows = True  # all points stay in sight until the person moves the camera
        self._fitted = (None, None), QSize(), Camera()
        self._layer, self._thumbs, self._picker = PointLayer(), Thumbs(), Picker()
        super().__init__(scene, parent)

    # Places.

    def view(self) -> View:
        """What is seen now."""
        return View(self._camera, self.width(), self.height())

    def project(self, places: np.ndarray) -> np.ndarray:
        return self.view().project(places)

    def projection(self, size: QSize) -> Project:
        return self._view_for(size).project

    def hit(self, point: QPointF) -> int:
        if self.scene.thumbnails and (found := self._thumbs.hit(point)) >= 0:
            return found
        at = self.view().unproject(point.x(), point.y())
        return self._picker.nearest(at, REACH / self._camera.scale, self.scene.allowed())

    def wait_for_tree(self, seconds: float) -> bool:
        """Wait until many points at rest are found by their tree; whether they are."""
        return self._picker.wait(seconds)

    def radius(self) -> float:
        """It grows a little as one zooms in."""
        zoom = self._camera.scale / max(self._whole().scale, 1e-9)
        return self._radius(zoom)

    def _radius(self, zoom: float) -> float:
        return self.fine * radius_for(self.scene.count) * float(np.clip(zoom**0.35, 0.8, 2.6))

    def _whole(self, size: QSize | None = None) -> Camera:
        """The camera that has all points in sight, or those that are isolated."""
        size = size or self.size()
        isolated = self.scene.isolated
        usable = isolated is not None and len(isolated) == len(self._to)
        held, fitted_size, fitted = self._fitted
        if held[0] is not self._to or held[1] is not isolated or fitted_size != size:
            xy = self._to[isolated] if usable else self._to
            margin = SPACE.wide if self.cards else SPACE.small
            fitted = Camera.over(xy, size.width(), size.height(), margin)
            self._fitted = (self._to, isolated), QSize(size), fitted
        return fitted

    def _view_for(self, size: QSize) -> View:
        """What a picture of another size shows: the same, as large as it can be."""
        whole = self._whole(size)
        if self._follows:
            return View(whole, size.width(), size.height())
        zoom = self._camera.scale / max(self._whole().scale, 1e-9)
        camera = Camera(self._camera.x, self._camera.y, zoom * whole.scale)
        return View(camera, size.width(), size.height())

    # The camera.

    def aim(self) -> None:
        self._follows |= self._from is self._to  # other points than before
        self._thumbs.drop()
        self._start, self._goal = self._camera, self._whole() if self._follows else self._camera

    def glide(self, share: float) -> None:
        if share < 1 or self._xy is not self._to:
            super().glide(share)
            (self._picker.rest if share >= 1 else self._picker.move)(self._xy)
            self._layer.drop()
        self._camera = self._start.toward(self._goal, share)

    def moved(self, dx: float, dy: float) -> None:
        self._look(self._camera.moved(dx, dy))

    def zoomed(self, factor: float, at: QPointF) -> None:
        away = at.x() - self.width() / 2, at.y() - self.height() / 2
        self._look(self._camera.zoomed(factor, away, self._whole()))

    def reset_view(self) -> None:
        self._follows = True
        self._from = self._to
        self._animation.stop()
        self.aim()
        self._animation.start()

    def _look(self, camera: Camera) -> None:
        self._follows = False
        self._camera = self._start = self._goal = camera
        self.update()

    # Painting.

    def forget(self) -> None:
        """Points moved: what was painted of them holds no longer."""
        self._layer.drop()
        self._thumbs.drop()

    def renew(self, *_args: object) -> None:
        self.forget()
        super().renew()

    def set_images(self) -> None:
        """The scene has other pictures."""
        self._thumbs.set_images(self.scene.images)
        self.update()

    def paint_points(self, painter: QPainter, size: QSize, ratio: float, live: bool) -> None:
        painter.fillRect(0, 0, size.width(), size.height(),
                         manager().theme.color("plot_background"))  # fmt: skip
        if not len(self._xy) or len(self._xy) != self.scene.count:
            return
        view = self.view() if live else self._view_for(size)
        zoom = view.camera.scale / max(self._whole(size).scale, 1e-9)
        layer = self._layer if live else PointLayer()
        at_rest = layer is self._layer and self._xy is self._to
        layer.paint(painter, self.scene, self._xy, view, self._radius(zoom), ratio,
                    MARGIN if at_rest else 0)  # fmt: skip
        if self.scene.thumbnails:
            self._paint_thumbs(painter, view, self._whole(size).scale, live)

    def _paint_thumbs(self, painter: QPainter, view: View, whole: float, live: bool) -> None:
        scene, allowed = self.scene, self.scene.allowed()
        order = scene.order if allowed is None else scene.order[allowed[scene.order]]
        self._thumbs.paint(
            painter, self._xy, self._to, order, scene.tints(), scene.selected, view, whole, live
        )

    def resizeEvent(self, event: QEvent) -> None:
        if self._follows:
            self._start = self._goal = self._camera = self._whole()
        self.update()
