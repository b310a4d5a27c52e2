"""The parts of a transformer: attention with its weights at hand, and the block around it.

Vaswani et al., 2017 (arXiv 1706.03762); the layer norms come first, as in Dosovitskiy et al., 2021.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Attention(nn.Module):
    """Queries (B, M, D) look at tokens (B, N, D) with several heads."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        if dim % heads:
            raise ValueError(f"{heads} heads do not divide {dim} channels")
        self.heads = heads
        self.query = nn.Linear(dim, dim)
        self.key_value = nn.Linear(dim, 2 * dim)
        self.out = nn.Linear(dim, dim)

    def _split(self, x: Tensor) -> Tensor:  # (B, N, D) -> (B, heads, N, D / heads)
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, queries: Tensor, tokens: Tensor) -> Tensor:  # -> (B, M, D)
        k, v = self.key_value(tokens).chunk(2, dim=-1)
        seen = F.scaled_dot_product_attention(
            self._split(self.query(queries)), self._split(k), self._split(v)
        )
        return self.out(seen.transpose(1, 2).flatten(2))

    def weights(self, queries: Tensor, tokens: Tensor) -> Tensor:
        """How much each query looks at each token, (B, heads, M, N), rows summing to one."""
        q = self._split(self.query(queries))
        k = self._split(self.key_value(tokens).chunk(2, dim=-1)[0])
        return torch.softmax(q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5, dim=-1)


class TransformerBlock(nn.Module):
    """Attention among tokens, then a perceptron on each, with a way around both."""

    def __init__(self, dim: int, heads: int, growth: int = 4) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(dim)
        self.attention = Attention(dim, heads)
        self.perceptron = nn.Sequential(
            nn.LayerNorm(dim), nn.Linear(dim, growth * dim), nn.GELU(), nn.Linear(growth * dim, dim)
        )

    def forward(self, tokens: Tensor) -> Tensor:  # (B, N, D) -> (B, N, D)
        seen = self.attention_norm(tokens)
        tokens = tokens + self.attention(seen, seen)
        return tokens + self.perceptron(tokens)


def initialise(module: nn.Module) -> None:
    """Truncated normal weights of deviation 0.02 and no biases, for use with `Module.apply`."""
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)
