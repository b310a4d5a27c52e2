"""Colour as a choice among bins, rebalanced so that rare colours count: colorization's loss.

Zhang, Isola and Efros, "Colorful image colorization", ECCV 2016, arXiv 1603.08511, section 2.1 to
2.3 and its appendix. Bins are squares of the a, b plane of Lab; Q is their number.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

GRID = 10.0  # side of a bin
NEAREST = 5  # bins that a colour is shared among
SPREAD = 5.0  # σ of the shares, and of the smoothing of the prior
UNIFORM = 0.5  # λ: how much of the uniform distribution is mixed into the prior


@lru_cache(maxsize=1)
def gamut() -> NDArray[np.float32]:
    """Centres (Q, 2) of the bins that hold a colour of sRGB, ordered by a, then by b."""
    from core.data.augment.lab import to_lab

    levels = np.linspace(0.0, 1.0, 52)
    colours = np.stack(np.meshgrid(levels, levels, levels, indexing="ij")).reshape(1, 3, 52, -1)
    with torch.device("cpu"):  # methods are also built where tensors have no values
        ab = to_lab(torch.from_numpy(colours))[0, 1:].flatten(1).T.numpy()  # (N, 2)
    cells = np.unique(np.rint(ab / GRID).astype(np.int64), axis=0)
    return (cells * GRID).astype(np.float32)


def soft_encode(ab: Tensor, bins: Tensor) -> tuple[Tensor, Tensor]:
    """Z = H_gt^-1(Y): colours (N, 2) as shares among their nearest bins of (Q, 2).

    The five nearest, weighted by a Gaussian of their distance (σ = 5) and normalised. Returns the
    bins (N, 5), nearest first, and their shares (N, 5).
    """
    distance, index = torch.cdist(ab, bins).topk(min(NEAREST, len(bins)), largest=False)
    return index, torch.softmax(-(distance**2) / (2 * SPREAD**2), dim=1)


def counted(index: Tensor, share: Tensor, bins: int) -> Tensor:
    """How much of all colours falls into each bin, (Q,)."""
    return torch.zeros(bins, device=share.device).scatter_add_(0, index.flatten(), share.flatten())


def smoothed(counts: Tensor, bins: Tensor) -> Tensor:
    """The prior p~ (Q,): counts smoothed over the plane with a Gaussian (σ = 5), summing to 1.

    Uniform where nothing was counted yet.
    """
    kernel = torch.exp(-(torch.cdist(bins, bins) ** 2) / (2 * SPREAD**2))
    prior = (kernel / kernel.sum(dim=0, keepdim=True)) @ counts
    total = prior.sum()
    return torch.where(
        total > 0, prior / total.clamp(min=1e-12), torch.ones_like(prior) / len(bins)
    )


def rebalancing(prior: Tensor) -> Tensor:
    """w (Q,), equation 4: w ∝ ((1 − λ) p~ + λ/Q)^-1, with E[w] = Σ_q p~_q w_q = 1."""
    weight = 1.0 / ((1 - UNIFORM) * prior + UNIFORM / len(prior))
    return weight / (prior * weight).sum()


def colour_loss(scores: Tensor, index: Tensor, share: Tensor, weight: Tensor) -> Tensor:
    """L_cl of equation 2, its mean over pixels: −v(Z) Σ_q Z_q log Z^_q with v(Z) = w_q*, (3).

    `scores` (N, Q) are logits; `index` and `share` (N, 5) are Z, the nearest bin first, which is
    therefore q* = argmax Z; `weight` (Q,).
    """
    log_probability = torch.log_softmax(scores, dim=1).gather(1, index)  # (N, 5)
    return -(weight[index[:, 0]] * (share * log_probability).sum(dim=1)).mean()


def annealed_mean(scores: Tensor, bins: Tensor, temperature: float) -> Tensor:
    """H(Z), equation 5: the mean colour (N, 2) of softmax(scores / T).

    T = 1 is the mean of the prediction, T -> 0 its mode; the paper takes 0.38.
    """
    return torch.softmax(scores / temperature, dim=1) @ bins
