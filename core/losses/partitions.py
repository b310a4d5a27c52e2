"""How alike two ways of putting the same things into groups are."""

from __future__ import annotations

import torch
from torch import Tensor


def mutual_information(first: Tensor, second: Tensor) -> Tensor:
    """Normalised mutual information I(A; B) / sqrt(H(A) H(B)) of two assignments (N,), 0..1.

    Section 4.1 of DeepCluster (Caron et al., 2018, arXiv 1807.05520). Two assignments that each
    put everything into one group say nothing of one another: 0.
    """
    rows, columns = (group.unique(return_inverse=True)[1] for group in (first, second))
    wide = int(columns.max()) + 1
    counts = torch.bincount(rows * wide + columns, minlength=(int(rows.max()) + 1) * wide)
    joint = counts.view(-1, wide).double() / len(first)  # (A, B)
    entropies = [_entropy(joint.sum(dim=1)), _entropy(joint.sum(dim=0))]
    shared = entropies[0] + entropies[1] - _entropy(joint.flatten())
    return (shared / (entropies[0] * entropies[1]).sqrt().clamp(min=1e-12)).clamp(0.0, 1.0).float()


def _entropy(shares: Tensor) -> Tensor:
    return -torch.xlogy(shares, shares).sum()
