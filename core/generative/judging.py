"""How good what a method generates is: against held-out data, and beside what real data score."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.abilities import Generates
from core.data.imageset import ImageSet
from core.data.unit import unit
from core.evaluate.generative.classifier import ATTRIBUTES, Judge
from core.evaluate.generative.frechet import floor, frechet
from core.evaluate.generative.modes import Modes, modes
from core.evaluate.generative.prdc import PRDC, distances, nearest, prdc
from core.pictures import Histogram, Table
from core.progress import Progress
from core.randomness import generator

USUAL = 2000  # samples; distances of other numbers of samples are not to be compared
MOST_BALLS = 1000  # features of each kind that precision and recall are measured on
BATCH = 100
BINS = 40
PERCENT = 1  # below this percentile of held-out distances a sample counts as copied
Arrays = NDArray[np.float32]


@dataclass(frozen=True)
class Quality:
    """What samples score; `floor` is what as many real training pictures score."""

    count: int
    distance: float  # the Fréchet distance to the held-out pictures
    floor: float
    balls: PRDC
    rates: dict[str, float] = field(default_factory=dict)  # of each class, or attribute, in 0..1
    usual: dict[str, float] = field(default_factory=dict)  # the same of real pictures
    copied: float = 0.0  # share nearer to a training picture than 1 % of held-out ones are
    judge: str = ""

    def table(self) -> Table:
        """All of it in rows."""
        rows: list[tuple[str, str | float, str | float]] = [
            ("FD", self.distance, self.floor),
            ("precision", self.balls.precision, ""),
            ("recall", self.balls.recall, ""),
            ("density", self.balls.density, ""),
            ("coverage", self.balls.coverage, ""),
            ("copied", self.copied, PERCENT / 100),
            *[(f"rate of {n}", rate, self.usual[n]) for n, rate in self.rates.items()],
        ]
        notes = (
            f"{self.count:,} samples. FD is the Fréchet distance on features of {self.judge}; "
            "it is no FID, and compares only with figures of the same data and as many samples."
        )
        return Table(("measure", "made", "real"), rows, notes)


@torch.no_grad()
def samples(
    method: Generates, count: int, progress: Progress | None = None, raw: bool = False
) -> Tensor:
    """`count` samples (N, C, H, W), the same at every call; of classes each in turn."""
    progress, rng = progress or Progress(), generator("judged samples")
    latents = method.draw(count, rng)
    names = method.data.classes if method.conditional else ()  # type: ignore[attr-defined]
    labels = torch.arange(count) % len(names) if names else None
    parts = []
    for start in range(0, count, BATCH):
        progress.update("Making samples", start, count, "samples")
        part = slice(start, start + BATCH)
        parts.append(
            method.generate(latents[part], None if labels is None else labels[part], raw=raw)
        )
    progress.update("Making samples", count, count, "samples")
    return torch.cat(parts)


def quality(
    made: Tensor, data: ImageSet, judge: Judge, progress: Progress | None = None
) -> Quality:
    """What samples (N, C, H, W) in 0..1 score against the held-out pictures of their data."""
    progress = progress or Progress()
    progress.update("Features of the samples", 0, 3, "parts")
    found = judge.features(made)
    progress.update("Features of the held-out pictures", 1, 3, "parts")
    held_out, train = features_of(data, judge)
    progress.update("Comparing", 2, 3, "parts")
    few = slice(MOST_BALLS)
    real = judge.probabilities(unit(torch.from_numpy(np.array(data.held_out.images[:USUAL]))))
    return Quality(
        len(made),
        frechet(held_out, found),
        floor(train, held_out, len(made)),
        prdc(held_out[few], found[few]),
        _rates(judge, judge.probabilities(made)),
        _rates(judge, real),
        copied(found[few], held_out[few], train),
        str(judge),
    )


def features_of(data: ImageSet, judge: Judge) -> tuple[Arrays, Arrays]:
    """Features (N, 64) of the held-out and of the training pictures, at most `USUAL` of the one."""
    held_out, train = data.held_out.images[:USUAL], data.train.images
    found = [judge.features(unit(torch.from_numpy(np.array(p)))) for p in (held_out, train)]
    return found[0], found[1]


def _rates(judge: Judge, likely: Arrays) -> dict[str, float]:
    """How often each class is the likeliest, or each attribute likely."""
    if judge.learns == ATTRIBUTES:
        shares = (likely > 0.5).mean(axis=0)
    else:
        shares = np.bincount(likely.argmax(axis=1), minlength=len(judge.names)) / len(likely)
    return {name: float(share) for name, share in zip(judge.names, shares)}


def copied(found: Arrays, held_out: Arrays, train: Arrays) -> float:
    """The share of samples that lie nearer to a training picture than all but 1 % of held-out ones.

    About 0.01 of fresh real pictures do; far more is memorisation.
    """
    usual, mine = nearest(held_out, train)[1][:, 0], nearest(found, train)[1][:, 0]
    return float((mine < np.percentile(usual, PERCENT)).mean())


def memorisation(found: Arrays, held_out: Arrays, train: Arrays) -> Histogram:
    """How far samples and held-out pictures are from the training picture nearest to them."""
    heaps = {"made": nearest(found, train)[1][:, 0], "held out": nearest(held_out, train)[1][:, 0]}
    edges = np.linspace(0, max(float(h.max()) for h in heaps.values()) or 1.0, BINS + 1)
    counts = {name: np.histogram(h, edges)[0] / len(h) for name, h in heaps.items()}
    return Histogram(
        edges, counts, "distance to the nearest training picture", "share of the pictures"
    )


def neighbours(sample: Tensor, data: ImageSet, judge: Judge, k: int = 7) -> dict[str, list[int]]:
    """Positions of the training pictures nearest to a sample (C, H, W), near first: two ways.

    "features" as the judge sees, "pixels" as they are.
    """
    mine = judge.features(sample.unsqueeze(0))
    in_features = nearest(mine, features_of(data, judge)[1], k)[0][0]
    flat = data.train.images.reshape(len(data.train), -1)
    apart = np.concatenate(
        [distances((sample.flatten() * 255).numpy()[None], flat[at : at + 1000])[0]
         for at in range(0, len(flat), 1000)]
    )  # fmt: skip
    in_pixels = np.argsort(apart, kind="stable")[:k]
    return {"features": in_features.tolist(), "pixels": in_pixels.tolist()}


def modes_of(made: Tensor, data: ImageSet) -> Modes:
    """Which modes samples of a mixture found; raises ValueError where it has none."""
    centres = data.facts.get("centres", np.empty((0, 2)))
    return modes(made.reshape(-1, 2).numpy(), centres, float(data.facts.get("sigma", 0.0)))
