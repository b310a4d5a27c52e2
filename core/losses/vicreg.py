"""The three terms of VICReg, each a number of its own.

Bardes, Ponce and LeCun, "VICReg: variance-invariance-covariance regularization for self-supervised
learning", ICLR 2022, arXiv 2105.04906.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

EPSILON = 1e-4  # keeps the slope of the square root finite (equation 2)


def invariance_term(first: Tensor, second: Tensor) -> Tensor:
    """Mean squared difference of the views (N, D).

    Equation 5 sums over the D features; the authors' algorithm 1, whose weights 25, 25, 1 are the
    ones in use, takes their mean. It is the algorithm's that is computed here.
    """
    return F.mse_loss(first, second)


def variance_term(features: Tensor, target: float = 1.0) -> Tensor:
    """How far the features (N, D) fall short of a standard deviation of `target`: equation 1.

    Of one view; equation 6 adds both. (Some programs take half of the sum, with the same weights.)
    """
    deviation = torch.sqrt(features.var(dim=0) + EPSILON)
    return F.relu(target - deviation).mean()


def covariance(features: Tensor) -> Tensor:
    """1 / (N − 1) Σ (z − mean)(z − mean)ᵀ, (N, D) to (D, D): equation 3."""
    apart = features - features.mean(dim=0)
    return apart.T @ apart / (len(features) - 1)


def covariance_term(features: Tensor) -> Tensor:
    """1 / D Σ_i≠j C_ij² of one view (N, D): equation 4."""
    found = covariance(features)
    off_diagonal = found.square().sum() - found.diagonal().square().sum()
    return off_diagonal / features.shape[1]
