"""The loss of methods in which every view of a picture predicts what a network says of another."""

from __future__ import annotations

import torch
from torch import Tensor


def across_views(targets: Tensor, scores: Tensor, temperature: float) -> Tensor:
    """Mean over pictures and over the pairs of two different views of −Σ_k q_k log p_k.

    `targets` (T, N, K) are the probabilities q of the first T of the V views; `scores` (V, N, K)
    are the logits of all views, p the softmax of scores / temperature. No view predicts itself.
    Equation 3 of DINO (Caron et al., ICCV 2021, arXiv 2104.14294) and, with codes as targets,
    equations 2 and 3 of SwAV (Caron et al., NeurIPS 2020, arXiv 2006.09882), section 3.3 for
    more than two views. Returns a scalar, log K where every prediction is even.
    """
    log_p = torch.log_softmax(scores / temperature, dim=-1)  # (V, N, K)
    pairs = -torch.einsum("tnk,vnk->tv", targets, log_p) / targets.shape[1]  # (T, V)
    other = 1.0 - torch.eye(*pairs.shape, dtype=pairs.dtype, device=pairs.device)
    return (pairs * other).sum() / other.sum()
