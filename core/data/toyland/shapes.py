"""Signed distances to flat shapes, negative inside, for a batch of pictures at once.

A `Frame` says where every pixel lies in the coordinates of what is drawn: u to the right, v up, one
unit the radius of the thing. Sizes and places are numbers, or one number a picture (n, 1, 1).
Distances follow Quilez, "2D distance functions" (iquilezles.org, 2020); corners of convex shapes
and the flanks of ellipses are approximations, good to a fraction of a pixel near the edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating]  # float32, (n, H, W)
Number = float | NDArray[np.floating]  # one for all pictures, or float32 (n, 1, 1)
Point = tuple[Number, Number]  # u, v


@dataclass(frozen=True)
class Frame:
    """The coordinates of every pixel's centre, and how many pixels a unit has."""

    u: Field  # (n, H, W)
    v: Field  # (n, H, W)
    scale: Number  # pixels a unit

    @classmethod
    def placed(
        cls, side: int, x: Number, y: Number, radius: Number, tilt: Number, mirror: Number
    ) -> Frame:
        """A frame around (x, y), where the picture spans -1 to 1 and y is up.

        `radius` is the unit in half picture sides, `tilt` is in radians counter-clockwise, and
        `mirror` is 1, or -1 for left and right exchanged.
        """
        ticks = ((np.arange(side, dtype=np.float32) + 0.5) * (2 / side) - 1).astype(np.float32)
        across, up = ticks[None, None, :] - x, -ticks[None, :, None] - y
        cosine, sine = np.cos(tilt) / radius, np.sin(tilt) / radius
        u = (across * cosine + up * sine) * mirror
        v = up * cosine - across * sine
        return cls(u, v, radius * (side / 2))

    def moved(self, x: Number, y: Number, angle: Number = 0.0) -> Frame:
        """The frame with its origin at (x, y), turned by an angle in radians."""
        u, v = self.u - x, self.v - y
        cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        return Frame(u * cosine + v * sine, v * cosine - u * sine, self.scale)


def circle(frame: Frame, x: Number, y: Number, radius: Number) -> Field:
    """A disc around (x, y)."""
    du, dv = frame.u - x, frame.v - y
    du *= du
    dv *= dv
    du += dv
    np.sqrt(du, out=du)
    du -= radius
    return du


def ellipse(frame: Frame, x: Number, y: Number, a: Number, b: Number) -> Field:
    """An ellipse around (x, y) with half axes a across and b up; first-order distance."""
    du, dv = (frame.u - x) / a, (frame.v - y) / b
    far = np.sqrt(du * du + dv * dv)
    du /= a
    dv /= b
    slope = np.sqrt(du * du + dv * dv)
    return far * (far - 1) / np.maximum(slope, 1e-6)


def box(frame: Frame, x: Number, y: Number, a: Number, b: Number, corner: Number = 0.0) -> Field:
    """A rectangle around (x, y), half width a, half height b, its corners rounded."""
    du = np.abs(frame.u - x) - (a - corner)
    dv = np.abs(frame.v - y) - (b - corner)
    outside = np.sqrt(np.maximum(du, 0) ** 2 + np.maximum(dv, 0) ** 2)
    return outside + np.minimum(np.maximum(du, dv), 0) - corner


def convex(frame: Frame, points: Sequence[Point]) -> Field:
    """A convex polygon, its corners listed counter-clockwise."""
    distance: Field | None = None
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]]):
        along, rise = np.float32(x1 - x0), np.float32(y1 - y0)
        length = np.sqrt(along * along + rise * rise)
        nu, nv = rise / length, -along / length  # the outward normal
        edge = frame.u * nu + frame.v * nv - (x0 * nu + y0 * nv)
        distance = edge if distance is None else np.maximum(distance, edge, out=distance)
    assert distance is not None
    return distance


def trapezium(frame: Frame, foot: Number, low: Number, top: Number, high: Number) -> Field:
    """Half width `foot` at height `low` to half width `top` at height `high`, around u = 0."""
    return convex(frame, [(-foot, low), (foot, low), (top, high), (-top, high)])


def stroke(frame: Frame, start: Point, end: Point, radius: Number) -> Field:
    """A straight stroke with round ends, from start to end."""
    along, rise = end[0] - start[0], end[1] - start[1]
    du, dv = frame.u - start[0], frame.v - start[1]
    part = np.clip((du * along + dv * rise) / (along * along + rise * rise), 0, 1)
    du -= part * along
    dv -= part * rise
    return np.sqrt(du * du + dv * dv) - radius


def ring(frame: Frame, x: Number, y: Number, radius: Number, half_width: Number) -> Field:
    """A circle's line around (x, y)."""
    return np.abs(circle(frame, x, y, radius)) - half_width


def star(frame: Frame, radius: Number) -> Field:
    """A five-pointed star around the origin: five kites, each a corner of it."""
    distance: Field | None = None
    for k in range(5):
        turned = frame.moved(0.0, 0.0, 2 * np.pi * k / 5)
        kite = np.abs(turned.u) * 0.951 + turned.v * 0.309 - 0.309 * radius
        kite = np.maximum(kite, -turned.v - 0.2 * radius)
        distance = kite if distance is None else np.minimum(distance, kite, out=distance)
    assert distance is not None
    return distance


def either(*shapes: Field) -> Field:
    """The union."""
    return _fold(np.minimum, shapes)


def both(*shapes: Field) -> Field:
    """The intersection."""
    return _fold(np.maximum, shapes)


def _fold(operation: np.ufunc, shapes: Sequence[Field]) -> Field:
    found = shapes[0]
    for shape in shapes[1:]:
        found = operation(found, shape)
    return found
