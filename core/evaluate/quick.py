"""A judgement cheap enough to be made while a network trains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import nn

from core.data.imageset import ImageSet, Pictures
from core.evaluate.features import device_of, encode
from core.evaluate.knn import knn
from core.evaluate.linear_probe import linear_probe
from core.evaluate.spectrum import spectrum
from core.progress import Progress

TRAIN, HELD_OUT = 1500, 500  # pictures
PENALTY = 1e-3  # of the linear probe: choosing it would cost six fits
ITERATIONS = 50


@dataclass(frozen=True)
class QuickScore:
    """How good the last stage's features are now; accuracies are None without labels."""

    knn: float | None
    linear: float | None
    effective_rank: float
    deviation: float  # see `Spectrum`

    def scalars(self) -> dict[str, float]:
        """What is known: accuracies, by the names the curves show; without labels the rank."""
        if self.knn is None:
            return {"effective rank": self.effective_rank}
        named = {
            "kNN": self.knn,
            "linear probe": self.linear,
        }
        return {name: value for name, value in named.items() if value is not None}


def quick(encoder: nn.Module, data: ImageSet, progress: Progress | None = None) -> QuickScore:
    """Judge the last stage on at most 1,500 + 500 pictures, always the same ones."""
    progress = progress or Progress()
    train, held_out = some(data.train, TRAIN), some(data.held_out, HELD_OUT)
    both = encode(encoder, np.concatenate([train.images, held_out.images]), progress)
    last = list(both.values())[-1]
    fill = spectrum(last)
    if not len(train.labels[train.labels >= 0]) or not len(held_out.labels[held_out.labels >= 0]):
        return QuickScore(None, None, fill.effective_rank, fill.deviation)
    x, known = last[: len(train)], train.labels >= 0
    judged, asked = last[len(train) :], held_out.labels >= 0
    arrays = x[known], train.labels[known], judged[asked], held_out.labels[asked], len(data.classes)
    device = device_of(encoder)
    votes = knn(*arrays, device=device, progress=progress)
    probe = linear_probe(*arrays, penalty=PENALTY, iterations=ITERATIONS, device=device)
    return QuickScore(votes.accuracy(), probe.accuracy, fill.effective_rank, fill.deviation)


def some(pictures: Pictures, most: int) -> Pictures:
    """At most so many pictures, always the same ones."""
    chosen = np.sort(np.random.default_rng(0).permutation(len(pictures))[:most])
    return Pictures(pictures.images[chosen], np.asarray(pictures.labels)[chosen])
