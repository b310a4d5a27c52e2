"""The random numbers of every picture: a pure function of (seed, stream, index) and nothing else.

Each picture has a generator of its own, which fills one row of a table; painters then read the
table column by column, for all pictures of a batch at once. So a picture does not depend on which
others are painted beside it, and painting stays vectorised.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.floating]  # float32, one number a picture, (n, 1, 1), broadcasts over (n, H, W)

STREAMS = ("train", "held_out")
ASPECTS = ("layout", "backdrop", "object", "things", "words")  # each has its own columns
COLUMNS = 64  # numbers an aspect may use


class Draws:
    """Uniform numbers for n pictures; every call reads the next column of the table."""

    def __init__(self, table: NDArray[np.float64]) -> None:
        self._table = table  # (n, columns)
        self._next = 0

    def __len__(self) -> int:
        return len(self._table)

    def rows(self, rows: NDArray[np.intp]) -> Draws:
        """The draws of some of the pictures, going on from the same column."""
        chosen = Draws(self._table[rows])
        chosen._next = self._next
        return chosen

    def uniform(self, low: float, high: float) -> Column:
        """Numbers in [low, high), (n, 1, 1)."""
        return (low + (high - low) * self._column()).astype(np.float32)[:, None, None]

    def chance(self, probability: float) -> NDArray[np.bool_]:
        """True with the probability, (n, 1, 1)."""
        return (self._column() < probability)[:, None, None]

    def sign(self) -> Column:
        """Minus one or one, (n, 1, 1)."""
        return np.where(self._column() < 0.5, -1, 1).astype(np.float32)[:, None, None]

    def integer(self, count: int) -> NDArray[np.intp]:
        """Whole numbers in [0, count), (n,)."""
        return (self._column() * count).astype(np.intp)

    def choice(self, weights: Iterable[float]) -> NDArray[np.intp]:
        """Positions in the weights, each as probable as its weight says, (n,)."""
        edges = np.cumsum(list(weights))
        return np.searchsorted(edges[:-1] / edges[-1], self._column(), side="right")

    def _column(self) -> NDArray[np.float64]:
        column = self._table[:, self._next]
        self._next += 1
        return column


def draw(
    seed: int, stream: str, indices: NDArray[np.int64], side: int
) -> tuple[dict[str, Draws], NDArray[np.float32]]:
    """The draws of each aspect, and noise for every pixel in [0, 1), (n, 3, side, side)."""
    table = np.empty((len(indices), len(ASPECTS), COLUMNS))
    noise = np.empty((len(indices), 3, side, side), dtype=np.float32)
    for row, index in enumerate(indices):
        generator = np.random.default_rng([seed, STREAMS.index(stream), int(index)])
        generator.random(out=table[row])
        generator.random(out=noise[row], dtype=np.float32)
    return {aspect: Draws(table[:, i]) for i, aspect in enumerate(ASPECTS)}, noise


def classes_of(
    seed: int, stream: str, indices: NDArray[np.int64], classes: int
) -> NDArray[np.int64]:
    """The class of each picture, (n,): one of each in every run of `classes` pictures."""
    blocks, places = np.divmod(indices, classes)
    unique, inverse = np.unique(blocks, return_inverse=True)
    # Streams beyond the pictures' own, so that no order shares a generator with a picture.
    kind = len(STREAMS) + STREAMS.index(stream)
    orders = [np.random.default_rng([seed, kind, int(b)]).permutation(classes) for b in unique]
    return np.array(orders, dtype=np.int64).reshape(-1, classes)[inverse, places]
