"""Orders of nine tiles that are as unlike one another as orders can be: the jigsaw's answers.

Noroozi and Favaro (ECCV 2016, arXiv 1603.09246, section 4.2 and algorithm 1) choose them greedily
from all 9! orders, each as far as possible in Hamming distance from those chosen before. Chosen
from all, the smallest distance among 100 and among 1000 of them stays at 6 and 5. Chosen from the
1512 orders of a group, it is 8, 7 and 6 among 10, 100 and 1000, and more is impossible: there are
at most 9 orders of distance 9, 72 of distance 8 and 504 of distance 7, n!/(d−1)! (Deza and
Vanstone, "Bounds for permutation arrays", 1978).

The group is PΓL(2, 8), which moves the nine points of the line over the field of eight elements: no
member but the identity leaves more than three points where they are.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

TILES = 9
MOST = 1512
_INFINITY = 8  # the ninth point of the line; 0..7 are the elements of the field


@lru_cache(maxsize=4)
def permutation_set(count: int) -> NDArray[np.int64]:
    """Orders (count, 9), the first the true one; the same at every call. Raises ValueError."""
    if not 1 <= count <= MOST:
        raise ValueError(f"{count} orders were wanted; choose 1 to {MOST}")
    chosen = farthest_first(_group(), count)
    chosen.setflags(write=False)
    return chosen


def farthest_first(orders: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The first of the orders (N, n), then always the one farthest from those chosen: (count, n).

    Farthest is the largest Hamming distance to the nearest chosen one; among equals the largest
    sum of distances to all of them; among equals the first.
    """
    chosen = [0]
    nearest = np.full(len(orders), orders.shape[1] + 1)
    total = np.zeros(len(orders), dtype=np.int64)
    while len(chosen) < count:
        distance = (orders != orders[chosen[-1]]).sum(axis=1)
        nearest = np.minimum(nearest, distance)
        total += distance
        best = np.flatnonzero(nearest == nearest.max())
        chosen.append(int(best[total[best].argmax()]))
    return orders[chosen]


def nearest(orders: NDArray[np.int64], order: NDArray[np.int64]) -> tuple[int, int]:
    """The first of the orders (K, 9) that agrees with `order` (9,) in most places, and in how many.

    That is the one of least Hamming distance.
    """
    shared = (orders == order).sum(axis=1)
    at = int(shared.argmax())
    return at, int(shared[at])


def _group() -> NDArray[np.int64]:
    """All x -> (a f(x) + b) / (c f(x) + d), f one of x, x², x⁴; sorted: the identity first."""
    squares = [_times(x, x) for x in range(8)] + [_INFINITY]
    fourths = [squares[x] for x in squares]
    found = set()
    for a, b, c, d in product(range(8), repeat=4):
        if _times(a, d) != _times(b, c):
            for f in (range(TILES), squares, fourths):
                found.add(tuple(_moved(a, b, c, d, x) for x in f))
    return np.array(sorted(found), dtype=np.int64)


def _moved(a: int, b: int, c: int, d: int, x: int) -> int:
    """Where (a x + b) / (c x + d) takes a point of the line; adding is XOR."""
    above, below = (a, c) if x == _INFINITY else (_times(a, x) ^ b, _times(c, x) ^ d)
    return _INFINITY if below == 0 else _times(above, _inverse(below))


@lru_cache(maxsize=64)
def _times(x: int, y: int) -> int:
    """The product in the field of eight elements, polynomials over 0 and 1 modulo x³ + x + 1."""
    result = 0
    for bit in range(3):
        if y >> bit & 1:
            result ^= x << bit
    for bit in (4, 3):
        if result >> bit & 1:
            result ^= 0b1011 << (bit - 3)
    return result


@lru_cache(maxsize=8)
def _inverse(x: int) -> int:
    return next(y for y in range(1, 8) if _times(x, y) == 1)
