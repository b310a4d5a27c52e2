"""Points in space drawn by vispy with OpenGL into a picture; no window of its own is seen.

The picture is painted by the widget that asks for it, so that cards, rings and lassos lie over it
as they do over the plane, and it can be saved as any other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from gui.widgets.pixels import to_qimage

_RIM = 0.1  # of a point's diameter
_THINNER = 0.6  # discs lie over one another in space more than in the plane
_EDGES = [(a, b) for a in range(8) for b in range(8) if a < b and (a ^ b).bit_count() == 1]


class NoOpenGL(Exception):
    """Space cannot be drawn here; the message says why, for a person."""


class Room:
    """A vispy scene that is drawn on demand; raises NoOpenGL where there is none."""

    def __init__(self) -> None:
        try:
            import vispy

            vispy.use("pyside6")
            from vispy import scene
            from vispy.visuals.transforms import MatrixTransform
        except Exception as error:
            raise NoOpenGL(f"vispy could not be started ({error})") from error
        self._canvas: Any = scene.SceneCanvas(show=False, size=(64, 64))
        self.native: QWidget = self._canvas.native
        self.native.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        self.native.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.native.show()  # off screen: this is what makes its OpenGL context
        if not self.native.isValid():
            self.close()
            raise NoOpenGL("no OpenGL context could be made")
        self._box = scene.visuals.Line(connect="segments", parent=self._canvas.scene)
        self._solid, self._thin = (
            scene.visuals.Markers(parent=self._canvas.scene) for _ in range(2)
        )
        self._thin.order = 1  # after the others, so that what is thin hides none of them
        self._transform = MatrixTransform()
        for visual in (self._box, self._solid, self._thin):
            visual.transform = self._transform
        for markers in (self._solid, self._thin):
            markers.set_gl_state("translucent", depth_test=True)

    def set_points(
        self,
        xyz: NDArray[np.floating],
        rgba: NDArray[np.uint8],
        diameter: float,
        rim: QColor,
    ) -> None:
        """Points (N, 3) as discs in colours (N, 4), each with a fine rim that sets it apart."""
        opaque = rgba[:, 3] > 128
        for markers, part in ((self._solid, opaque), (self._thin, ~opaque)):
            markers.visible = bool(part.any())
            if not markers.visible:
                continue
            inks = rgba[part].astype(np.float32) / 255
            thin = markers is self._thin
            markers.set_data(
                xyz[part].astype(np.float32),
                size=diameter,
                face_color=inks * (1, 1, 1, _THINNER) if thin else inks,
                edge_width=0 if thin else _RIM * diameter,
                edge_color=_rgba(rim),
            )

    def set_box(self, low: NDArray[np.floating], high: NDArray[np.floating], ink: QColor) -> None:
        """The edges of the box from `low` (3,) to `high` (3,), which say how it is turned."""
        ends = np.array([low, high])
        corners = np.array([[ends[c >> k & 1, k] for k in range(3)] for c in range(8)])
        self._box.set_data(corners[np.array(_EDGES).ravel()].astype(np.float32), color=_rgba(ink))

    def draw(self, matrix: NDArray[np.float64], width: int, height: int, ground: QColor) -> QImage:
        """The picture in pixels of the device through `matrix`, which is Orbit's for that size."""
        ratio = self.native.devicePixelRatioF()
        self._canvas.size = (round(width / ratio), round(height / ratio))
        self._transform.matrix = matrix @ np.diag([1 / ratio, 1 / ratio, 1, 1])
        self._canvas.bgcolor = _rgba(ground)
        return to_qimage(self._canvas.render(alpha=False))

    def close(self) -> None:
        """Give the context back."""
        if isValid(self.native):  # Qt may have ended it before
            self._canvas.close()
            self.native.deleteLater()


def _rgba(ink: QColor) -> tuple[float, float, float, float]:
    return ink.redF(), ink.greenF(), ink.blueF(), ink.alphaF()
