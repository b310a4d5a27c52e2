"""Which classes each method tells apart: accuracy of the linear probe on each, mean over seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core import registry
from core.comparison.book import Comparison
from core.comparison.results import reports_of
from core.evaluate.label_curve import percent
from core.evaluate.report import RAW, THIS, Report
from core.pictures import Floats, Matrix, Table
from core.runs import RunStore

ALL = "all"  # of them together
NOTES = "Accuracy in percent of a linear probe on the last stage, mean ± deviation over seeds."


@dataclass(frozen=True)
class PerClass:
    """Accuracies (0..1) by title: one row a seed, one column a class and the first for all."""

    classes: Sequence[str]
    shares: Mapping[str, Floats]  # title -> (seeds, 1 + classes), NaN for a class without pictures

    @property
    def columns(self) -> list[str]:
        return [ALL, *self.classes]

    def means(self) -> Floats:
        """(methods, 1 + classes)."""
        return np.stack([found.mean(axis=0) for found in self.shares.values()])

    def matrix(self, by: str = ALL) -> Matrix:
        """In percent, a row a method, the best of a column first."""
        means, titles = self.means(), list(self.shares)
        order = np.argsort(
            -np.nan_to_num(means[:, self.columns.index(by)], nan=-1.0), kind="stable"
        )
        rows = [titles[at] for at in order]
        said = "accuracy of the linear probe in percent, mean over seeds"
        return Matrix(100 * means[order], rows, self.columns, "", "class", said)

    def table(self) -> Table:
        """One row a method, "mean ± deviation" in percent."""
        rows = []
        for title, found in self.shares.items():
            spreads = found.std(axis=0, ddof=1) if len(found) > 1 else [None] * len(found[0])
            cells = zip(found.mean(axis=0), spreads, strict=True)
            rows.append([title, *(_said(float(mean), spread) for mean, spread in cells)])
        return Table(["method", *self.columns], rows, NOTES)


def per_class(comparison: Comparison, store: RunStore) -> PerClass | None:
    """What is known so far; None where no linear probe was judged."""
    shares: dict[str, list[Floats]] = {}
    pixels: list[Floats] = []
    classes: Sequence[str] = ()
    for entry in comparison.entries:
        report = reports_of(store, entry).get("linear")
        if report is None:
            continue
        classes = report.classes
        title = registry.note(entry.method).title
        shares.setdefault(title, []).append(_shares(report, THIS))
        if RAW in report.confusions:
            pixels = [_shares(report, RAW)]
    if not shares:
        return None
    if pixels:
        shares["Raw pixels"] = pixels
    return PerClass(classes, {title: np.stack(found) for title, found in shares.items()})


def _shares(report: Report, name: str) -> Floats:
    """The share of right answers over all, then of each true class."""
    counts = np.array(report.confusions[name], dtype=float)  # (true, predicted)
    right, asked = counts.diagonal(), counts.sum(axis=1)
    each = np.full(len(asked), np.nan)
    np.divide(right, asked, out=each, where=asked > 0)
    return np.concatenate([[right.sum() / max(1.0, asked.sum())], each])


def _said(mean: float, spread: float | None) -> str:
    return "" if np.isnan(mean) else percent(mean, spread)
