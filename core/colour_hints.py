"""Colours that a person tells of places of a grey picture, and what a method makes of them.

A question to an observer, as those of `core.questions` are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.abilities import Colours
from core.data.augment.hints import boxes, painted
from core.data.augment.lab import to_lab, to_rgb
from core.method import Look, Method
from core.pictures import Floats, Images
from core.questions import CannotAnswer

Rgb = tuple[int, int, int]  # 0..255


@dataclass(frozen=True)
class Hint:
    """One place whose colour is told: a square of `side` pixels about x, y."""

    x: int
    y: int
    colour: Rgb  # its lightness says nothing: that of the picture stays
    side: int = 2


@dataclass(frozen=True)
class Likely:
    """What may be at one place, likeliest first; of the lightness that the picture has there."""

    place: tuple[int, int]
    colours: Images  # (K, 3)
    chances: Floats  # (K,)


@dataclass(frozen=True)
class Colouring:
    """A picture, grey, coloured with hints, and in its true colours; and what may be at a place."""

    given: Images  # (H, W, 3)
    made: Images
    truth: Images
    captions: Sequence[str]  # of the three
    distance: float  # mean distance of the colours from the true ones, in units of Lab
    unhinted: float  # the same without any hint
    likely: Likely | None


def colouring(
    hints: Sequence[Hint], at: int = 0, place: tuple[int, int] | None = None
) -> Callable[[Method, Look], Colouring]:
    """The picture at a position, coloured with these hints; what may be at `place` with them.

    Raises ValueError where a hint lies beside the picture.
    """

    def ask(method: Method, look: Look) -> Colouring:
        if not isinstance(method, Colours):
            raise CannotAnswer(f"{type(method).__name__} colours no picture")
        if not len(look.images):
            raise ValueError("there is no such picture; choose another one")
        at_most = min(at, len(look.images) - 1)
        image = look.images[at_most : at_most + 1]
        told = as_tensor(hints, image)
        plain = method.colour(image)
        found = method.colour(image, told) if hints else plain
        return Colouring(
            found.given[0],
            found.made[0],
            found.truth[0],
            found.captions,
            _distance(found.made, found.truth),
            _distance(plain.made, plain.truth),
            None if place is None else _likely(method, image, told, place),
        )

    return ask


def as_tensor(hints: Sequence[Hint], image: Tensor) -> Tensor:
    """Hints (1, 3, H, W) for a picture (1, 3, H, W), the later ones over the earlier."""
    height, width = image.shape[2:]
    told = image.new_zeros(1, 3, height, width)
    for hint in hints:
        if not (0 <= hint.x < width and 0 <= hint.y < height):
            raise ValueError(
                f"the hint at {hint.x}, {hint.y} lies beside the picture, which is "
                f"{width} x {height}"
            )
        ab = _lab([hint.colour]).to(image)[:, 1:]
        place = torch.tensor([[[hint.x, hint.y]]], device=image.device)
        rows, columns = boxes(place, place.new_tensor([[hint.side]]), (height, width))
        one = painted(rows, columns, ab[None])
        told = torch.where(one[:, 2:] > 0, one, told)
    return told


def _lab(colours: Sequence[Rgb]) -> Tensor:
    """Colours as L, a, b (N, 3)."""
    pixels = torch.tensor(colours, dtype=torch.float32) / 255.0
    return to_lab(pixels[:, :, None, None])[:, :, 0, 0]


def _distance(made: Images, truth: Images) -> float:
    lab = [to_lab(torch.from_numpy(x).permute(0, 3, 1, 2) / 255.0)[:, 1:] for x in (made, truth)]
    return float((lab[0] - lab[1]).norm(dim=1).mean())


def _likely(method: Colours, image: Tensor, told: Tensor, place: tuple[int, int]) -> Likely:
    height, width = image.shape[2:]
    x, y = min(max(place[0], 0), width - 1), min(max(place[1], 0), height - 1)
    ab, chances = method.likely_colours(image, told, (x, y))
    light = to_lab(image)[0, :1, y, x].expand(len(ab), 1)
    shown = to_rgb(torch.cat([light, ab], dim=1)[:, :, None, None])[:, :, 0, 0]
    colours = (shown * 255).round().to(torch.uint8).cpu().numpy()
    return Likely((x, y), colours, np.asarray(chances.cpu().numpy(), np.float64))
