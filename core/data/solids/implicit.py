"""Shapes as functions of a place: the distance to the surface, or about it, negative inside.

After Quilez's collection of distance functions, and constructive solid geometry: the least of two
is their union.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.floating]
Implicit = Callable[[Places], Places]  # (N, 3) -> (N,)


def box(centre: Sequence[float], half: Sequence[float], edge: float = 0.0) -> Implicit:
    """A cuboid whose edges are rounded by `edge`."""

    def distance(places: Places) -> Places:
        away = np.abs(places - np.asarray(centre)) - (np.asarray(half) - edge)
        outside = np.linalg.norm(np.maximum(away, 0), axis=1)
        return np.asarray(outside + np.minimum(away.max(axis=1), 0) - edge)

    return distance


def ellipsoid(centre: Sequence[float], radii: Sequence[float]) -> Implicit:
    """Its sign is exact, its size about right near the surface."""

    def distance(places: Places) -> Places:
        away = places - np.asarray(centre)
        scaled = np.linalg.norm(away / np.asarray(radii), axis=1)
        slope = np.linalg.norm(away / np.asarray(radii) ** 2, axis=1)
        return np.asarray(scaled * (scaled - 1) / np.maximum(slope, 1e-9))

    return distance


def cylinder(centre: Sequence[float], radius: float, half: float) -> Implicit:
    """Upright."""

    def distance(places: Places) -> Places:
        away = places - np.asarray(centre)
        across = np.linalg.norm(away[:, :2], axis=1) - radius
        up = np.abs(away[:, 2]) - half
        outside = np.hypot(np.maximum(across, 0), np.maximum(up, 0))
        return np.asarray(outside + np.minimum(np.maximum(across, up), 0))

    return distance


def torus(radius: float, tube: float) -> Implicit:
    """About z."""

    def distance(places: Places) -> Places:
        ring = np.linalg.norm(places[:, :2], axis=1) - radius
        return np.asarray(np.hypot(ring, places[:, 2]) - tube)

    return distance


def capsule(one: Sequence[float], other: Sequence[float], radius: float) -> Implicit:
    """All within `radius` of the line between two points."""
    begin, way = np.asarray(one, float), np.asarray(other, float) - np.asarray(one, float)

    def distance(places: Places) -> Places:
        away = places - begin
        share = np.clip(away @ way / max(float(way @ way), 1e-12), 0, 1)
        return np.asarray(np.linalg.norm(away - share[:, None] * way, axis=1) - radius)

    return distance


def union(*parts: Implicit) -> Implicit:
    """All of them."""

    def distance(places: Places) -> Places:
        return np.asarray(np.min([part(places) for part in parts], axis=0))

    return distance


# --- what the source `shapes` offers -------------------------------------------------------------


def blob(seed: int) -> Implicit:
    """A ball whose radius waves with the direction."""
    rng = np.random.default_rng((seed, 1))
    ways, phases = rng.normal(size=(6, 3)) * 2.2, rng.uniform(0, 6.28, 6)

    def distance(places: Places) -> Places:
        length = np.maximum(np.linalg.norm(places, axis=1), 1e-6)
        waves = np.sin((places / length[:, None]) @ ways.T + phases).sum(axis=1)
        return np.asarray(length - 0.62 - 0.06 * waves)

    return distance


def table(_: int) -> Implicit:
    legs = [box((x, y, -0.3), (0.07, 0.07, 0.4), 0.02) for x in (-0.6, 0.6) for y in (-0.4, 0.4)]
    return union(box((0, 0, 0.15), (0.75, 0.55, 0.08), 0.03), *legs)


def chair(_: int) -> Implicit:
    legs = [
        box((x, y, -0.5), (0.06, 0.06, 0.36), 0.02) for x in (-0.35, 0.35) for y in (-0.35, 0.35)
    ]
    back = box((0, 0.38, 0.4), (0.42, 0.06, 0.5), 0.03)
    return union(box((0, 0, -0.12), (0.45, 0.45, 0.07), 0.03), back, *legs)


def knot(_: int) -> Implicit:
    """The trefoil."""
    t = np.linspace(0, 2 * np.pi, 49)
    way = 0.3 * np.stack([np.sin(t) + 2 * np.sin(2 * t), np.cos(t) - 2 * np.cos(2 * t),
                          -1.2 * np.sin(3 * t)], axis=1)  # fmt: skip
    return union(*(capsule(a, b, 0.13) for a, b in itertools.pairwise(way)))


SHAPES: dict[str, Callable[[int], Implicit]] = {
    "torus": lambda _: torus(0.6, 0.24),
    "blob": blob,
    "table": table,
    "chair": chair,
    "knot": knot,
}
