"""Small square parts of a batch of pictures, each from its own place."""

from __future__ import annotations

import torch
from torch import Tensor


def cut(images: Tensor, rows: Tensor, columns: Tensor, side: int) -> Tensor:
    """Squares of `side` pixels of images (B, C, H, W) whose upper left pixels are at (B, K) places.

    Returns (B, K, C, side, side).
    """
    windows = images.unfold(2, side, 1).unfold(3, side, 1)  # a view, (B, C, H', W', side, side)
    which = torch.arange(len(images), device=images.device).unsqueeze(1)
    return windows[which, :, rows, columns]


def grid_places(cell: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Upper left pixels of a 3x3 grid of cells, row by row: rows (9,) and columns (9,)."""
    starts = cell * torch.arange(3, device=device)
    return starts.repeat_interleave(3), starts.repeat(3)


def joined(tiles: Tensor) -> Tensor:
    """Nine tiles (B, 9, C, s, s), row by row, as one picture (B, C, 3s, 3s)."""
    rows = [torch.cat(row.unbind(1), dim=-1) for row in tiles.split(3, dim=1)]
    return torch.cat(rows, dim=-2)
