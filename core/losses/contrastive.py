"""Losses that find the other view of a picture among the views of others."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def nt_xent_logits(z: Tensor, temperature: float) -> Tensor:
    """Cosines of views (2N, D) over the temperature, (2N, 2N); each with itself is -inf."""
    z = F.normalize(z, dim=1)
    return (z @ z.T / temperature).fill_diagonal_(-torch.inf)


def nt_xent(first: Tensor, second: Tensor, temperature: float) -> Tensor:
    """The normalised temperature-scaled cross-entropy of SimCLR, of two views (N, D) of N pictures.

    Chen et al. 2020, arXiv 2002.05709, equation 1 and algorithm 1: for each of the 2N views, the
    cross-entropy of finding its other view among the 2N - 1 that it is not; the mean over all.
    """
    return F.cross_entropy(
        nt_xent_logits(torch.cat([first, second]), temperature), partners(len(first), first.device)
    )


def partners(count: int, device: torch.device) -> Tensor:
    """Where the other view of each of the 2N views stands, N views behind N views: (2N,)."""
    return torch.arange(2 * count, device=device).roll(count)


def moco_logits(queries: Tensor, keys: Tensor, queue: Tensor, temperature: float) -> Tensor:
    """q·k₊ first, then q·kᵢ of the queue, over the temperature: (B, 1 + K).

    He et al. 2020, arXiv 1911.05722, algorithm 1. `queries` and `keys` (B, D) belong together row
    by row, `queue` (K, D) holds older keys; all have length 1.
    """
    positive = (queries * keys).sum(dim=1, keepdim=True)  # (B, 1)
    return torch.cat([positive, queries @ queue.T], dim=1) / temperature


def info_nce(logits: Tensor) -> Tensor:
    """Cross-entropy of choosing the first of the columns (B, 1 + K): equation 1 of MoCo."""
    return F.cross_entropy(logits, logits.new_zeros(len(logits), dtype=torch.long))


def information_bound(loss: Tensor, candidates: int) -> Tensor:
    """log N - L, in nats: the views share at least this much information.

    Van den Oord et al. 2018, arXiv 1807.03748, section 2.3. `candidates` N counts the positive one
    too. The bound can never say more than log N, however much there is.
    """
    return math.log(candidates) - loss.detach()


def information(loss: Tensor, candidates: int) -> dict[str, Tensor]:
    """InfoNCE beside its bound, both in nats, by the names that the curves show in one plot."""
    return {
        "information in nats/InfoNCE": loss.detach(),
        "information in nats/bound log N - L": information_bound(loss, candidates),
    }
