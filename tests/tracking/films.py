"""Films that shift by whole cells, with features that tell every cell from every other."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

CELL = 4
SHAPE = (48, 64)


def shifting(count: int) -> np.ndarray:
    """Noise that moves one cell to the right each frame: (count, 48, 64, 3) uint8."""
    first = np.random.default_rng(0).integers(0, 256, (*SHAPE, 3), dtype=np.uint8)
    return np.stack([np.roll(first, CELL * n, axis=1) for n in range(count)])


def square(frame: int) -> np.ndarray:
    """The mask of an object of 3x3 cells that moves with the noise."""
    mask = np.zeros(SHAPE, np.uint8)
    mask[12:24, 12:24] = 1
    return np.roll(mask, CELL * frame, axis=1)


def exact(frames: Tensor) -> Tensor:
    """The pixels of each cell, less their mean: noise has no two alike. (n, 48, h, w)"""
    found = F.unfold(frames, CELL, stride=CELL)
    found = found - found.mean(dim=1, keepdim=True)
    return found.unflatten(2, (frames.shape[2] // CELL, frames.shape[3] // CELL))


def pixels(frames: np.ndarray) -> Tensor:
    return torch.from_numpy(frames).permute(0, 3, 1, 2).float() / 255
