"""Mean intersection over union: how well the class of every pixel is told.

As PASCAL VOC defines it (Everingham et al., IJCV 2010): of each class, background included, the
pixels that are rightly called so over all that are or are called so, in all pictures together;
averaged over the classes that occur in the truth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def pixel_counts(
    predicted: NDArray[np.int64], truth: NDArray[np.int64], classes: int
) -> NDArray[np.int64]:
    """Pixels of one picture by (true class, predicted class), (classes, classes)."""
    counts = np.bincount((truth * classes + predicted).ravel(), minlength=classes * classes)
    return counts.reshape(classes, classes)


def intersection_over_union(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of each class, from pixels by (true, predicted); NaN for one that is nowhere in the truth."""
    right, there, called = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    shares = right / np.maximum(there + called - right, 1)
    return np.where(there > 0, shares, np.nan)
