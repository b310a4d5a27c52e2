"""Colour hints: small patches of a grey picture whose colour is told.

Zhang, Zhu, Isola, Geng, Lin, Yu and Efros, "Real-time user-guided image colorization with learned
deep priors", SIGGRAPH 2017, arXiv 1705.02999, section 3.2: how many, where and how large they are.
A batch of hints is (B, 3, H, W): a and b over `SCALE`, then 1 where a colour is told; 0 elsewhere.
"""

from __future__ import annotations

import torch
from torch import Tensor

from core.data.augment.draws import uniform

SCALE = 110.0  # the largest a or b of a colour that can be shown
MOST = 32  # hints that are drawn for a picture; more are rare
GOES_ON = 7 / 8  # chance that another one follows, so that there are 8 on average
SPREAD = 0.25  # of their places about the middle, as a share of the side
LARGEST = 1 / 16  # side of the largest patch drawn, as a share of the picture's


def boxes(places: Tensor, sides: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Squares about places (B, M, 2), x first, of whole sides (B, M), in pictures of `size` H, W.

    As rows (B, M, H) and columns (B, M, W) of 0 and 1; a side of 0 is an empty square.
    """
    found = []
    for axis, length in ((1, size[0]), (0, size[1])):
        first = places[..., axis] - (sides - 1).div(2, rounding_mode="floor")
        at = torch.arange(length, device=places.device)
        first = first.unsqueeze(-1)
        found.append(((at >= first) & (at < first + sides.unsqueeze(-1))).float())
    return found[0], found[1]


def painted(rows: Tensor, columns: Tensor, colours: Tensor) -> Tensor:
    """Squares with a colour (B, M, 2) of a and b each, as hints (B, 3, H, W).

    Where squares overlap, the mean of their colours is told.
    """
    told = torch.cat([colours / SCALE, torch.ones_like(colours[..., :1])], dim=2)  # (B, M, 3)
    laid = torch.einsum("bmh,bmw,bmc->bchw", rows, columns, told)
    return laid / laid[:, 2:].clamp(min=1.0)


def drawn(ab: Tensor, share: float, rng: torch.Generator) -> Tensor:
    """Hints (B, 3, H, W) at random about the true a and b (B, 2, H, W).

    A picture has any with the chance `share`; one at least then, their number geometric, their
    places Gaussian about the middle, each telling the mean colour of its patch.
    """
    count = len(ab)
    has = uniform(rng, (count, 1)) < share
    goes_on = uniform(rng, (count, MOST - 1)) < GOES_ON
    there = torch.cat([has, has & (goes_on.cumprod(dim=1) > 0)], dim=1)  # (B, M)
    return _told(ab, there, rng)


def some(ab: Tensor, number: int, rng: torch.Generator) -> Tensor:
    """Just so many hints (B, 3, H, W) for each picture, drawn like those of `drawn`."""
    there = torch.ones(len(ab), number, dtype=torch.bool, device=rng.device)
    return _told(ab, there, rng)


def _told(ab: Tensor, there: Tensor, rng: torch.Generator) -> Tensor:
    """Hints at random places about the true colours, those alone that are `there` (B, M)."""
    height, width = ab.shape[2:]
    size = torch.tensor([width, height], device=rng.device)
    places = torch.randn(*there.shape, 2, generator=rng, device=rng.device) * SPREAD + 0.5
    places = (places * size).floor().clamp(min=torch.zeros_like(size), max=size - 1)
    largest = max(2, round(LARGEST * min(height, width)))
    sides = 1 + (uniform(rng, tuple(there.shape)) * largest).floor()
    rows, columns = boxes(places.to(ab.device), (sides * there).to(ab.device), (height, width))
    area = (rows.sum(dim=2) * columns.sum(dim=2)).clamp(min=1.0).unsqueeze(2)
    colours = torch.einsum("bmh,bchw,bmw->bmc", rows, ab, columns) / area
    return painted(rows, columns, colours)
