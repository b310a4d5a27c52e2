"""How things and the backdrop of a painted clip move: all by the number of the frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

USUAL_SIDE = 96  # what radii and speeds below are pixels of; other sides scale them
RADII = (13.0, 21.0)  # pixels
SPEEDS = (1.2, 2.4)  # pixels a frame
MOST_TURN = np.deg2rad(5.0)  # a frame
MOST_GROWTH, MOST_SHEAR, MOST_GAIN = 0.25, 0.2, 0.12
BACKDROP_SPEEDS = (0.2, 0.9)  # pixels a frame
APART = 0.9  # of the sum of their radii, that two things begin from one another
TRIES = 40


@dataclass(frozen=True)
class Motion:
    """Where a thing is: its own point u (x, y in radii) lies at centre + matrix @ u."""

    centres: Floats  # (T, 2) x, y in pixels
    matrices: Floats  # (T, 2, 2), the radius among them

    def places(self, own: Floats) -> Floats:
        """Own points (K, 2) in every frame: (T, K, 2)."""
        return self.centres[:, None] + np.einsum("tij,kj->tki", self.matrices, own)


def motions(count: int, frames: int, side: int, speed: float,
            dice: np.random.Generator) -> list[Motion]:  # fmt: skip
    """Those of `count` things, which begin apart and are held in the picture by its borders."""
    scale = side / USUAL_SIDE
    radii = dice.uniform(*RADII, count) * scale
    starts = _apart(radii, side, dice)
    return [_motion(r, s, frames, side, speed, dice) for r, s in zip(radii, starts, strict=True)]


def _motion(radius: float, start: Floats, frames: int, side: int, speed: float,
            dice: np.random.Generator) -> Motion:  # fmt: skip
    step = dice.uniform(*SPEEDS) * speed * side / USUAL_SIDE
    # Roughly through the middle: who sets out for the near border is soon thrown back home.
    way = np.arctan2(*((side - 1) / 2 - start)[::-1]) + dice.uniform(-1, 1) * np.pi / 3
    times = np.arange(frames)[:, None]
    straight = start + times * step * np.array([np.cos(way), np.sin(way)])
    centres = _folded(straight, 0.6 * radius, side - 1 - 0.6 * radius)
    turn = dice.uniform(0, 2 * np.pi) + np.arange(frames) * dice.uniform(-1, 1) * MOST_TURN * speed
    size = radius * (1.0 + _swing(frames, MOST_GROWTH, dice))
    shear = _swing(frames, MOST_SHEAR, dice)
    cos, sin, none = np.cos(turn), np.sin(turn), np.zeros(frames)
    turned = np.stack([cos, -sin, sin, cos], axis=1).reshape(-1, 2, 2)
    sheared = np.stack([none + 1, shear, none, none + 1], axis=1).reshape(-1, 2, 2)
    matrices = size[:, None, None] * (turned @ sheared)
    return Motion(centres.astype(np.float32), matrices.astype(np.float32))


def pan(frames: int, side: int, speed: float, room: float, dice: np.random.Generator) -> Floats:
    """Where in its texture the backdrop's corner lies: (T, 2) x, y in 0..room."""
    step, way = dice.uniform(*BACKDROP_SPEEDS) * speed * side / USUAL_SIDE, dice.uniform(0, 7)
    straight = dice.uniform(0, room, 2) + np.arange(frames)[:, None] * step * np.array(
        [np.cos(way), np.sin(way)]
    )
    return _folded(straight, 0.0, room).astype(np.float32)


def gains(frames: int, dice: np.random.Generator) -> Floats:
    """How bright each frame is, about 1: (T,)."""
    return (1.0 + _swing(frames, MOST_GAIN, dice)).astype(np.float32)


def _apart(radii: NDArray[np.float64], side: int, dice: np.random.Generator) -> Floats:
    """Centres (K, 2) that lie far enough from one another, or as far as some tries brought them."""
    inside = radii[:, None]
    best, farthest = np.zeros((len(radii), 2)), -np.inf
    for _ in range(TRIES):
        found = inside + dice.random((len(radii), 2)) * np.maximum(1.0, side - 1 - 2 * inside)
        gaps = np.linalg.norm(found[:, None] - found, axis=-1)
        gaps -= APART * (radii[:, None] + radii)
        least = gaps[np.triu_indices(len(radii), 1)].min(initial=np.inf)
        if least > farthest:
            best, farthest = found, least
        if least >= 0:
            break
    return best.astype(np.float32)


def _swing(frames: int, most: float, dice: np.random.Generator) -> NDArray[np.float64]:
    """A slow wave of at most that height: (T,)."""
    height, period = most * dice.uniform(0.2, 1.0), dice.uniform(18, 48)
    return height * np.sin(2 * np.pi * (np.arange(frames) / period + dice.random()))


def _folded(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """What goes straight, thrown back at both ends."""
    wide = max(high - low, 1e-6)
    return low + wide - np.abs((values - low) % (2 * wide) - wide)
