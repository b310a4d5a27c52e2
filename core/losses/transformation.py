"""The loss of methods that learn by naming the transformation a picture went through."""

from __future__ import annotations

import torch
from torch import Tensor


def transformation_loss(scores: Tensor) -> Tensor:
    """−1/(N K) Σ_i Σ_y log F^y(g(X_i | y)), equations 2 and 3 of Gidaris et al. (arXiv 1803.07728).

    `scores` (K, N, K): `scores[y, i]` are the logits of the K transformations for picture i that
    went through transformation y; F is their softmax. Returns a scalar, log K at chance.
    """
    log_f = torch.log_softmax(scores, dim=-1)  # (K, N, K)
    return -log_f.diagonal(dim1=0, dim2=2).mean()  # of (N, K): the name that is right
