"""Graph convolutions over the edges of a mesh.

Gkioxari et al., "Mesh R-CNN", ICCV 2019, section 3.1: f′ = relu(W₀ f + mean over neighbours W₁ f).
The mean and not the sum, so that the size of what is told does not grow with the neighbours.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def neighbours(edges: Tensor, count: int) -> Tensor:
    """(V, V) sparse, whose product with features (V, ...) is the mean over those next to each."""
    both = torch.cat([edges, edges.flip(1)]).T  # (2, 2 E)
    degree = torch.zeros(count, device=edges.device).index_add_(
        0, both[0], torch.ones(both.shape[1], device=edges.device)
    )
    shares = 1 / degree[both[0]]
    return torch.sparse_coo_tensor(both, shares, (count, count), check_invariants=True).coalesce()


class GraphConvolution(nn.Module):
    """Of features (V, B, C): vertices come first, as the sparse product has it."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.own = nn.Linear(inputs, outputs)
        self.others = nn.Linear(inputs, outputs, bias=False)

    def forward(self, features: Tensor, near: Tensor) -> Tensor:
        told = self.others(features)
        mean = torch.sparse.mm(near, told.flatten(1)).view_as(told)
        return (self.own(features) + mean).relu()
