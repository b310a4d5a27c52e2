"""What mouse, wheel and keys make of a viewpoint, and the way back. Pure: no widget, no clock."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.render.viewpoint import Viewpoint

DEGREES = 0.4  # turned by a pixel
WHEEL = 0.0014  # of the logarithm of the distance, by an eighth of a degree
SPEED, FAST = 0.55, 3.0  # distances flown in a second, and how much as fast with Shift
BACK = 2.4  # how far one stands to see cameras, in distances of the farthest from the middle
KEPT = 200  # viewpoints to go back to

FLYING = {"W": (0, 0, 1), "S": (0, 0, -1), "A": (-1, 0, 0), "D": (1, 0, 0), "E": (0, 1, 0),
          "Q": (0, -1, 0)}  # fmt: skip
NAMED = {"1": "front", "3": "right", "7": "top", "Home": "home"}
TURNED = {"Left": (-5, 0), "Right": (5, 0), "Up": (0, 5), "Down": (0, -5)}  # degrees
NEARER = {"+": 0.9, "=": 0.9, "-": 1 / 0.9}


def dragged(view: Viewpoint, dx: float, dy: float) -> Viewpoint:
    """Turned as if the nearer side of the scene was dragged by pixels."""
    return view.orbit(-DEGREES * dx, DEGREES * dy)


def shifted(view: Viewpoint, dx: float, dy: float, height: float) -> Viewpoint:
    """Moved so that what is at the target follows the mouse."""
    return view.pan(-dx / height, dy / height)


def wheeled(
    view: Viewpoint, turned: float, at: tuple[float, float], size: tuple[float, float]
) -> Viewpoint:
    """Nearer what is under the mouse, by eighths of a degree of the wheel."""
    width, height = size
    towards = (at[0] - width / 2) / height, (height / 2 - at[1]) / height
    return view.zoom(math.exp(-WHEEL * turned), towards)


def flown(view: Viewpoint, keys: set[str], seconds: float, fast: bool) -> Viewpoint:
    """Along all directions whose keys are held."""
    way = [sum(FLYING[key][axis] for key in keys) for axis in range(3)]
    far = SPEED * max(0.5, view.distance) * seconds * (FAST if fast else 1.0)
    return view.fly(*(far * part for part in way)) if any(way) else view


def pressed(view: Viewpoint, key: str) -> Viewpoint | None:
    """Where a key leads, by its name; None where it means nothing."""
    if key in NAMED:
        return view.preset(NAMED[key])
    if key in TURNED:
        return view.orbit(*TURNED[key])
    return view.zoom(NEARER[key]) if key in NEARER else None


def stepped_back(view: Viewpoint, eyes: NDArray[np.floating], size: tuple[int, int]) -> Viewpoint:
    """As far away as cameras at (N, 3) can be seen from; the same where half of them are seen."""
    x, y, ahead = view.project(eyes, *size).T
    seen = (ahead > 0) & (x > 0) & (x < size[0]) & (y > 0) & (y < size[1])
    if not len(eyes) or seen.mean() >= 0.5:
        return view
    return view.zoom(max(1.0, BACK * float(np.linalg.norm(eyes, axis=1).max()) / view.distance))


class Trail:
    """The viewpoints that one came from: a gesture is one step of it."""

    def __init__(self) -> None:
        self._before: list[Viewpoint] = []
        self._after: list[Viewpoint] = []

    def leave(self, view: Viewpoint) -> None:
        """A gesture begins here."""
        if not self._before or self._before[-1] != view:
            self._before = [*self._before[-KEPT + 1 :], view]
        self._after = []

    def back(self, view: Viewpoint) -> Viewpoint | None:
        """Where one was before; None at the beginning."""
        return self._turn(self._before, self._after, view)

    def forth(self, view: Viewpoint) -> Viewpoint | None:
        """Where one was before going back."""
        return self._turn(self._after, self._before, view)

    @staticmethod
    def _turn(taken: list[Viewpoint], left: list[Viewpoint], view: Viewpoint) -> Viewpoint | None:
        while taken and taken[-1] == view:
            taken.pop()
        if not taken:
            return None
        left.append(view)
        return taken.pop()
