"""Boxes that stand upright in the world and are turned about it: corners, edges, shared volume.

A box is seven numbers: the middle x, y, z, then length, width and height, then the yaw, the angle
in radians from x to the direction of its length, counter-clockwise from above.
"""

from __future__ import annotations

import numpy as np
from numba import njit
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
        shared = shared_area(prints[0][i], prints[1][j]) * (high - low)[i, j]
        found[i, j] = shared / max(sizes[0][i] + sizes[1][j] - shared, 1e-12)
    return found


@njit(nogil=True, cache=True, error_model="numpy")
def shared_area(polygon, window):  # type: ignore[no-untyped-def]
    """Area that two convex polygons (N, 2) and (M, 2) share, both counter-clockwise.

    Sutherland and Hodgman 1974: the first is cut at one side of the second after the other.
    """
    most = len(polygon) + len(window)
    here, kept = np.empty((most, 2)), np.empty((most, 2))
    count = len(polygon)
    here[:count] = polygon
    for side in range(len(window)):
        sx, sy = window[side]
        dx, dy = window[(side + 1) % len(window)] - window[side]
        left = 0
        for i in range(count):
            x, y = here[i]
            u, v = here[(i + 1) % count]
            now = dx * (y - sy) - dy * (x - sx)
            then = dx * (v - sy) - dy * (u - sx)
            if now >= 0.0:
                kept[left, 0], kept[left, 1] = x, y
                left += 1
            if (now >= 0.0) != (then >= 0.0):
                share = now / (now - then)
                kept[left, 0], kept[left, 1] = x + (u - x) * share, y + (v - y) * share
                left += 1
        here, kept, count = kept, here, left
    twice = 0.0
    for i in range(count):
        x, y = here[i]
        u, v = here[(i + 1) % count]
        twice += x * v - u * y
    return twice / 2.0
