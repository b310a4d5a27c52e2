"""Which modes of a known mixture were found, and how well.

Modes found and high-quality samples are the measures of VEEGAN (Srivastava et al. 2017, arXiv
1705.07761, section 4.1). One sample near a mode counts there as having found it, which flatters:
beside it stands the share of modes with a fifth of the samples that are due to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

NEAR = 3.0  # deviations from a centre within which a sample is of high quality
DUE = 0.2  # share of a mode's fair share that it needs to be covered


@dataclass(frozen=True)
class Modes:
    """What samples found of K modes."""

    shares: Sequence[float]  # K: of all samples, those near the mode
    quality: float  # share of the samples that lie near any

    @property
    def count(self) -> int:
        return len(self.shares)

    @property
    def found(self) -> int:
        """Modes with a sample near."""
        return sum(share > 0 for share in self.shares)

    @property
    def covered(self) -> int:
        """Modes with at least a fifth of their fair share of the samples near."""
        return sum(share >= DUE / self.count for share in self.shares)

    def __str__(self) -> str:
        return (
            f"{self.covered} of {self.count} modes covered ({self.found} touched), "
            f"{self.quality:.0%} of the samples within {NEAR:g} sigma"
        )


def modes(samples: NDArray[Any], centres: NDArray[Any], sigma: float) -> Modes:
    """The modes of samples (N, 2), of a mixture of round Gaussians around centres (K, 2)."""
    if not len(centres):
        raise ValueError("these points lie along curves and have no modes to be counted")
    away = np.linalg.norm(samples[:, None, :] - centres[None, :, :], axis=2)  # (N, K)
    mine, near = away.argmin(axis=1), away.min(axis=1) <= NEAR * sigma
    counts = np.bincount(mine[near], minlength=len(centres))
    return Modes([float(c) for c in counts / len(samples)], float(near.mean()))
