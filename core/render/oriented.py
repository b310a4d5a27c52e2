"""Boxes that stand upright in the world and are turned about it: corners, edges, shared volume.

A box is seven numbers: the middle x, y, z, then length, width and height, then the yaw, the angle
in radians from x to the direction of its length, counter-clockwise from above.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.floating]

# Lower four counter-clockwise from above, beginning front left, then the upper four.
_SIGNS = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) / 2
EDGES = [(i, (i + 1) % 4) for i in range(4)]
EDGES += [(a + 4, b + 4) for a, b in EDGES] + [(i, i + 4) for i in range(4)]


def footprints(boxes: Boxes) -> Boxes:
    """Corners (N, 4, 2) on the ground of boxes (N, 7), counter-clockwise from front left."""
    boxes = np.asarray(boxes, np.float64).reshape(-1, 7)
    own = _SIGNS * boxes[:, None, 3:5]
    cos, sin = np.cos(boxes[:, 6:7]), np.sin(boxes[:, 6:7])
    turned = [own[..., 0] * cos - own[..., 1] * sin, own[..., 0] * sin + own[..., 1] * cos]
    return np.stack(turned, axis=2) + boxes[:, None, :2]


def corners(boxes: Boxes) -> Boxes:
    """All eight (N, 8, 3): the footprint below, then above."""
    boxes = np.asarray(boxes, np.float64).reshape(-1, 7)
    flat = footprints(boxes)
    found = np.empty((len(boxes), 8, 3))
    found[:, :4, :2] = found[:, 4:, :2] = flat
    found[:, :4, 2] = (boxes[:, 2] - boxes[:, 5] / 2)[:, None]
    found[:, 4:, 2] = (boxes[:, 2] + boxes[:, 5] / 2)[:, None]
    return found


def overlaps(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Intersection over union of the volumes of boxes (A, 7) and (B, 7), as (A, B)."""
    a, b = (np.asarray(x, np.float64).reshape(-1, 7) for x in (a, b))
    found = np.zeros((len(a), len(b)))
    prints = footprints(a), footprints(b)
    radii = [np.hypot(x[:, 3], x[:, 4]) / 2 for x in (a, b)]
    sizes = [x[:, 3:6].prod(axis=1) for x in (a, b)]
    apart = np.linalg.norm(a[:, None, :2] - b[None, :, :2], axis=2)
    high = np.minimum.outer(a[:, 2] + a[:, 5] / 2, b[:, 2] + b[:, 5] / 2)
    low = np.maximum.outer(a[:, 2] - a[:, 5] / 2, b[:, 2] - b[:, 5] / 2)
    touching = (apart < np.add.outer(*radii)) & (high > low)
    for i, j in np.argwhere(touching):
        shared = area(clipped(prints[0][i], prints[1][j])) * (high - low)[i, j]
        found[i, j] = shared / max(sizes[0][i] + sizes[1][j] - shared, 1e-12)
    return found


def clipped(polygon: Boxes, window: Boxes) -> Boxes:
    """What of a polygon (N, 2) lies within a convex one (M, 2), both counter-clockwise.

    Sutherland and Hodgman 1974: one side of the window after the other.
    """
    for start, end in zip(window, np.roll(window, -1, axis=0), strict=True):
        if not len(polygon):
            break
        along = end - start
        away = along[0] * (polygon[:, 1] - start[1]) - along[1] * (polygon[:, 0] - start[0])
        kept = []
        for here, there, now, then in zip(
            polygon, np.roll(polygon, -1, axis=0), away, np.roll(away, -1), strict=True
        ):
            if now >= 0:
                kept.append(here)
            if (now >= 0) != (then >= 0):
                kept.append(here + (there - here) * (now / (now - then)))
        polygon = np.array(kept).reshape(-1, 2)
    return polygon


def area(polygon: Boxes) -> float:
    """Of a polygon (N, 2), positive where it is counter-clockwise; 0 of fewer than three."""
    if len(polygon) < 3:
        return 0.0
    x, y = polygon.T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)
