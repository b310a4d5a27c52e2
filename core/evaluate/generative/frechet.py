"""The Fréchet distance between two sets of features, each taken for a Gaussian.

Dowson and Landau 1982; of Inception's features it is the FID of Heusel et al. 2017, arXiv
1706.08500. Ours are of a small classifier of the same data, so it is "FD" and never "FID".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Gaussian:
    """Mean (D,) and covariance (D, D) of features."""

    mean: Floats
    covariance: Floats


def gaussian(features: NDArray[Any]) -> Gaussian:
    """The moments of features (N, D); raises ValueError for fewer than 2."""
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 2 or len(features) < 2:
        raise ValueError(f"expected features (N, D), N 2 or more, found {features.shape}")
    return Gaussian(features.mean(axis=0), np.atleast_2d(np.cov(features, rowvar=False)))


def distance(one: Gaussian, other: Gaussian) -> float:
    """‖μ₁ - μ₂‖² + tr(Σ₁ + Σ₂ - 2 (Σ₁ Σ₂)^½), not negative.

    The trace of the root is the sum of the roots of the product's eigenvalues, which are real and
    not negative; no matrix root is taken.
    """
    apart = float(np.square(one.mean - other.mean).sum())
    values = np.linalg.eigvals(one.covariance @ other.covariance).real
    root = float(np.sqrt(np.maximum(values, 0.0)).sum())
    spread = float(np.trace(one.covariance) + np.trace(other.covariance))
    return max(0.0, apart + spread - 2 * root)


def frechet(real: NDArray[Any], made: NDArray[Any]) -> float:
    """The distance between features (N, D) and (M, D). It falls as N and M grow: compare alike."""
    return distance(gaussian(real), gaussian(made))


def floor(one: NDArray[Any], other: NDArray[Any], count: int, draws: int = 5) -> float:
    """What real features score against real ones: the mean over draws of `count` of `one`.

    A generator judged on `count` samples against `other` cannot be better than that.
    """
    against, rng = gaussian(other), np.random.default_rng(0)
    size = min(count, len(one))
    found = [
        distance(gaussian(one[rng.choice(len(one), size, replace=False)]), against)
        for _ in range(draws if size < len(one) else 1)
    ]
    return float(np.mean(found))
