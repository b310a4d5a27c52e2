"""Whether features use the room they have: collapse shows here long before it shows in accuracy.

The effective rank is exp of the entropy of the normalised singular values: Roy and Vetterli,
EUSIPCO 2007; of an embedding matrix it is RankMe, Garrido et al., ICML 2023 (arXiv 2210.02885,
Eq. 2). The deviation of length-1 features times sqrt(D) is the gauge of SimSiam, Chen and He,
CVPR 2021 (arXiv 2011.10566, Fig. 2): near 1 when healthy, 0 when all features coincide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.pictures import Curve, Line

_EPSILON = 1e-7


@dataclass(frozen=True)
class Spectrum:
    """How the features of one stage fill their space."""

    effective_rank: float  # 1 .. min(N, D)
    deviation: float  # of length-1 features, times sqrt(D)
    deviations: NDArray[np.float32]  # (D,) of each dimension, times sqrt(D)
    variances: NDArray[np.float32]  # (min(N, D),) along the principal axes, largest first

    def curve(self) -> Curve:
        """Share of the variance along each principal axis, on a logarithmic scale."""
        shares = self.variances / max(float(self.variances.sum()), _EPSILON)
        axes = np.arange(1.0, len(shares) + 1)
        # A logarithmic axis has no place for zero; what is below is dead in float32 anyway.
        lines = {"share of variance": Line(axes, np.maximum(shares, _EPSILON))}
        marks = {"effective rank": self.effective_rank}
        return Curve(lines, "principal axis", "share of the variance", log_y=True, marks=marks)


def effective_rank(features: NDArray[Any]) -> float:
    """exp of the entropy of the singular values of (N, D) over their sum, not centred."""
    strengths = np.linalg.svd(np.asarray(features, dtype=np.float32), compute_uv=False)
    return _exp_entropy(strengths)


def spectrum(features: NDArray[Any]) -> Spectrum:
    """The spectrum of features (N, D)."""
    x = np.asarray(features, dtype=np.float32)
    length = np.linalg.norm(x, axis=1, keepdims=True)
    unit = x / np.maximum(length, np.finfo(np.float32).tiny)
    deviations = unit.std(axis=0) * np.sqrt(x.shape[1], dtype=np.float32)
    strengths = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)
    variances = (strengths**2 / len(x)).astype(np.float32)
    return Spectrum(effective_rank(x), float(deviations.mean()), deviations, variances)


def _exp_entropy(strengths: NDArray[Any]) -> float:
    shares = strengths.astype(np.float64)
    total = shares.sum()
    if total == 0.0:
        return 1.0
    shares = shares[shares > 0] / total
    return float(np.exp(-(shares * np.log(shares)).sum()))
