"""What guidance buys and what it costs: accuracy and diversity of samples against its weight.

Ho and Salimans, "Classifier-free diffusion guidance", 2022, arXiv 2207.12598, on the features of
the small classifier that judges everything made from the same data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.abilities import Denoises
from core.data.imageset import DataError, ImageSet
from core.data.unit import unit
from core.evaluate.generative.classifier import CLASSES, Judge
from core.generative.denoising import able
from core.method import Method
from core.pictures import Curve, Line, Table
from core.progress import Progress
from core.randomness import generator

WEIGHTS = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0)
COUNT, STEPS = 100, 10  # samples of each weight, and steps of each
BATCH = 25
MOST_REAL = 2000

Arrays = NDArray[np.float32]


@dataclass(frozen=True)
class Guidance:
    """At each weight: how often the judge sees the class asked for, and how unlike samples are."""

    weights: tuple[float, ...]
    accuracy: tuple[float, ...]  # 0..1
    diversity: tuple[float, ...]  # spread within a class, 1 as of real pictures
    real: float  # the judge's accuracy on held-out pictures
    count: int
    steps: int
    step: int = 0  # of the training
    judge: str = ""

    def curve(self, weight: float | None = None) -> Curve:
        """Both against the weight, with the present weight marked."""
        x = np.array(self.weights)
        lines = {
            "accuracy": Line(x, np.array(self.accuracy)),
            "diversity (1: as real pictures)": Line(x, np.array(self.diversity)),
            "accuracy on real pictures": Line(x, np.full(len(x), self.real), dashed=True),
        }
        marks = {} if weight is None else {f"w = {weight:g}": weight}
        return Curve(lines, "weight of guidance", "", marks=marks)

    def table(self) -> Table:
        """A row a weight."""
        rows = list(zip(self.weights, self.accuracy, self.diversity))
        notes = f"{self.count} samples of {self.steps} steps at each weight; the judge is "
        return Table(("weight", "accuracy", "diversity"), rows, notes + self.judge)


@torch.no_grad()
def guidance(
    method: Method,
    data: ImageSet,
    judge: Judge,
    weights: Sequence[float] = WEIGHTS,
    count: int = COUNT,
    steps: int = STEPS,
    progress: Progress | None = None,
) -> Guidance:
    """Sample at every weight from the same noise, `count` pictures of classes in turn.

    Raises DataError where there are no classes to be asked for, or Cancelled out of `progress`.
    """
    progress, denoiser = progress or Progress(), able(method)
    if not getattr(method, "conditional", False) or judge.learns != CLASSES:
        raise DataError("guidance is towards a class; this run learned none, so there is nothing "
                        "to measure it by")  # fmt: skip
    labels = torch.arange(count) % len(method.data.classes)
    noise = torch.randn(
        (count, method.data.channels, method.data.side, method.data.side),
        generator=generator("guidance"),
    )
    real = data.held_out.images[:MOST_REAL]
    usual = spread(
        judge.features(unit(torch.from_numpy(np.array(real)))),
        np.asarray(data.held_out.labels[:MOST_REAL]),
    )
    accuracy, diversity = [], []
    for number, weight in enumerate(weights):
        done = number * count
        made = _made(denoiser, noise, labels, weight, steps, (progress, done, count * len(weights)))
        answers = judge.probabilities(made).argmax(axis=1)
        accuracy.append(float((answers == labels.numpy()).mean()))
        diversity.append(spread(judge.features(made), labels.numpy()) / usual)
    progress.update("Samples at every weight", count * len(weights), count * len(weights), "")
    return Guidance(tuple(weights), tuple(accuracy), tuple(diversity), judge.accuracy, count, steps,
                    judge=str(judge))  # fmt: skip


def spread(features: Arrays, labels: NDArray[np.integer]) -> float:
    """Mean distance of features (N, D) from the mean of their class; of all classes alike."""
    found = []
    for label in np.unique(labels):
        mine = features[labels == label].astype(np.float64)
        found.append(np.linalg.norm(mine - mine.mean(axis=0), axis=1).mean())
    return float(np.mean(found))


def _made(
    denoiser: Denoises,
    noise: torch.Tensor,
    labels: torch.Tensor,
    weight: float,
    steps: int,
    told: tuple[Progress, int, int],
) -> torch.Tensor:
    progress, before, total = told
    parts = []
    for start in range(0, len(noise), BATCH):
        progress.update("Samples at every weight", before + start, total, "samples")
        part = slice(start, start + BATCH)
        found = denoiser.denoise(noise[part], labels[part], weight, steps, keep=1)
        parts.append(unit(torch.from_numpy(found.made[..., : noise.shape[1]])))
    return torch.cat(parts).permute(0, 3, 1, 2).contiguous()
