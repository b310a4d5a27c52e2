"""Questions of a drawing board: what is made of a picture that a person draws, or of one looked at.

Each is a function of (method, look) that an observer answers; see core.questions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.abilities import Translates
from core.data.unit import unit
from core.method import Look, Method
from core.pictures import Images, as_images

LUMA = (0.299, 0.587, 0.114)  # of red, green and blue in a grey picture (ITU-R BT.601)


@dataclass(frozen=True)
class Translation:
    """A picture, what it is in the other domain, and that led back where there is a way."""

    given: Images  # (H, W, 3)
    made: Images
    again: Images | None
    both_ways: bool


def translating(
    drawn: Images | None, at: int = 0, back: bool = False
) -> Callable[[Method, Look], Translation]:
    """Of a drawing (H, W, 3), or where there is none of the looked-at picture `at`.

    `back` leads from the second domain to the first; the looked-at pictures are partners then.
    """

    def ask(method: Method, look: Look) -> Translation:
        if not isinstance(method, Translates):
            raise TypeError(f"{type(method).__name__} does not translate pictures")
        turned = back and method.both_ways
        pictures = look.partners if turned and look.partners is not None else look.images
        given = pictures[at : at + 1] if drawn is None else as_batch(drawn, pictures.shape[1])
        made = method.translate(given, turned)
        again = method.translate(made, not turned) if method.both_ways else None
        return Translation(
            as_images(given.cpu().numpy())[0],
            as_images(made.cpu().numpy())[0],
            None if again is None else as_images(again.cpu().numpy())[0],
            method.both_ways,
        )

    return ask


def as_batch(drawn: Images, channels: int) -> Tensor:
    """A drawing (H, W, 3) as a batch (1, C, H, W) in 0..1."""
    pixels = unit(torch.from_numpy(np.ascontiguousarray(drawn.transpose(2, 0, 1)))[None])
    if channels == 3:
        return pixels
    weights = torch.tensor(LUMA).view(1, 3, 1, 1)
    return (pixels * weights).sum(dim=1, keepdim=True)
