"""Which part of a plane is seen, and what moving and zooming make of it. Pure, no Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEAREST, FARTHEST = 60.0, 0.4  # bounds of the zoom relative to all in sight


@dataclass(frozen=True)
class Camera:
    """The point of the plane at the middle of the picture, and pixels a unit; y grows upwards."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0

    @staticmethod
    def over(xy: NDArray[np.floating], width: float, height: float, margin: float) -> Camera:
        """The camera that sees all points (N, 2) with `margin` pixels on every side."""
        known = xy[np.isfinite(xy).all(axis=1)]
        if not len(known):
            return Camera()
        low, high = known.min(axis=0), known.max(axis=0)
        middle, span = (low + high) / 2, np.maximum(high - low, 1e-6)
        room = max(width - 2 * margin, 1.0), max(height - 2 * margin, 1.0)
        scale = min(room[0] / span[0], room[1] / span[1])
        return Camera(float(middle[0]), float(middle[1]), float(scale))

    def unproject(self, x: float, y: float, width: float, height: float) -> tuple[float, float]:
        """The point of the plane that is seen at a pixel."""
        return self.x + (x - width / 2) / self.scale, self.y - (y - height / 2) / self.scale

    def toward(self, other: Camera, share: float) -> Camera:
        """Between two cameras, share 0..1; the scale goes evenly in its logarithm."""
        scale = self.scale * (other.scale / self.scale) ** share
        return Camera(
            self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share, scale
        )

    def project(self, xy: NDArray[np.floating], width: float, height: float) -> np.ndarray:
        """Points of the plane (N, 2) in pixels, y downwards."""
        turned = np.array([self.scale, -self.scale], xy.dtype)
        middle = width / 2 - self.x * self.scale, height / 2 + self.y * self.scale
        return xy * turned + np.array(middle, xy.dtype)

    def moved(self, dx: float, dy: float) -> Camera:
        """The plane dragged by pixels."""
        return Camera(self.x - dx / self.scale, self.y + dy / self.scale, self.scale)

    def zoomed(self, factor: float, away: tuple[float, float], whole: Camera) -> Camera:
        """Scaled about what lies `away` pixels from the middle, within bounds set by `whole`."""
        scale = float(np.clip(self.scale * factor, whole.scale * FARTHEST, whole.scale * NEAREST))
        keep = 1 / self.scale - 1 / scale
        return Camera(self.x + away[0] * keep, self.y - away[1] * keep, scale)


@dataclass(frozen=True)
class View:
    """A camera with the size of its picture in logical pixels."""

    camera: Camera
    width: int
    height: int

    def project(self, xy: NDArray[np.floating]) -> np.ndarray:
        """Points of the plane (N, 2) in pixels."""
        return self.camera.project(xy, self.width, self.height)

    def unproject(self, x: float, y: float) -> tuple[float, float]:
        """The point of the plane that is seen at a pixel."""
        return self.camera.unproject(x, y, self.width, self.height)

    def grown(self, margin: int) -> View:
        """The same with `margin` pixels more on every side."""
        return View(self.camera, self.width + 2 * margin, self.height + 2 * margin)

    def area(self, margin: float) -> tuple[float, float, float, float]:
        """What is seen of the plane and `margin` pixels around it: left, low, right, high."""
        left, high = self.unproject(-margin, -margin)
        right, low = self.unproject(self.width + margin, self.height + margin)
        return left, low, right, high
