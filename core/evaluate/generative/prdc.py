"""Precision, recall, density and coverage of generated features, by balls to the k-th neighbour.

Kynkäänniemi et al. 2019, arXiv 1904.06991 (precision, recall); Naeem et al. 2020, arXiv 2002.09797
(density, coverage).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
USUAL_K = 5
_ROWS = 512  # of a table of distances at once


@dataclass(frozen=True)
class PRDC:
    """Shares in 0..1, density may be above."""

    precision: float  # of the made that lie in a ball of a real one
    recall: float  # of the real that lie in a ball of a made one
    density: float  # how many balls of real ones a made one lies in, over k
    coverage: float  # of the real whose ball holds a made one


def prdc(real: NDArray[Any], made: NDArray[Any], k: int = USUAL_K) -> PRDC:
    """Of features (N, D) and (M, D), both more than k.

    A ball reaches from a point to its k-th nearest other of its own kind.
    """
    if min(len(real), len(made)) <= k:
        raise ValueError(f"{len(real)} real and {len(made)} made; more than k = {k} are needed")
    apart = distances(real, made)  # (N, M)
    real_reach, made_reach = kth_nearest(real, k), kth_nearest(made, k)
    in_real = apart < real_reach[:, None]  # (N, M) the made one lies in the ball of the real one
    return PRDC(
        precision=float(in_real.any(axis=0).mean()),
        recall=float((apart < made_reach[None, :]).any(axis=1).mean()),
        density=float(in_real.sum(axis=0).mean() / k),
        coverage=float(in_real.any(axis=1).mean()),
    )


def distances(one: NDArray[Any], other: NDArray[Any]) -> Floats:
    """Euclidean, (N, M)."""
    a, b = np.asarray(one, np.float64), np.asarray(other, np.float64)
    squares = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)[None, :] - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0.0)).astype(np.float32)


def kth_nearest(features: NDArray[Any], k: int) -> Floats:
    """The distance (N,) from each to its k-th nearest other one."""
    found = []
    for start in range(0, len(features), _ROWS):
        part = distances(features[start : start + _ROWS], features)
        rows = np.arange(len(part))
        part[rows, start + rows] = np.inf  # is no other one
        found.append(np.partition(part, k - 1, axis=1)[:, k - 1])
    return np.concatenate(found)


def nearest(
    features: NDArray[Any], among: NDArray[Any], k: int = 1
) -> tuple[NDArray[np.int64], Floats]:
    """The k nearest of `among` (M, D) to each of features (N, D), near first: positions, distances.

    Both (N, k).
    """
    k = min(k, len(among))
    where, how_far = [], []
    for start in range(0, len(features), _ROWS):
        apart = distances(features[start : start + _ROWS], among)
        some = np.argpartition(apart, k - 1, axis=1)[:, :k]
        order = np.argsort(np.take_along_axis(apart, some, axis=1), axis=1, kind="stable")
        chosen = np.take_along_axis(some, order, axis=1)
        where.append(chosen)
        how_far.append(np.take_along_axis(apart, chosen, axis=1))
    return np.concatenate(where), np.concatenate(how_far)
