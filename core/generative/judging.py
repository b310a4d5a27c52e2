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
SEEN = 1000  # real pictures that are looked at between two reports of progress
BINS = 40
PERCENT = 1  # below this percentile of held-out distances a sample counts as copied
Arrays = NDArray[np.float32]


@dataclass(frozen=True)
class Bench:
    """What samples are held against: their data, the judge, and what it sees in the real ones."""

    data: ImageSet
    judge: Judge
    held_out: Arrays  # (N, 64), N at most `USUAL`
    train: Arrays  # (M, 64)
    usual: dict[str, float]  # rate of each class, or attribute, of the held-out pictures
    far: Arrays  # (N,) of held-out pictures to the training picture nearest to each
    floors: dict[int, float] = field(default_factory=dict)  # samples -> FD of as many real ones

    def floor(self, count: int) -> float:
        """What `count` real training pictures score; found once."""
        if count not in self.floors:
            self.floors[count] = floor(self.train, self.held_out, count)
        return self.floors[count]


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
    return measured(made, bench_of(data, judge, progress), progress)[0]


def bench_of(data: ImageSet, judge: Judge, progress: Progress | None = None) -> Bench:
    """What samples of these data are held against, whoever made them."""
    progress = progress or Progress()
    held_out, train = data.held_out.images[:USUAL], data.train.images
    found, likely = [], []
    for what, pictures in (("held-out", held_out), ("training", train)):
        parts = []
        for start in range(0, len(pictures), SEEN):
            progress.update(f"Features of the {what} pictures", start, len(pictures), "pictures")
            images = unit(torch.from_numpy(np.array(pictures[start : start + SEEN])))
            parts.append(judge.features(images))
            if what == "held-out":
                likely.append(judge.probabilities(images))
        found.append(np.concatenate(parts))
    usual = _rates(judge, np.concatenate(likely))
    return Bench(data, judge, found[0], found[1], usual, _to_nearest(found[0], found[1]))


def measured(
    made: Tensor, bench: Bench, progress: Progress | None = None
) -> tuple[Quality, Histogram]:
    """What samples (N, C, H, W) in 0..1 score, and how far they are from what was learned from."""
    progress = progress or Progress()
    progress.update("Features of the samples", 0, 2, "parts")
    judge, found = bench.judge, bench.judge.features(made)
    progress.update("Comparing", 1, 2, "parts")
    few, far = slice(MOST_BALLS), _to_nearest(found, bench.train)
    scores = Quality(
        len(made),
        frechet(bench.held_out, found),
        bench.floor(len(made)),
        prdc(bench.held_out[few], found[few]),
        _rates(judge, judge.probabilities(made)),
        bench.usual,
        copied(far, bench.far),
        str(judge),
    )
    return scores, memorisation(far, bench.far)


def _rates(judge: Judge, likely: Arrays) -> dict[str, float]:
    """How often each class is the likeliest, or each attribute likely."""
    if judge.learns == ATTRIBUTES:
        shares = (likely > 0.5).mean(axis=0)
    else:
        shares = np.bincount(likely.argmax(axis=1), minlength=len(judge.names)) / len(likely)
    return {name: float(share) for name, share in zip(judge.names, shares)}


def copied(far: Arrays, usual: Arrays) -> float:
    """The share of samples nearer to a training picture than all but 1 % of held-out ones are.

    `far` (N,) and `usual` (M,) are the distances of both to the training picture nearest to each.
    About 0.01 of fresh real pictures do; far more is memorisation.
    """
    return float((far < np.percentile(usual, PERCENT)).mean())


def memorisation(far: Arrays, usual: Arrays) -> Histogram:
    """How far samples (N,) and held-out pictures (M,) are from what was learned from."""
    heaps = {"made": far, "held out": usual}
    edges = np.linspace(0, max(float(h.max()) for h in heaps.values()) or 1.0, BINS + 1)
    counts = {name: np.histogram(h, edges)[0] / len(h) for name, h in heaps.items()}
    return Histogram(
        edges, counts, "distance to the nearest training picture", "share of the pictures"
    )


def _to_nearest(features: Arrays, train: Arrays) -> Arrays:
    """The distance (N,) of the first features to the training picture nearest to each."""
    return nearest(features[:MOST_BALLS], train)[1][:, 0]


def neighbours(
    sample: Tensor, bench: Bench, k: int = 7
) -> dict[str, tuple[NDArray[np.int64], Arrays]]:
    """Positions (k,) of the training pictures nearest to a sample (C, H, W), near first, and how
    far they are: by "features" as the judge sees, by "pixels" in 0..1 as they are.
    """
    mine = bench.judge.features(sample.unsqueeze(0))
    where, far = nearest(mine, bench.train, k)
    flat = bench.data.train.images.reshape(len(bench.train), -1)
    apart = np.concatenate(
        [distances((sample.flatten() * 255).numpy()[None], flat[at : at + SEEN])[0]
         for at in range(0, len(flat), SEEN)]
    ) / np.float32(255)  # fmt: skip
    alike = np.argsort(apart, kind="stable")[:k]
    return {"features": (where[0], far[0]), "pixels": (alike, apart[alike])}


def modes_of(made: Tensor, data: ImageSet) -> Modes:
    """Which modes samples of a mixture found; raises ValueError where it has none."""
    centres = data.facts.get("centres", np.empty((0, 2)))
    return modes(made.reshape(-1, 2).numpy(), centres, float(data.facts.get("sigma", 0.0)))
