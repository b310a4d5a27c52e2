"""The colours of the world: ten named ones that go together, their tints, and a thing's inks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.toyland.draws import Draws

Ink = NDArray[np.floating]  # float32, (n, 3, 1, 1), 0 to 1

_NAMED = {
    "red": (214, 72, 66),
    "orange": (238, 140, 62),
    "yellow": (247, 205, 88),
    "green": (106, 172, 92),
    "teal": (58, 160, 154),
    "blue": (72, 128, 202),
    "purple": (134, 98, 178),
    "pink": (238, 146, 176),
    "brown": (152, 106, 76),
    "white": (246, 240, 228),
}
COLOURS = tuple(_NAMED)
_TABLE = (np.array(list(_NAMED.values()), dtype=np.float32) / 255).reshape(-1, 3, 1, 1)
_CREAM = np.array([1.0, 0.97, 0.9], dtype=np.float32).reshape(1, 3, 1, 1)
_DUSK = np.array([0.13, 0.13, 0.25], dtype=np.float32).reshape(1, 3, 1, 1)


def ink(index: NDArray[np.intp], draws: Draws) -> Ink:
    """The named colours (n,), each a little lighter or darker than its name says."""
    return np.clip(_TABLE[index] * draws.uniform(0.88, 1.1)[:, None], 0, 1)


def another(than: NDArray[np.intp], draws: Draws) -> NDArray[np.intp]:
    """A colour's index that is not the given one, (n,)."""
    return (than + 1 + draws.integer(len(COLOURS) - 1)) % len(COLOURS)


def neighbour(of: NDArray[np.intp], draws: Draws) -> NDArray[np.intp]:
    """A colour's index one or two places away, where it goes well with the given one, (n,)."""
    return (of + np.array([-2, -1, 1, 2])[draws.integer(4)]) % len(COLOURS)


def pale(colour: Ink, amount: Ink | float) -> Ink:
    """The colour mixed with cream, 0 to 1."""
    return colour + (_CREAM - colour) * amount


def deep(colour: Ink, amount: Ink | float) -> Ink:
    """The colour mixed with dusk, 0 to 1."""
    return colour + (_DUSK - colour) * amount


@dataclass(frozen=True)
class Inks:
    """What a thing is painted with. `names` are the indices of the main colour, (n,)."""

    names: NDArray[np.intp]
    main: Ink
    accent: Ink
    detail: Ink
    light: Ink
    dark: Ink

    @classmethod
    def drawn(cls, draws: Draws) -> Inks:
        """Inks chosen without regard to what they paint, so that colour never tells the class."""
        names = draws.integer(len(COLOURS))
        main = ink(names, draws)
        second = another(names, draws)
        accent = ink(second, draws)
        detail = ink(another(second, draws), draws)
        return cls(names, main, accent, detail, pale(main, 0.82), deep(main, 0.86))
