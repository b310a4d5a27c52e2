"""How good translations are: by their distance from the truth, or by what a classifier sees.

Where pairs are known, the error is told beside that of two answers that need no learning: the mean
of all partners, and the picture that was given. Where an attribute is to be changed, what counts is
whether a classifier sees it changed, and the other attributes as before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.abilities import Translates
from core.data.imageset import Pictures
from core.data.unit import unit
from core.evaluate.generative.classifier import Judge
from core.progress import Progress

_AT_ONCE = 64


@dataclass(frozen=True)
class Distance:
    """Of pictures from their truths, brightness in 0..1."""

    l1: float
    psnr: float  # dB, of the mean square over all pictures


@dataclass(frozen=True)
class Faithful:
    """Of translations whose truth is known, beside what costs nothing."""

    made: Distance
    mean: Distance  # of the mean partner of the training pictures, for every one
    identity: Distance  # of the picture that was given


@dataclass(frozen=True)
class Flipped:
    """Of pictures whose attribute was to change."""

    flipped: float  # share in which the classifier sees it changed
    kept: dict[str, float]  # share in which each other attribute is seen as it was


def translated(method: Translates, images: NDArray[np.uint8], progress: Progress | None = None,
               back: bool = False) -> Tensor:  # fmt: skip
    """Pictures (N, C, H, W) in the other domain, in 0..1."""
    progress, found = progress or Progress(), []
    with torch.no_grad():
        for start in range(0, len(images), _AT_ONCE):
            progress.update("Translating", start, len(images), "pictures")
            part = torch.from_numpy(np.ascontiguousarray(images[start : start + _AT_ONCE]))
            found.append(method.translate(unit(part), back).clamp(0, 1))
    return torch.cat(found)


def distance(made: Tensor, truth: Tensor) -> Distance:
    """Of pictures (N, C, H, W) from as many others, or from all of them one (1, C, H, W)."""
    error = made - truth
    square = max(float(error.square().mean()), 1e-12)
    return Distance(float(error.abs().mean()), float(-10 * np.log10(square)))


def faithful(method: Translates, train: Pictures, held_out: Pictures) -> Faithful:
    """How far translations of held-out pictures are from their partners; these must be known."""
    assert train.partners is not None
    assert held_out.partners is not None
    truth = unit(torch.from_numpy(np.ascontiguousarray(held_out.partners)))
    given = unit(torch.from_numpy(np.ascontiguousarray(held_out.images)))
    mean = torch.from_numpy(train.partners.mean(axis=0, dtype=np.float64) / 255).float()[None]
    return Faithful(
        distance(translated(method, held_out.images), truth),
        distance(mean.expand_as(truth), truth),
        distance(given, truth),
    )


def flipped(made: Tensor, had: NDArray[np.bool_], which: str, judge: Judge) -> Flipped:
    """What a classifier of attributes sees in translations of pictures that had some (N, A)."""
    seen = judge.probabilities(made) > 0.5
    same = (seen == had).mean(axis=0)
    at = judge.names.index(which)
    kept = {name: float(share) for name, share in zip(judge.names, same) if name != which}
    return Flipped(float(1 - same[at]), kept)
