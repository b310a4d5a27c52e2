"""One draw a sample, from the generator and on its device."""

from __future__ import annotations

import torch
from torch import Tensor


def uniform(
    rng: torch.Generator, shape: int | tuple[int, ...], low: float = 0.0, high: float = 1.0
) -> Tensor:
    """Numbers drawn evenly from low to high."""
    size = (shape,) if isinstance(shape, int) else shape
    return low + (high - low) * torch.rand(size, generator=rng, device=rng.device)


def chosen(rng: torch.Generator, count: int, share: float) -> Tensor:
    """Which samples an augmentation falls on, (count,) bool: each with probability `share`."""
    return uniform(rng, count) < share
