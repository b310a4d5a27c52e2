"""How much of each picture's neighbourhood changed from one feature table to another."""

from __future__ import annotations

import numpy as np

from core.maps.neighbours import Floats, Neighbours


def jaccard(before: Neighbours, after: Neighbours, k: int = 10) -> Floats:
    """1 - |A ∩ B| / |A ∪ B| of the `k` nearest of each of N pictures, (N,): 0 is unchanged.

    The two tables are of the same pictures in the same order. `k` is lowered to what both hold.
    Raises ValueError for tables of other sizes.
    """
    if len(before.indices) != len(after.indices):
        raise ValueError(
            f"the tables hold {len(before.indices)} and {len(after.indices)} pictures; a change "
            "needs the same ones in both"
        )
    k = min(k, before.k, after.k)
    a, b = before.indices[:, :k], after.indices[:, :k]
    shared = np.zeros(len(a), dtype=np.float32)
    for column in range(k):  # (N, k) at a time: the whole comparison would be (N, k, k)
        shared += (a[:, column : column + 1] == b).any(axis=1)
    return 1.0 - shared / (2 * k - shared)
