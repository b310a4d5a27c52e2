"""Sinkhorn-Knopp: soft assignments in which every prototype gets its equal share of the batch.

Cuturi, NeurIPS 2013 (arXiv 1306.0895); as used by SwAV (Caron et al., NeurIPS 2020,
arXiv 2006.09882).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


@torch.no_grad()
def sinkhorn(scores: Tensor, epsilon: float = 0.05, iterations: int = 3) -> Tensor:
    """Codes (N, K) of scores (N, K): rows sum to one, columns to N / K as the iterations grow.

    Equation 5 of SwAV, Q = Diag(u) exp(scores / ε) Diag(v), times N so that a row is a
    distribution. Each iteration scales the columns, then the rows, so that the rows are exact;
    without any, a row is the softmax of its scores. The sums are taken of logarithms, as
    exp(scores / ε) would overflow for a small ε.
    """
    log_q = scores.double() / epsilon
    share = math.log(scores.shape[0] / scores.shape[1])  # of a column: N / K
    for _ in range(iterations):
        log_q = log_q - torch.logsumexp(log_q, dim=0, keepdim=True) + share
        log_q = torch.log_softmax(log_q, dim=1)
    return log_q.softmax(dim=1).to(scores.dtype)
