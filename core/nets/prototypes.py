"""Directions that features are compared with: the last layer of DINO and of SwAV."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Prototypes(nn.Module):
    """Cosines of features (..., D) with `count` learned directions, (..., count), in −1..1.

    Both sides are scaled to length one: SwAV section 3.1 (arXiv 2006.09882), and DINO's
    weight-normalised last layer whose lengths are fixed at one (arXiv 2104.14294, appendix C).
    """

    def __init__(self, dim: int, count: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(count, dim))
        nn.init.normal_(self.weight)

    def forward(self, features: Tensor) -> Tensor:
        return F.linear(F.normalize(features, dim=-1), F.normalize(self.weight, dim=-1))
