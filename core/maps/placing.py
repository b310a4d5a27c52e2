"""New vectors on a map that is there already: each among the places of its nearest neighbours.

A neighbour that lies far from the others on the map is no reason to put a point in the empty space
between, so the mean of the places is a robust one (Cauchy weights, iterated).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.maps.neighbours import Floats, Neighbours, nearest_of

ROUNDS = 4  # of reweighting; it has settled by then


def place(
    features: NDArray[Any],
    xy: NDArray[Any],
    new: NDArray[Any],
    k: int = 10,
    metric: str = "cosine",
) -> Floats:
    """Places (M, dims) of `new` vectors (M, D) on the map `xy` (N, dims) of `features` (N, D).

    A copy of a vector of the map lies where that does. Raises ValueError for other shapes.
    """
    if len(features) != len(xy):
        raise ValueError(f"found {len(features)} vectors and {len(xy)} places; expected the same")
    return among(np.asarray(xy, dtype=np.float32), nearest_of(features, new, k, metric))


def among(xy: Floats, table: Neighbours) -> Floats:
    """Places (M, dims) amid the neighbours that `table` (M, k) names; the nearest count most."""
    places = xy[table.indices].astype(np.float64)  # (M, k, dims)
    scale = table.distances.mean(axis=1, keepdims=True) + np.finfo(np.float32).tiny
    near = 1.0 / (table.distances / scale + 1e-6)  # (M, k)
    weights = near
    centre = np.zeros((len(places), xy.shape[1]))
    for _ in range(ROUNDS):
        weights = weights / weights.sum(axis=1, keepdims=True)
        centre = np.einsum("mk,mkd->md", weights, places)
        off = np.linalg.norm(places - centre[:, None], axis=2)
        typical = np.median(off, axis=1, keepdims=True) + np.finfo(np.float32).tiny
        weights = near / (1.0 + (off / typical) ** 2)
    return centre.astype(np.float32)
