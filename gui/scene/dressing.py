"""What is drawn over a scene, made of what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from core.render.viewpoint import Viewpoint
from gui.theme import manager
from gui.widgets.pixels import to_qimage
from gui.widgets.scene.ellipses import Ellipses
from gui.widgets.scene.overlays import (
    Axes,
    Box,
    Cells,
    Dots,
    Frusta,
    Lines,
    Overlay,
    Photograph,
    pyramids,
)

if TYPE_CHECKING:
    from core.viewing import Box as CropBox
    from core.viewing import Ellipsoids, OpenRay, Views

THUMBNAIL = 48  # pixels
TRAINING, HELD_OUT, RAY, CELL = 0, 1, 3, 2  # categories of the theme
SEEN_WEIGHT = 0.002  # of a sample that is drawn as a dot


class Dressing:
    """Keeps what is costly to make; `overlays` puts together what is shown now."""

    def __init__(self) -> None:
        self.cells: NDArray[np.bool_] | None = None
        self.gaussians: Ellipsoids | None = None
        self.ray: OpenRay | None = None
        self.crop: CropBox | None = None
        self.sample = -1  # of the ray, under the mouse
        self.photograph = 0.0  # opacity
        self.standing = -1  # in the camera of which photograph
        self.differing = False  # the difference is shown, over which no photograph is laid
        self.frusta: Frusta | None = None
        self._views: Views | None = None
        self._thumbnails: list[QImage] = []
        self._cells: tuple[object, Cells] | None = None

    def set_views(self, views: Views | None) -> None:
        """The photographs of the scene."""
        self._views = views
        self._thumbnails = [] if views is None else [small(image) for image in views.images]

    def overlays(self, shown: set[str], view: Viewpoint) -> list[Overlay]:
        """The farthest at the bottom."""
        palette = manager().theme.palette
        found: list[Overlay] = []
        self.frusta = None
        if view.held is not None and self.standing >= 0 and self._views is not None:
            image = to_qimage(self._views.images[self.standing])
            found.append(Photograph(image, 0.0 if self.differing else self.photograph))
        if "cells" in shown and self.cells is not None:
            if self._cells is None or self._cells[0] is not self.cells:
                self._cells = self.cells, Cells(self.cells, palette[CELL])
            found.append(self._cells[1])
        if "gaussians" in shown and self.gaussians is not None:
            known = self.gaussians
            found.append(Ellipses(known.means, known.axes, known.colours))
        if "box" in shown:
            found.append(Box((-1, -1, -1), (1, 1, 1), "text_faint", 1.0))
        if self.crop is not None:
            found.append(Box(*self.crop, "accent", 1.6))
        if "cameras" in shown and self._views is not None and view.held is None:
            self.frusta = self._made_frusta(self._views, palette)
            found.append(self.frusta)
        if self.ray is not None:
            found += self._ray(self.ray, palette)
        if "axes" in shown:
            found.append(Axes())
        return found

    def _made_frusta(self, views: Views, palette: tuple[str, ...]) -> Frusta:
        colours = [palette[HELD_OUT]] * views.held_out
        colours += [palette[TRAINING]] * (len(views) - views.held_out)
        return Frusta(pyramids(views.packed, views.size), colours, self._thumbnails)

    def _ray(self, ray: OpenRay, palette: tuple[str, ...]) -> list[Overlay]:
        """The line through the scene, and a disc where light is stopped, in its colour; with it
        the Gaussian that stops it, where it is one.
        """
        if not len(ray.t):
            return []
        places = ray.places()
        near = np.array([ray.origin + max(0.0, ray.t[0] - 0.6) * ray.direction])
        made: list[Overlay] = [Lines(near, places[-1:], palette[RAY], 1.8, pieces=60)]
        counted = ray.weight > SEEN_WEIGHT
        colours = np.clip(ray.colour[counted] * 255, 0, 255).astype(np.uint8)
        if (met := ray.gaussians) is not None:
            made.append(Ellipses(met.means[counted], met.axes[counted], colours, palette[RAY]))
        made.append(Dots(places[counted], colours, 3.5, palette[RAY]))
        if 0 <= self.sample < len(places):
            made.append(Dots(places[self.sample : self.sample + 1], palette[RAY], 5.0))
        return made


def small(image: NDArray[np.uint8]) -> QImage:
    """A picture of a few pixels, for the face of a camera."""
    found = to_qimage(image)
    return found.scaledToWidth(THUMBNAIL) if found.width() > THUMBNAIL else found
