"""What a masked autoencoder has beside its encoder: which patches are seen, and the decoder.

He et al., "Masked autoencoders are scalable vision learners", 2021, arXiv 2111.06377, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.nets.transformer import TransformerBlock, initialise
from core.nets.vit import positions


@dataclass(frozen=True)
class Masking:
    """Which of each picture's N patches are seen, and the way back to their places."""

    kept: Tensor  # (B, K) places of the visible patches, in the order that the encoder gets them
    restore: Tensor  # (B, N) where each patch stands once the visible ones are put first

    @property
    def masked(self) -> Tensor:
        """(B, N), True where a patch is hidden."""
        return self.restore >= self.kept.shape[1]

    def unshuffle(self, visible: Tensor, mask_token: Tensor) -> Tensor:
        """Visible tokens (B, K, D) at their places, the mask token (1, 1, D) at all others."""
        count, dim = self.restore.shape[1], visible.shape[2]
        hidden = mask_token.expand(len(visible), count - visible.shape[1], dim)
        shuffled = torch.cat([visible, hidden], dim=1)  # (B, N, D)
        return shuffled.gather(1, self.restore.unsqueeze(2).expand(-1, -1, dim))


def random_masking(count: int, patches: int, ratio: float, rng: torch.Generator) -> Masking:
    """Of each of `count` pictures hide a share of the patches, each set as likely as any other.

    The patches are shuffled and the first of the list are kept; at least one is seen and one is
    hidden.
    """
    kept = min(patches - 1, max(1, round(patches * (1 - ratio))))
    drawn = torch.rand(count, patches, generator=rng, device=rng.device)
    shuffle = drawn.argsort(dim=1)
    return Masking(shuffle[:, :kept], shuffle.argsort(dim=1))


def masking_of(hidden: Tensor, count: int) -> Masking:
    """The same patches (N,) hidden, where True, of each of `count` pictures; one must be seen."""
    shuffle = hidden.int().argsort(stable=True).expand(count, -1)
    return Masking(shuffle[:, : int((~hidden).sum())], shuffle.argsort(dim=1))


class MaskedDecoder(nn.Module):
    """A light transformer from the visible tokens to the pixels of all patches."""

    def __init__(self, given: int, dim: int, depth: int, grid: int, made: int, head: int) -> None:
        """From tokens (B, K, given) of a grid x grid raster to (B, grid², made)."""
        super().__init__()
        self.embed = nn.Linear(given, dim)
        self.mask_token = nn.Parameter(torch.empty(1, 1, dim))
        self.positions: Tensor
        self.register_buffer("positions", positions(dim, grid).flatten(1).T.clone())  # (N, dim)
        self.blocks = nn.Sequential(*(TransformerBlock(dim, dim // head) for _ in range(depth)))
        self.norm = nn.LayerNorm(dim)
        self.pixels = nn.Linear(dim, made)
        self.apply(initialise)
        nn.init.trunc_normal_(self.mask_token, std=0.02)

    def forward(self, summary: Tensor, visible: Tensor, masking: Masking) -> Tensor:
        """The class token's (B, 1, given) and the patches' (B, K, given) to (B, N, made)."""
        patches = masking.unshuffle(self.embed(visible), self.mask_token) + self.positions
        tokens = self.blocks(torch.cat([self.embed(summary), patches], dim=1))
        return self.pixels(self.norm(tokens[:, 1:]))
