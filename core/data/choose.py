"""Which pictures are used: a number of them, as equal over the classes as the classes allow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]


def evenly(labels: NDArray[np.int64], count: int, seed: int) -> Indices:
    """At most `count` positions (0: all), ascending; a small class gives all that it has.

    The choice depends on the labels, the count and the seed alone.
    """
    if count <= 0 or count >= len(labels):
        return np.arange(len(labels))
    order = np.random.default_rng(seed).permutation(len(labels))
    turn = np.empty(len(labels), dtype=np.int64)  # how manieth of its class a picture is
    for label in np.unique(labels):
        mine = order[labels[order] == label]
        turn[mine] = np.arange(len(mine))
    # First of every class, then second of every class ...; within a turn in the drawn order.
    chosen = order[np.argsort(turn[order], kind="stable")][:count]
    return np.sort(chosen)


def share(count: int, train: int, held_out: int) -> tuple[int, int]:
    """`count` pictures divided between two parts as the parts themselves are; 0 means all."""
    if count <= 0 or count >= train + held_out:
        return train, held_out
    tested = min(held_out, max(1, round(count * held_out / (train + held_out))))
    return max(1, count - tested), tested
