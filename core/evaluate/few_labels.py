"""Few labels: a linear classifier on frozen features, fitted to n labels a class.

The penalty is fixed, for one label a class leaves none to choose it on: half the squared weights
are added to the summed cross-entropy. Features are standardised by the whole training set, whose
pictures are known even where their labels are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from core.evaluate.features import Features
from core.evaluate.label_curve import COUNTS, Amount, LabelCurve, draw, usable
from core.evaluate.linear_probe import fit, predict, scaler_of
from core.progress import Progress

NOTE = (
    "Linear classifier on frozen features, penalty fixed, mean ± standard deviation over draws "
    "of the labels."
)


def few_labels(
    representations: Mapping[str, Sequence[Features]],
    seeds: Sequence[int],
    progress: Progress | None = None,
    *,
    counts: Sequence[Amount] = COUNTS,
    stage: str | None = None,
    device: torch.device | str = "cpu",
) -> LabelCurve:
    """The curve of each representation, on `stage` where it has it and on its last otherwise.

    `seeds` are draws of the labels, the same for all. A representation may come as one network's
    features or as several networks', taken in turn. With all labels and one network there is
    nothing to draw, and one fit is made.
    """
    progress = progress or Progress()
    first = next(iter(representations.values()))[0]
    counts = usable(counts, first.train_labels)
    accuracies: dict[str, list[list[float]]] = {}
    done = 0
    for name, networks in representations.items():
        problems = [_Problem(f, stage, device) for f in networks]
        accuracies[name] = []
        for count in counts:
            draws = seeds[: len(networks)] if count is None else seeds
            each = [problems[i % len(problems)].run(count, s) for i, s in enumerate(draws)]
            accuracies[name].append(each)
            done += 1
            progress.update("Few labels", done, len(representations) * len(counts), "points")
    average = len(first.train_labels) / len(np.unique(first.train_labels))
    return LabelCurve("Few labels", counts, average, accuracies, NOTE)


class _Problem:
    """Standardised features of one network, to be learned from again and again."""

    def __init__(self, features: Features, stage: str | None, device: torch.device | str) -> None:
        name = stage if stage in features.stages else features.stages[-1]
        scale = scaler_of(features.train[name], device)
        self.x, self.held_out = scale(features.train[name]), scale(features.held_out[name])
        self.y = torch.from_numpy(features.train_labels).to(device)
        self.features = features

    def run(self, count: Amount, seed: int) -> float:
        """Held-out accuracy after `count` labels a class, drawn by the seed."""
        drawn = draw(self.features.train_labels, count, seed)
        chosen = torch.from_numpy(drawn).to(self.y.device)
        classes = len(self.features.classes)
        weights = fit(self.x[chosen], self.y[chosen], classes, penalty=1.0 / len(drawn))
        return float((predict(weights, self.held_out) == self.features.held_out_labels).mean())
