"""Numbers of each picture that its neighbours in feature space make, to colour a map by."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.maps.neighbours import Floats, Neighbours

UNKNOWN = -1  # the label of a picture whose class is not known


def purity(table: Neighbours, labels: NDArray[Any], k: int = 10) -> Floats:
    """The share of the `k` nearest whose class is known and the same, (N,).

    It is of those neighbours whose class is known; NaN where that is none of them, and for
    pictures without a label (-1). Raises ValueError for another number of labels.
    """
    labels = _labels(table, labels)
    near = labels[table.indices[:, :k]]  # (N, k)
    known = (near != UNKNOWN).sum(axis=1)
    same = (near == labels[:, None]).sum(axis=1)
    share = np.full(len(labels), np.nan, dtype=np.float32)
    said = (labels != UNKNOWN) & (known > 0)
    share[said] = same[said] / known[said]
    return share


def predicted(table: Neighbours, labels: NDArray[Any], k: int = 20) -> NDArray[np.int64]:
    """The class that the `k` nearest others vote for, each with the inverse of its distance, (N,).

    A picture's own label is never asked, so this is the prediction of a classifier that leaves it
    out. -1 where no neighbour's class is known. Raises ValueError for another number of labels.
    """
    labels = _labels(table, labels)
    near = labels[table.indices[:, :k]]
    tiny = np.finfo(np.float32).tiny
    scale = table.distances[:, :k].mean(axis=1, keepdims=True) + tiny
    weights = np.where(near == UNKNOWN, 0.0, 1.0 / (table.distances[:, :k] / scale + 1e-6))
    classes = np.unique(labels[labels != UNKNOWN])
    best = np.zeros(len(labels))
    found = np.full(len(labels), UNKNOWN, dtype=np.int64)
    for one in classes:
        votes = (weights * (near == one)).sum(axis=1)
        found[votes > best] = one
        best = np.maximum(best, votes)
    return found


def density(table: Neighbours, k: int = 10) -> Floats:
    """The inverse of the mean distance to the `k` nearest, (N,): large where features crowd."""
    mean = table.distances[:, :k].mean(axis=1)
    return 1.0 / np.maximum(mean, 1e-6)


def hubness(table: Neighbours, k: int = 10) -> Floats:
    """Among how many others' `k` nearest each picture is, (N,); its mean is k.

    A hub is near to everything and so tells of nothing: Radovanović, Nanopoulos and Ivanović,
    JMLR 2010.
    """
    found = np.bincount(table.indices[:, :k].ravel(), minlength=len(table.indices))
    return found.astype(np.float32)


def _labels(table: Neighbours, labels: NDArray[Any]) -> NDArray[np.int64]:
    found = np.asarray(labels, dtype=np.int64)
    if found.shape != (len(table.indices),):
        raise ValueError(f"{len(table.indices)} pictures and labels of shape {found.shape}")
    return found
