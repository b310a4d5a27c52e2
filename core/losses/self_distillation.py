"""What keeps DINO from collapsing: centring and sharpening, and the numbers that show when it does.

Caron et al., "Emerging properties in self-supervised vision transformers", ICCV 2021,
arXiv 2104.14294.
"""

from __future__ import annotations

import torch
from torch import Tensor


def centred_and_sharpened(scores: Tensor, centre: Tensor, temperature: float) -> Tensor:
    """The teacher's answer softmax((g − c) / τ), (..., K) of scores (..., K) and a centre (K,).

    Algorithm 1. A small τ sharpens: alone it lets one of the K win everywhere. The centre takes
    away what is said of every picture: alone it makes all K even. Together they balance.
    """
    return torch.softmax((scores - centre) / temperature, dim=-1)


def moved_centre(centre: Tensor, scores: Tensor, momentum: float) -> Tensor:
    """c ← m c + (1 − m) mean of the scores (..., K) of a batch, (K,): equation 4."""
    return momentum * centre + (1.0 - momentum) * scores.flatten(0, -2).mean(dim=0)


def entropy(probabilities: Tensor) -> Tensor:
    """−Σ_k p_k log p_k of each answer (..., K), in nats: 0 when sure, log K when even."""
    return -torch.xlogy(probabilities, probabilities).sum(dim=-1)


def divergence(targets: Tensor, scores: Tensor, temperature: float) -> Tensor:
    """KL(q | p) of each pair (..., K) of a target q and p = softmax(scores / τ), in nats.

    Section 5.3: it falls to zero when both networks say the same of every picture.
    """
    log_p = torch.log_softmax(scores / temperature, dim=-1)
    return (torch.xlogy(targets, targets) - targets * log_p).sum(dim=-1)
