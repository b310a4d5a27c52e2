"""What is known of a street beside its picture: up to ten things, a row each.

A row is whether there is one, its kind, seven numbers of its box as core.render.oriented has them
(in metres and radians), its box in the picture (left, top, right, bottom, in pixels), and the share
of it that is seen.
"""

from __future__ import annotations

import numpy as np

KINDS = ("car", "van", "person")
SIZES = np.array([[4.2, 1.8, 1.5], [5.4, 2.1, 2.4], [0.65, 0.65, 1.75]])  # length, width, height
MOST = 10
NUMBERS = 14
THERE, KIND, BOX, FLAT, SEEN = 0, 1, slice(2, 9), slice(9, 13), 13


def record(kinds: np.ndarray, boxes: np.ndarray, flat: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """(10, 14) float32 of N things, the nearest ten where there are more; they come sorted."""
    rows = np.zeros((MOST, NUMBERS), np.float32)
    count = min(MOST, len(kinds))
    rows[:count, THERE] = 1
    rows[:count, KIND] = kinds[:count]
    rows[:count, BOX] = boxes[:count]
    rows[:count, FLAT] = flat[:count]
    rows[:count, SEEN] = seen[:count]
    return rows
