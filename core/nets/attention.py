"""Where a network is active, as a map over the picture, and how alike two such maps are."""

from __future__ import annotations

from torch import Tensor


def attention_map(activations: Tensor, power: float = 2.0) -> Tensor:
    """Sum over channels of |A|^p, (B, C, h, w) to (B, h, w): F_sum^p of Zagoruyko and Komodakis.

    ICLR 2017, arXiv 1612.03928, section 3.1. The larger the power, the more the peaks weigh.
    """
    return activations.abs().pow(power).sum(dim=1)


def unit_range(maps: Tensor) -> Tensor:
    """Each map (..., h, w) stretched to 0..1; one that is the same everywhere becomes 0."""
    low, high = maps.amin(dim=(-2, -1), keepdim=True), maps.amax(dim=(-2, -1), keepdim=True)
    return (maps - low) / (high - low).clamp(min=1e-12)


def likeness(maps: Tensor, others: Tensor) -> Tensor:
    """Pearson's correlation of each map (..., h, w) with its other, -1..1; 0 where one is flat."""
    a, b = maps.flatten(-2), others.flatten(-2)
    a, b = a - a.mean(dim=-1, keepdim=True), b - b.mean(dim=-1, keepdim=True)
    return (a * b).sum(dim=-1) / (a.norm(dim=-1) * b.norm(dim=-1)).clamp(min=1e-12)
