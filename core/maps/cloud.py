"""How far the views of one picture spread, against how far the other pictures are.

Where training by views has succeeded, the views of a picture lie nearer to it than other pictures
do (alignment, Wang and Isola, ICML 2020, arXiv 2005.10242).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.maps.neighbours import comparable

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Spread:
    """Distances in feature space by one metric."""

    views: Floats  # (V,) of each view to the picture
    nearest: float  # of the nearest other picture
    typical: float  # the median over all others
    astray: int  # views that are nearer to another picture than to their own

    def sentence(self) -> str:
        """What was measured, in one sentence."""
        return (
            f"{len(self.views)} views lie {self.views.mean():.2f} from their picture on average; "
            f"the nearest other picture is {self.nearest:.2f} away, most are {self.typical:.2f}. "
            f"{self.astray} of the views are nearer to another picture."
        )


def spread(features: NDArray[Any], at: int, views: NDArray[Any], metric: str = "cosine") -> Spread:
    """Of views (V, D) of picture `at` among the features (N, D). Raises ValueError."""
    if not 0 <= at < len(features):
        raise ValueError(f"there is no picture {at} among {len(features)}")
    if len(features) < 2:
        raise ValueError("one picture alone has no others to be compared with")
    together = comparable(np.concatenate([features, views]), metric)
    pictures, seen = together[: len(features)], together[len(features) :]
    others = np.delete(pictures, at, axis=0)
    away = np.linalg.norm(others - pictures[at], axis=1)
    own = np.linalg.norm(seen - pictures[at], axis=1)
    # |a - b|^2 = |a|^2 + |b|^2 - 2ab, so that no (V, N, D) array is made
    squares = (seen**2).sum(1)[:, None] + (others**2).sum(1) - 2 * seen @ others.T
    nearest = np.sqrt(np.maximum(squares.min(axis=1), 0.0))
    return Spread(
        own.astype(np.float32),
        float(away.min()),
        float(np.median(away)),
        int((nearest < own).sum()),
    )
