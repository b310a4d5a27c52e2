"""Principal components: the map that is there at once, and where t-SNE starts from."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.maps.neighbours import vectors


def pca(features: NDArray[Any], dims: int = 2) -> NDArray[np.float32]:
    """The `dims` principal coordinates of (N, D) vectors, (N, dims), largest variance first.

    The sign of each axis is fixed: the vector farthest out along it has a positive coordinate.
    Directions that the data do not have are zero. Raises ValueError for another shape, or values
    that are not finite.
    """
    x = vectors(features)
    x = x - x.mean(axis=0, keepdims=True)
    count, length = x.shape
    narrow = length <= count  # the smaller of covariance (D, D) and Gram matrix (N, N) is solved
    square = (x.T @ x if narrow else x @ x.T).astype(np.float64)
    size = len(square)
    kept = min(dims, size)
    values, axes = np.linalg.eigh(square)  # all of them: scipy finds few, but is 20 MB to import
    values, axes = values[::-1][:kept], axes[:, ::-1][:, :kept]
    if narrow:
        found = x @ axes.astype(np.float32)
    else:
        found = (axes * np.sqrt(np.maximum(values, 0.0))).astype(np.float32)
    farthest = np.abs(found).argmax(axis=0)
    found *= np.where(found[farthest, np.arange(kept)] < 0, -1.0, 1.0).astype(np.float32)
    xy = np.zeros((count, dims), dtype=np.float32)
    xy[:, :kept] = found
    return xy
