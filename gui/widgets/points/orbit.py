"""A camera that turns about a cloud of points, and what it sees where. Pure, no Qt, no OpenGL."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

NEAREST, FARTHEST = 30.0, 0.3  # bounds of the zoom
_DISTANCE = 3.4  # of the eye from the middle, in radii of the cloud
_FILLED = 0.93  # of the shorter side is what the cloud fills at zoom 1
_DEPTH = 0.25  # of OpenGL's depth range is used by one radius
_DEGREES = 0.4  # turned by a pixel


@dataclass(frozen=True)
class Orbit:
    """Angles in degrees; z is up. `x`, `y` shift the picture, in halves of its shorter side."""

    azimuth: float = 35.0
    elevation: float = 22.0
    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0
    centre: tuple[float, float, float] = (0.0, 0.0, 0.0)
    extent: float = 1.0  # radius of the cloud

    def around(self, xyz: NDArray[np.floating]) -> Orbit:
        """The same direction with all points (N, 3) in sight."""
        known = xyz[np.isfinite(xyz).all(axis=1)]
        if not len(known):
            return self
        middle = (known.min(axis=0) + known.max(axis=0)) / 2
        away = float(np.sqrt(((known - middle) ** 2).sum(axis=1).max()))
        a, b, c = middle.tolist()
        return replace(self, centre=(a, b, c), extent=max(away, 1e-6))

    def turned(self, dx: float, dy: float) -> Orbit:
        """As if the nearer points were dragged by pixels."""
        elevation = float(np.clip(self.elevation + _DEGREES * dy, -90.0, 90.0))
        return replace(self, azimuth=self.azimuth - _DEGREES * dx, elevation=elevation)

    def zoomed(self, factor: float, away: tuple[float, float]) -> Orbit:
        """Nearer, about what lies `away` halves of the shorter side from the middle."""
        zoom = float(np.clip(self.zoom * factor, FARTHEST, NEAREST))
        share = zoom / self.zoom
        x, y = (at - (at - held) * share for at, held in zip(away, (self.x, self.y), strict=True))
        return replace(self, zoom=zoom, x=x, y=y)

    def toward(self, other: Orbit, share: float) -> Orbit:
        """Between two cameras, share 0..1; the zoom goes evenly in its logarithm."""

        def between(a: float, b: float) -> float:
            return a + (b - a) * share

        p, q, r = (between(a, b) for a, b in zip(self.centre, other.centre, strict=True))
        return Orbit(
            between(self.azimuth, other.azimuth),
            between(self.elevation, other.elevation),
            self.zoom * (other.zoom / self.zoom) ** share,
            between(self.x, other.x),
            between(self.y, other.y),
            (p, q, r),
            between(self.extent, other.extent),
        )

    def matrix(self, width: float, height: float) -> NDArray[np.float64]:
        """(4, 4) that takes rows (x, y, z, 1) to pixels (x w, y w, depth w, w), y downwards.

        The depth lies in -1..1 and grows away from the eye, as OpenGL has it.
        """
        a, e = np.deg2rad(self.azimuth), np.deg2rad(self.elevation)
        level = np.array([np.sin(a), -np.cos(a), 0.0])  # towards the eye, in the plane
        right = np.array([np.cos(a), np.sin(a), 0.0])
        up = -np.sin(e) * level + np.cos(e) * np.array([0.0, 0.0, 1.0])
        near = np.cos(e) * level + np.sin(e) * np.array([0.0, 0.0, 1.0])
        turned = np.eye(4)
        turned[:3, :3] = np.stack((right, up, near), axis=1) / self.extent
        turned[3, :3] = -np.array(self.centre) @ turned[:3, :3]
        half = min(width, height) / 2
        focal = half * _FILLED * self.zoom
        x, y = width / 2 + self.x * half, height / 2 + self.y * half
        seen = np.zeros((4, 4))
        seen[0, 0], seen[1, 1], seen[2, 2] = focal, -focal, -_DEPTH
        seen[2, 3], seen[3, 3] = -1 / _DISTANCE, 1.0  # w is the distance from the eye
        seen[:, 0] += x * seen[:, 3]
        seen[:, 1] += y * seen[:, 3]
        return turned @ seen


def project(xyz: NDArray[np.floating], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pixels and depth (N, 3) of points (N, 3); what lies behind the eye is not a number."""
    found = np.asarray(xyz, float) @ matrix[:3] + matrix[3]
    behind = found[:, 3] < 1e-3
    found[behind] = np.nan
    return found[:, :3] / found[:, 3:]


def front_most(
    seen: NDArray[np.floating],
    at: tuple[float, float],
    radius: float,
    reach: float,
    allowed: NDArray[np.bool_] | None,
) -> int:
    """The point that is hit at a pixel, or -1, of points seen at (N, 3) pixels and depth.

    Of those whose marks of `radius` pixels lie there it is the nearest to the eye, else the one
    nearest to the pixel within `reach`.
    """
    if not len(seen):
        return -1
    away = np.hypot(seen[:, 0] - at[0], seen[:, 1] - at[1])
    away[np.isnan(away)] = np.inf
    if allowed is not None:
        away[~allowed] = np.inf
    under = np.flatnonzero(away <= radius)
    if len(under):
        return int(under[seen[under, 2].argmin()])
    found = int(away.argmin())
    return found if away[found] <= reach else -1
