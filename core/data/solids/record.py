"""What is known of an object beside its picture, as bytes: its cells, and points of its surface."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

SIDE = 32  # cells along each side of the box
POINTS = 512  # of the surface, with their normals
_CELLS = SIDE**3 // 8
BYTES = _CELLS + POINTS * 6 * 2


def record(cells: np.ndarray, surface: np.ndarray) -> np.ndarray:
    """Cells (32, 32, 32) bool and rows (512, 6) of place and normal, as (BYTES,) uint8."""
    bits = np.packbits(cells.reshape(-1), bitorder="little")
    return np.concatenate([bits, surface.astype(np.float16).reshape(-1).view(np.uint8)])


def cells_of(truth: Tensor) -> Tensor:
    """Cells (B, 32, 32, 32) bool, x first, of records (B, BYTES)."""
    places = torch.arange(8, device=truth.device, dtype=torch.uint8)
    bits = (truth[:, :_CELLS, None] >> places) & 1
    return bits.bool().view(-1, SIDE, SIDE, SIDE)


def surface_of(truth: Tensor) -> tuple[Tensor, Tensor]:
    """Places and normals (B, 512, 3) of records (B, BYTES)."""
    rows = truth[:, _CELLS:].contiguous().view(torch.float16).float().view(-1, POINTS, 6)
    return rows[..., :3], rows[..., 3:]
