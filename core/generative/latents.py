"""Ways through a latent space: between two latents, over a plane, back to where latents lie.

White, "Sampling generative networks", 2016, arXiv 1609.04468, for slerp. Latents are rows (..., Z)
of N(0, I); nearly all of them lie near a shell of radius √Z, which a straight line leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor

WAYS = ("slerp", "lerp")
PARALLEL = 1e-6  # sine of an angle below which there is no great circle to choose


def lerp(a: Tensor, b: Tensor, t: Tensor | float) -> Tensor:
    """(1 − t) a + t b, the straight line; `t` broadcasts against (..., 1)."""
    return (1 - t) * a + t * b


def slerp(a: Tensor, b: Tensor, t: Tensor | float) -> Tensor:
    """Along the great circle from a to b, the norm going evenly from that of a to that of b.

    Of latents in one direction, or in opposite ones, the straight line.
    """
    long_a, long_b = (x.norm(dim=-1, keepdim=True).clamp(min=1e-12) for x in (a, b))
    one, other = a / long_a, b / long_b
    angle = (one * other).sum(dim=-1, keepdim=True).clamp(-1, 1).acos()
    sine = angle.sin()
    safe = sine.clamp(min=PARALLEL)
    turned = ((1 - t) * angle).sin() / safe * one + (t * angle).sin() / safe * other
    return torch.where(sine < PARALLEL, lerp(a, b, t), turned * lerp(long_a, long_b, t))


def between(way: str) -> Callable[[Tensor, Tensor, Tensor | float], Tensor]:
    """The function of that name; raises ValueError for another."""
    if way not in WAYS:
        raise ValueError(f"there is no way {way!r} between latents; there are {', '.join(WAYS)}")
    return slerp if way == "slerp" else lerp


def path(stops: Tensor, count: int, way: str = "slerp", closed: bool = False) -> Tensor:
    """`count` latents from each of the stops (N, Z) to the next, then the last one: (M, Z).

    A closed path ends where it began. Raises ValueError for fewer than two stops.
    """
    if len(stops) < 2 or count < 1:
        raise ValueError(
            f"a path of {count} latents a piece through {len(stops)} stops; it needs two "
            "stops, and one latent a piece, at least"
        )
    step = between(way)
    stops = torch.cat([stops, stops[:1]]) if closed else stops
    t = (torch.arange(count, device=stops.device) / count).unsqueeze(1)  # (count, 1)
    pieces = [step(a, b, t) for a, b in pairwise(stops)]
    return torch.cat([*pieces, stops[-1:]])


def on_plane(three: Tensor, at: Tensor) -> Tensor:
    """Latents (B, Z) of the plane through three (3, Z): the first is (0, 0), the second (1, 0),
    the third (0, 1); `at` is (B, 2).
    """
    right, up = three[1] - three[0], three[2] - three[0]
    return three[0] + at[:, :1] * right + at[:, 1:] * up


def between_seeds(x: float, y: float, latent_of: Callable[[int, int], Tensor]) -> Tensor:
    """The latent (Z,) of a place on an endless board with one drawn at each whole (column, row).

    A bilinear blend of the four around, divided by the root of the summed squares of its weights,
    so that everywhere is N(0, I).
    """
    left, low = int(x // 1), int(y // 1)
    right, high = x - left, y - low
    found: Tensor | None = None
    squares = 0.0
    for column, across in ((left, 1 - right), (left + 1, right)):
        for row, along in ((low, 1 - high), (low + 1, high)):
            weight = across * along
            if weight:
                part = weight * latent_of(column, row)
                found = part if found is None else found + part
                squares += weight**2
    assert found is not None
    return found / squares**0.5


def truncated(latents: Tensor, share: float, centre: Tensor | None = None) -> Tensor:
    """Drawn towards the centre, by default 0, to a share of the distance: the truncation trick."""
    return share * latents if centre is None else lerp(centre, latents, share)


def on_shell(latents: Tensor) -> Tensor:
    """The same directions at the radius √Z that latents of N(0, I) have."""
    radius = latents.shape[-1] ** 0.5
    return latents * (radius / latents.norm(dim=-1, keepdim=True).clamp(min=1e-12))


def stops_of(seeds: Sequence[int], draw: Callable[[int], Tensor]) -> Tensor:
    """One latent a seed, (N, Z), by a function that draws one (1, Z) of a seed."""
    return torch.cat([draw(seed) for seed in seeds])
