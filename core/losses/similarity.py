"""How far a prediction points from its target: the losses without negatives."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def negative_cosine(p: Tensor, z: Tensor) -> Tensor:
    """D(p, z) = - p/|p| · z/|z|, the mean over rows (N, D); -1 where they point the same way.

    Chen and He 2021 (SimSiam), arXiv 2011.10566, equation 1. Whether a gradient flows into z is
    for the caller to say.
    """
    return -F.cosine_similarity(p, z, dim=1).mean()


def normalised_error(q: Tensor, z: Tensor) -> Tensor:
    """|q/|q| - z/|z||² = 2 - 2 q·z / (|q| |z|), the mean over rows (N, D).

    Grill et al. 2020 (BYOL), arXiv 2006.07733, equation 2.
    """
    return 2.0 + 2.0 * negative_cosine(q, z)
