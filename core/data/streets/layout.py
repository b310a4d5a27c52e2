"""What stands in a street, drawn at random: its width, houses, and things that do not touch.

The street runs along y, in metres; the camera stands near y = 0 and looks along it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.data.streets.record import KINDS, SIZES
from core.render.oriented import overlaps

NEAR, FAR = 6.0, 22.0  # along the street, where things may stand
PAVEMENT = 2.6
TRIES = 60


@dataclass(frozen=True)
class Street:
    """Half the width of the road, and everything on it and beside it."""

    half: float
    kinds: np.ndarray  # (N,) rows of KINDS
    boxes: np.ndarray  # (N, 7)
    tints: np.ndarray  # (N, 3)
    houses: np.ndarray  # (M, 7)
    house_tints: np.ndarray  # (M, 3)


def street(rng: np.random.Generator) -> Street:
    """One that is unlike the others."""
    half = rng.uniform(3.2, 5.0)
    wanted = int(rng.integers(3, 11))
    kinds: list[int] = []
    boxes = np.zeros((0, 7))
    for _ in range(TRIES):
        if len(kinds) == wanted:
            break
        kind = int(rng.choice(len(KINDS), p=(0.5, 0.2, 0.3)))
        box = _placed(kind, half, rng)
        wider = box + np.array([0, 0, 0, 0.4, 0.4, 0, 0])
        if not len(boxes) or overlaps(wider[None], boxes).max() == 0:
            kinds.append(kind)
            boxes = np.concatenate([boxes, box[None]])
    tints = rng.uniform(0.15, 0.95, (len(kinds), 3))
    return Street(half, np.array(kinds), boxes, tints, *_houses(half, rng))


def _placed(kind: int, half: float, rng: np.random.Generator) -> np.ndarray:
    """A box of that kind on the ground where such things are."""
    size = SIZES[kind] * np.exp(rng.normal(0, 0.07, 3))
    y = rng.uniform(NEAR, FAR)
    side = 1 if rng.random() < 0.5 else -1
    if KINDS[kind] == "person":
        x = side * (half + rng.uniform(0.3, PAVEMENT - 0.4))
        x = rng.uniform(-half, half) if rng.random() < 0.3 else x
        yaw = rng.uniform(-math.pi, math.pi)
    else:  # on the right lane away from the camera, on the left towards it; some turn
        x = side * (half / 2 + rng.normal(0, 0.3))
        yaw = side * math.pi / 2 + rng.normal(0, 0.08)
        if rng.random() < 0.3:
            yaw = rng.uniform(-math.pi, math.pi)
    return np.array([x, y, size[2] / 2, *size, yaw])


def _houses(half: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    boxes, tints = [], []
    for side in (-1, 1):
        y = 8.0
        while y < 60:
            long, deep, high = rng.uniform(6, 13), rng.uniform(5, 9), rng.uniform(4, 13)
            x = side * (half + PAVEMENT + deep / 2 + rng.uniform(0, 1.5))
            boxes.append([x, y + long / 2, high / 2, deep, long, high, 0.0])
            tints.append(rng.uniform(0.35, 0.9) * rng.uniform((0.8, 0.7, 0.6), (1.0, 1.0, 1.0)))
            y += long + (rng.uniform(1, 4) if rng.random() < 0.4 else 0)
    return np.array(boxes), np.array(tints)
