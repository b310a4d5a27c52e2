"""What all generators and critics share: the class beside the noise, and what is read of features.

A critic with classes is the projection discriminator of Miyato and Koyama 2018, arXiv 1802.05637,
equation 3.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

SLOPE = 0.2  # of the leaky ReLUs
WORD = 16  # numbers that stand for a class beside the noise


def standard_normal(count: int, size: int, rng: torch.Generator, truncation: float = 0.0) -> Tensor:
    """Numbers (count, size) of N(0, 1), on the device of `rng`; with a truncation none beyond it.

    Brock, Donahue and Simonyan 2019, arXiv 1809.11096, section 3.1.
    """
    if not truncation:
        return torch.randn(count, size, generator=rng, device=rng.device)
    edge = 0.5 * math.erfc(-truncation / math.sqrt(2))  # Φ(truncation)
    share = torch.rand(count, size, generator=rng, device=rng.device)
    return torch.special.ndtri(1 - edge + (2 * edge - 1) * share)


class Noise(nn.Module):
    """Latents (B, Z), with an embedding of the class beside them where there are classes."""

    def __init__(self, latent: int, classes: int) -> None:
        super().__init__()
        self.word = nn.Embedding(classes, WORD) if classes else None
        self.dim = latent + (WORD if classes else 0)

    def forward(self, latents: Tensor, labels: Tensor | None) -> Tensor:
        if self.word is None:
            return latents
        if labels is None:
            raise ValueError("this generator was trained with classes; say which class to make")
        return torch.cat([latents, self.word(labels)], dim=1)  # (B, dim)


class Generator(nn.Module):
    """Latents (B, Z) to pictures (B, C, H, W)."""

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        raise NotImplementedError

    def grow(self, progress: float) -> None:
        """Be as large as it is to be after this share of the training; most always are."""


class Critic(nn.Module):
    """Blocks in order, and one logit read of the last: more is more like real.

    `normed` says that batches of real and of made pictures must not be mixed.
    """

    blocks: nn.ModuleDict  # name -> block

    def __init__(self, normed: bool = False) -> None:
        super().__init__()
        self.normed = normed

    def read_from(self, dim: int, classes: int) -> None:
        """Build what reads the logit of features (B, dim); the subclass calls it at its end."""
        self.score = nn.Linear(dim, 1)
        self.project = nn.Embedding(classes, dim) if classes else None
        self.dim = dim

    def stages(self, images: Tensor) -> dict[str, Tensor]:
        """Block's name -> its activations, (B, C, h, w) or (B, D)."""
        found = {}
        for name, block in self.blocks.items():
            images = block(images)
            found[name] = images
        return found

    def pool(self, last: Tensor) -> Tensor:
        """The last block's activations as features (B, dim)."""
        return last.flatten(1)

    def features(self, images: Tensor) -> Tensor:
        """(B, dim)."""
        return self.pool(list(self.stages(images).values())[-1])

    def forward(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """Logits (B,). Of an unknown class, -1, or none, the pictures are judged alone."""
        found = self.features(images)
        logits = self.score(found).squeeze(1)
        if self.project is None or labels is None:
            return logits
        fit = (self.project(labels.clamp(min=0)) * found).sum(dim=1)
        return logits + fit * (labels >= 0)

    def grow(self, progress: float) -> None:
        """Be as large as it is to be after this share of the training; most always are."""


def first_side(side: int) -> tuple[int, int]:
    """The side of 3 to 7 that, doubled so many times, is `side` or a little more."""
    times = 0
    while side > 7:
        side, times = -(-side // 2), times + 1
    return side, times
