"""Accuracy against the number of labels a class: drawing the labels, and the curve they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.pictures import Curve, Line, Table

# A whole number is labels a class, a float the share of every class, None every label there is.
Amount = int | float | None

COUNTS: tuple[Amount, ...] = (1, 2, 5, 10, 20, 50, 100, None)
SHARES: tuple[Amount, ...] = (0.01, 0.1, 1.0)


def draw(labels: NDArray[np.int64], amount: Amount, seed: int) -> NDArray[np.int64]:
    """Positions of so many pictures of every class, by the seed alone.

    A class that is smaller than the count gives all it has; of a share every class gives at least
    one. Draws of one seed are nested: the five labels a class contain the one. In this way a
    curve's steps are due to the labels that are added, not to other luck.
    """
    order = np.random.default_rng(seed).permutation(len(labels))
    chosen = []
    for label in np.unique(labels[labels >= 0]):
        mine = order[labels[order] == label]
        count = max(1, round(amount * len(mine))) if isinstance(amount, float) else amount
        chosen.append(mine[:count])
    return np.sort(np.concatenate(chosen)) if chosen else np.empty(0, dtype=np.int64)


def usable(counts: Sequence[Amount], labels: NDArray[np.int64]) -> list[Amount]:
    """The counts, less those that ask for at least as many labels as the largest class has."""
    most = int(np.bincount(labels[labels >= 0]).max())
    return [c for c in counts if c is None or isinstance(c, float) or c < most]


def named(amount: Amount) -> str:
    """An amount as a column names it: "1 label", "5 labels", "10 % of labels", "all labels"."""
    if amount is None:
        return "all labels"
    if isinstance(amount, float):
        return f"{100 * amount:g} % of labels"
    return f"{amount} label{'s' * (amount > 1)}"


@dataclass(frozen=True)
class LabelCurve:
    """Accuracies by number of labels a class, for several ways of learning from them."""

    title: str
    counts: Sequence[Amount]
    all_labels: float  # how many a class that is, on average
    accuracies: Mapping[str, Sequence[Sequence[float]]]  # way -> [count][seed], 0..1
    note: str = ""

    def labels(self, amount: Amount) -> float:
        """How many labels a class that is, on average."""
        if amount is None:
            return self.all_labels
        return max(1.0, amount * self.all_labels) if isinstance(amount, float) else amount

    def mean(self, way: str) -> NDArray[np.float64]:
        """Mean accuracy over the seeds at each count."""
        return np.array([np.mean(scores) for scores in self.accuracies[way]])

    def spread(self, way: str) -> NDArray[np.float64]:
        """Standard deviation over the seeds at each count; 0 where there was one."""
        return np.array([np.std(s, ddof=1) if len(s) > 1 else 0.0 for s in self.accuracies[way]])

    def curve(self) -> Curve:
        """Accuracy in percent over labels a class, one line a way."""
        x = np.array([self.labels(count) for count in self.counts])
        lines = {w: Line(x, 100 * self.mean(w), 100 * self.spread(w)) for w in self.accuracies}
        return Curve(lines, "labels a class", "accuracy on held-out pictures (%)", log_x=True)

    def table(self) -> Table:
        """One row a way, one column a count, "mean ± deviation" in percent."""
        columns = ["", *(named(count) for count in self.counts)]
        rows = []
        for way in self.accuracies:
            cells = zip(self.mean(way), self.spread(way), self.accuracies[way], strict=True)
            rows.append([way, *(percent(m, s if len(a) > 1 else None) for m, s, a in cells)])
        return Table(columns, rows, self.note)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "title": self.title,
            "counts": list(self.counts),
            "all_labels": self.all_labels,
            "accuracies": {w: [list(s) for s in a] for w, a in self.accuracies.items()},
            "note": self.note,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> LabelCurve:
        """The curve that `to_dict` wrote."""
        return cls(**values)


def percent(mean: float, spread: float | None = None) -> str:
    """A share as "81.2", or as "81.2 ± 0.9" with its deviation, in percent."""
    shown = f"{100 * mean:.1f}"
    return shown if spread is None else f"{shown} ± {100 * spread:.1f}"
