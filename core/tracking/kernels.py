"""The likeliest cells chosen and their labels gathered as one compiled loop.

Serial, as the kernels that render: several threads may run it at once, it lets go of Python's lock,
and what is compiled is kept on the disk.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(nogil=True, cache=True, error_model="numpy")
def _copy_likeliest(  # type: ignore[no-untyped-def]
    scores, labels, row, column, across, radius, top_k, temperature, given, likeness, shares
):
    """Fill `given` (q, L) and `likeness` (q,), and add to `shares` (R,).

    scores (R, q, kh kw) of a tile `across` cells wide, whose first cell is at `row`, `column` of
    the part of the references that it may look at; labels (R, kh, kw, L) are that part's.
    """
    count, tall, wide, carried = labels.shape
    most = min(top_k, count * tall * wide)
    best = np.empty(most, np.float32)
    which = np.empty(most, np.int64)
    for q in range(scores.shape[1]):
        y, x = row + q // across, column + q % across
        top, bottom = max(0, y - radius), min(tall, y + radius + 1)
        left, right = max(0, x - radius), min(wide, x + radius + 1)
        kept = 0
        bar = np.float32(-np.inf)  # a score has to be above it
        for r in range(count):
            for ky in range(top, bottom):
                first = ky * wide
                seen = scores[r, q, first + left : first + right]
                for kx in range(len(seen)):
                    score = seen[kx]
                    if score <= bar:
                        continue
                    at = min(kept, most - 1)
                    while at > 0 and best[at - 1] < score:
                        best[at], which[at] = best[at - 1], which[at - 1]
                        at -= 1
                    best[at], which[at] = score, r * tall * wide + first + left + kx
                    kept = min(kept + 1, most)
                    if kept == most:
                        bar = best[most - 1]
        total = 0.0
        for n in range(kept):
            total += np.exp((best[n] - best[0]) / temperature)
        given[q] = 0.0
        found = 0.0
        for n in range(kept):
            weight = np.exp((best[n] - best[0]) / temperature) / total
            r, cell = which[n] // (tall * wide), which[n] % (tall * wide)
            for c in range(carried):
                given[q, c] += weight * labels[r, cell // wide, cell % wide, c]
            found += weight * best[n]
            shares[r] += weight
        likeness[q] = found


copy_likeliest: Any = _copy_likeliest  # compiled, it takes arrays that its stub does not know
