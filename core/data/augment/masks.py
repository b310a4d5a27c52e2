"""Regions of pictures that are taken away to be painted in: True where a pixel is missing."""

from __future__ import annotations

import torch
from torch import Tensor

from core.data.augment.draws import uniform

BLOCKS = 24  # overlapping squares that a region is grown from, at most
BLOCK = (0.125, 0.34)  # side of a square, as a share of the picture's


def centre_hole(side: int, share: float) -> tuple[int, int]:
    """First pixel and length of the side of a middle square that has about `share` of the area."""
    hole = min(side - 2, max(1, round(side * share**0.5)))
    return (side - hole) // 2, hole


def centre_mask(count: int, side: int, share: float, device: torch.device) -> Tensor:
    """The same square in the middle of every picture, of an area of about `share`: (B, 1, H, W)."""
    first, hole = centre_hole(side, share)
    mask = torch.zeros(count, 1, side, side, dtype=torch.bool, device=device)
    mask[:, :, first : first + hole, first : first + hole] = True
    return mask


def random_mask(count: int, side: int, share: float, rng: torch.Generator) -> Tensor:
    """A region of every picture grown from overlapping squares until it has `share` of its area.

    (B, 1, H, W). The squares lie in the picture and the last one may make the region larger than
    `share` by its own area.
    """
    sizes = (uniform(rng, (BLOCKS, count), *BLOCK) * side).round().clamp(1, side - 1)
    tops = (uniform(rng, (BLOCKS, count)) * (side - sizes + 1)).floor()
    lefts = (uniform(rng, (BLOCKS, count)) * (side - sizes + 1)).floor()
    place = torch.arange(side, device=rng.device)
    mask = torch.zeros(count, side, side, dtype=torch.bool, device=rng.device)
    for size, top, left in zip(sizes, tops, lefts):
        wanted = mask.float().mean(dim=(1, 2)) < share  # (B,)
        rows = (place >= top.unsqueeze(1)) & (place < (top + size).unsqueeze(1))  # (B, H)
        columns = (place >= left.unsqueeze(1)) & (place < (left + size).unsqueeze(1))
        mask |= rows.unsqueeze(2) & columns.unsqueeze(1) & wanted.view(-1, 1, 1)
    return mask.unsqueeze(1)


def erase(images: Tensor, mask: Tensor) -> Tensor:
    """The images (B, C, H, W) with each one's mean visible colour where the mask is True."""
    seen = ~mask
    colour = (images * seen).sum(dim=(2, 3), keepdim=True)
    colour = colour / seen.sum(dim=(2, 3), keepdim=True).clamp(min=1)
    return torch.where(mask, colour, images)
