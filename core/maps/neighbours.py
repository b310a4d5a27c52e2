"""Exact nearest neighbours of vectors, in NumPy: the table that layouts and reliability share.

The map process never imports torch, hence NumPy; `core.evaluate.knn` does it on any device.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
METRICS = ("cosine", "euclidean")
_CHUNK_BYTES = 32 * 1024**2  # of one block of the distance matrix


@dataclass(frozen=True)
class Neighbours:
    """The nearest others of each of N vectors, nearest first; a vector is not its own neighbour."""

    indices: NDArray[np.int64]  # (N, k)
    distances: Floats  # (N, k)

    @property
    def k(self) -> int:
        return int(self.indices.shape[1])

    def first(self, k: int) -> Neighbours:
        """The same table with only the `k` nearest."""
        return Neighbours(self.indices[:, :k].copy(), self.distances[:, :k].copy())


def vectors(features: NDArray[Any]) -> Floats:
    """Features (N, D) as float32; raises ValueError for another shape or values not finite."""
    x = np.ascontiguousarray(features, dtype=np.float32)
    if x.ndim != 2 or len(x) == 0:
        raise ValueError(f"expected features of shape (N, D), found {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError("the features hold values that are not finite; the network has diverged")
    return x


def comparable(features: NDArray[Any], metric: str) -> Floats:
    """Vectors (N, D) whose Euclidean distances order pairs as the metric does.

    For "cosine" they are scaled to length 1, so that a squared distance is 2 - 2 cos; for
    "euclidean" their mean is taken away, which keeps float32 from cancelling. Raises ValueError.
    """
    if metric not in METRICS:
        raise ValueError(f"metric {metric!r} is not one of {', '.join(METRICS)}")
    x = vectors(features)
    if metric == "euclidean":
        return x - x.mean(axis=0, keepdims=True)
    length = np.linalg.norm(x, axis=1, keepdims=True)
    return x / np.maximum(length, np.finfo(np.float32).tiny)


def distance_blocks(points: Floats, rows: NDArray[np.int64]) -> Iterator[tuple[slice, Floats]]:
    """Squared distances (b, N) from blocks of `rows` to every point; infinite to themselves."""
    squares = np.einsum("nd,nd->n", points, points)
    size = max(1, _CHUNK_BYTES // (4 * len(points)))
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        block = squares[part, None] + squares[None, :] - 2.0 * (points[part] @ points.T)
        np.maximum(block, 0.0, out=block)
        block[np.arange(len(part)), part] = np.inf
        yield slice(start, start + len(part)), block


def closest(block: Floats, k: int) -> NDArray[np.int64]:
    """Columns of the `k` smallest values of each row, smallest first: (b, N) to (b, k)."""
    found = np.argpartition(block, k - 1, axis=1)[:, :k]
    order = np.argsort(np.take_along_axis(block, found, axis=1), axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1)


def nearest(features: NDArray[Any], k: int, metric: str = "cosine") -> Neighbours:
    """The `k` nearest others of every vector of (N, D), at most N - 1, by the exact distances.

    With "cosine" the distance is that between the vectors scaled to length 1.
    """
    points = comparable(features, metric)
    count = len(points)
    if count < 2:
        raise ValueError(f"found {count} vectors; neighbours need at least 2")
    k = min(k, count - 1)
    indices = np.empty((count, k), dtype=np.int64)
    distances = np.empty((count, k), dtype=np.float32)
    for at, block in distance_blocks(points, np.arange(count)):
        indices[at] = closest(block, k)
        distances[at] = np.sqrt(np.take_along_axis(block, indices[at], axis=1))
    return Neighbours(indices, distances)
