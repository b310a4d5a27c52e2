"""Accuracy against the number of labels a class: drawing the labels, and the curve they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.pictures import Curve, Line, Table

COUNTS: tuple[int | None, ...] = (1, 5, 10, 20, 50, 100, None)  # None: every label there is


def draw(labels: NDArray[np.int64], per_class: int | None, seed: int) -> NDArray[np.int64]:
    """Positions of `per_class` pictures of every class (all of a smaller one), by the seed alone.

    Draws of one seed are nested: the five labels a class contain the one. In this way a curve's
    steps are due to the labels that are added, not to other luck.
    """
    order = np.random.default_rng(seed).permutation(len(labels))
    classes = np.unique(labels[labels >= 0])
    chosen = [order[labels[order] == label][:per_class] for label in classes]
    return np.sort(np.concatenate(chosen)) if chosen else np.empty(0, dtype=np.int64)


def usable(counts: Sequence[int | None], labels: NDArray[np.int64]) -> list[int | None]:
    """The counts, less those that ask for at least as many labels as the largest class has."""
    most = int(np.bincount(labels[labels >= 0]).max())
    return [count for count in counts if count is None or count < most]


@dataclass(frozen=True)
class LabelCurve:
    """Accuracies by number of labels a class, for several ways of learning from them."""

    title: str
    counts: Sequence[int | None]  # labels a class; None is all
    all_labels: float  # how many a class that is, on average
    accuracies: Mapping[str, Sequence[Sequence[float]]]  # way -> [count][seed], 0..1
    note: str = ""

    def mean(self, way: str) -> NDArray[np.float64]:
        """Mean accuracy over the seeds at each count."""
        return np.array([np.mean(scores) for scores in self.accuracies[way]])

    def spread(self, way: str) -> NDArray[np.float64]:
        """Standard deviation over the seeds at each count; 0 where there was one."""
        return np.array([np.std(s, ddof=1) if len(s) > 1 else 0.0 for s in self.accuracies[way]])

    def curve(self) -> Curve:
        """Accuracy in percent over labels a class, one line a way."""
        x = np.array([self.all_labels if count is None else count for count in self.counts])
        lines = {w: Line(x, 100 * self.mean(w), 100 * self.spread(w)) for w in self.accuracies}
        return Curve(lines, "labels a class", "accuracy on held-out pictures (%)", log_x=True)

    def table(self) -> Table:
        """One row a way, one column a count, "mean ± deviation" in percent."""
        columns = ["", *("all" if c is None else str(c) for c in self.counts)]
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
