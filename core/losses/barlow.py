"""The loss of Barlow Twins: each feature agrees with itself across the views, and with no other.

Zbontar et al., "Barlow Twins: self-supervised learning via redundancy reduction", ICML 2021,
arXiv 2103.03230.
"""

from __future__ import annotations

from torch import Tensor


def cross_correlation(first: Tensor, second: Tensor) -> Tensor:
    """C_ij, feature i of the first view with j of the second over the batch: equation 2.

    Two views (N, D) to (D, D), each entry in −1..1. A feature that never changes gives 0.
    """
    columns = []
    for view in (first, second):
        apart = view - view.mean(dim=0)
        columns.append(apart / apart.norm(dim=0).clamp(min=1e-6))
    return columns[0].T @ columns[1]


def invariance_term(correlation: Tensor) -> Tensor:
    """Σ_i (1 − C_ii)²: a feature says the same of both views (equation 1, first term)."""
    return (1.0 - correlation.diagonal()).square().sum()


def redundancy_term(correlation: Tensor) -> Tensor:
    """Σ_i Σ_j≠i C_ij²: no feature repeats another (equation 1, second term, without its λ)."""
    return correlation.square().sum() - correlation.diagonal().square().sum()
