"""Average precision of ranked answers: which of them take a thing, and the area under precision.

Everingham et al., "The Pascal visual object classes challenge", IJCV 2010, section 4.2, with the
101 recalls of COCO (Lin et al., ECCV 2014).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RECALLS = np.linspace(0.0, 1.0, 101)


def taken(shares: NDArray[np.float64], thresholds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each detection (best score first) takes a thing, (D, thresholds), from (D, G)."""
    right = np.zeros((len(shares), len(thresholds)), dtype=bool)
    if not shares.shape[1]:
        return right
    for t, threshold in enumerate(thresholds):
        free = np.ones(shares.shape[1], dtype=bool)
        for d, share in enumerate(shares):
            best = int(np.where(free, share, -1.0).argmax())
            if free[best] and share[best] >= threshold:
                free[best], right[d, t] = False, True
    return right


def precision_area(right: NDArray[np.bool_], there: int) -> float:
    """Precision averaged over the recalls, of detections (D,) best first and `there` things."""
    hits = np.cumsum(right)
    precision = hits / np.arange(1, len(right) + 1)
    monotone = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(hits / there, RECALLS, side="left")
    return float(np.append(monotone, 0.0)[at].mean())
