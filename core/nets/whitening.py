"""Features whitened by their principal components, so that no direction outweighs the others."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LEAST = 1e-5  # of the largest variance: what counts as a direction, and not as noise


class Whitening(nn.Module):
    """Centre, project on the first components, scale each to variance one, scale rows to length
    one: what DeepCluster does before k-means (Caron et al., 2018, arXiv 1807.05520, section 3.3).
    """

    def __init__(self, dim: int, components: int) -> None:
        super().__init__()
        self.mean: Tensor
        self.projection: Tensor
        self.register_buffer("mean", torch.zeros(dim))
        self.register_buffer("projection", torch.zeros(dim, min(dim, components)))

    @torch.no_grad()
    def fit(self, features: Tensor) -> None:
        """Measure mean and components of features (N, dim)."""
        self.mean.copy_(features.mean(dim=0))
        apart = (features - self.mean).double()
        values, vectors = torch.linalg.eigh(apart.T @ apart / len(apart))  # ascending
        keep = self.projection.shape[1]
        floor = LEAST * values[-1].clamp(min=1e-12)
        scale = torch.where(values > floor, values, torch.inf)[-keep:].rsqrt()
        self.projection.copy_(vectors[:, -keep:] * scale)

    def forward(self, features: Tensor) -> Tensor:  # (N, dim) -> (N, components)
        return F.normalize((features - self.mean) @ self.projection, dim=1)
