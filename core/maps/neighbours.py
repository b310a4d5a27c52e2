"""Nearest neighbours of vectors, in NumPy: the table that layouts and reliability share.

They are exact up to `EXACT` vectors, and searched by pynndescent beyond (NN-descent: Dong, Moses
and Li, WWW 2011). The map process never imports torch, hence NumPy; `core.evaluate.knn` does it on
any device.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
METRICS = ("cosine", "euclidean")
EXACT = 60_000  # vectors up to which all pairs are compared: a minute of one core
_CHUNK_BYTES = 32 * 1024**2  # of one block of the distance matrix


@dataclass(frozen=True)
class Neighbours:
    """The nearest others of each of N vectors, nearest first; a vector is not its own neighbour."""

    indices: NDArray[np.int64]  # (N, k)
    distances: Floats  # (N, k)
    exact: bool = True  # false where some of them may have been missed

    @property
    def k(self) -> int:
        return int(self.indices.shape[1])

    def first(self, k: int) -> Neighbours:
        """The same table with only the `k` nearest."""
        return Neighbours(self.indices[:, :k].copy(), self.distances[:, :k].copy(), self.exact)


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
    """The `k` nearest others of every vector of (N, D), at most N - 1.

    With "cosine" the distance is that between the vectors scaled to length 1. Beyond `EXACT`
    vectors they are searched for, and the table says so.
    """
    points = comparable(features, metric)
    count = len(points)
    if count < 2:
        raise ValueError(f"found {count} vectors; neighbours need at least 2")
    k = min(k, count - 1)
    if count > EXACT:
        return _searched(points, k)
    indices = np.empty((count, k), dtype=np.int64)
    distances = np.empty((count, k), dtype=np.float32)
    for at, block in distance_blocks(points, np.arange(count)):
        indices[at] = closest(block, k)
        distances[at] = np.sqrt(np.take_along_axis(block, indices[at], axis=1))
    return Neighbours(indices, distances)


def _searched(points: Floats, k: int) -> Neighbours:
    from pynndescent import NNDescent

    # One more is asked for: a vector finds itself, though not always first among its copies.
    index = NNDescent(points, n_neighbors=k + 1, random_state=0, n_jobs=1)
    indices, distances = index.neighbor_graph
    own = indices == np.arange(len(points))[:, None]
    own[~own.any(axis=1), -1] = True
    shape = (len(points), k)
    found = indices[~own].reshape(shape).astype(np.int64)
    return Neighbours(found, distances[~own].reshape(shape).astype(np.float32), exact=False)


def nearest_of(features: NDArray[Any], queries: NDArray[Any], k: int, metric: str) -> Neighbours:
    """The `k` vectors of `features` (N, D) nearest to each of `queries` (M, D): a table (M, k).

    Indices are of `features`. Exact up to M x N of `EXACT` squared, searched for beyond.
    """
    a, b = vectors(features), vectors(queries)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"vectors of length {b.shape[1]} cannot lie among those of {a.shape[1]}")
    both = comparable(np.concatenate([a, b]), metric)
    known, asked, k = both[: len(a)], both[len(a) :], min(k, len(a))
    if len(a) * len(b) > EXACT**2:
        from pynndescent import NNDescent

        index = NNDescent(known, n_neighbors=max(15, k), random_state=0, n_jobs=1)
        found, distances = index.query(asked, k)
        return Neighbours(found.astype(np.int64), distances.astype(np.float32), exact=False)
    indices = np.empty((len(b), k), dtype=np.int64)
    distances = np.empty((len(b), k), dtype=np.float32)
    squares = np.einsum("nd,nd->n", known, known)
    size = max(1, _CHUNK_BYTES // (4 * len(a)))
    for start in range(0, len(b), size):
        at = slice(start, start + size)
        part = asked[at]
        block = squares[None] - 2.0 * (part @ known.T)
        block += np.einsum("md,md->m", part, part)[:, None]
        np.maximum(block, 0.0, out=block)
        indices[at] = closest(block, k)
        distances[at] = np.sqrt(np.take_along_axis(block, indices[at], axis=1))
    return Neighbours(indices, distances)
