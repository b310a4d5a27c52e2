"""What a comparison found: one row a method, mean and spread over its seeds.

Which stage of a network is reported is chosen on one half of the held-out pictures and judged on
the other, so that a network with more stages to choose from has no advantage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core import registry
from core.comparison.book import Comparison
from core.comparison.plan import RANDOM
from core.evaluate.label_curve import LabelCurve, percent
from core.evaluate.protocols import PROTOCOLS
from core.evaluate.report import RAW, THIS, Report, Score
from core.pictures import Curve, Line, Table
from core.runs import RunError, RunStore

RANKED_BY = "linear probe"
CLEAR = 2.0  # pooled spreads that a method must be ahead by


@dataclass(frozen=True)
class Row:
    """One method: for every column the accuracy (0..1) of each seed."""

    method: str
    title: str
    values: Mapping[str, Sequence[float]]
    stages: Mapping[str, str]  # column -> the stage that was chosen
    steps: float = 0.0  # mean over the seeds
    seconds: float = 0.0
    seeds: int = 0
    failed: str = ""

    def mean(self, column: str) -> float:
        """NaN where it was not judged."""
        found = self.values.get(column, ())
        return float(np.mean(found)) if len(found) else float("nan")

    def spread(self, column: str) -> float | None:
        """Standard deviation over the seeds; None where there are fewer than two."""
        found = self.values.get(column, ())
        return float(np.std(found, ddof=1)) if len(found) > 1 else None


@dataclass(frozen=True)
class Results:
    """All rows, and the curves of accuracy over labels: title -> (labels a class, accuracies)."""

    columns: Sequence[str]
    rows: Sequence[Row]
    curves: Mapping[str, Sequence[LabelCurve]]  # a row's title -> one for each seed
    note: str

    def row(self, method: str) -> Row | None:
        return next((row for row in self.rows if row.method == method), None)

    def ahead(self, row: Row, column: str) -> bool | None:
        """Whether a method is ahead of the random network by more than twice the pooled spread.

        None where either was not judged, or too few seeds leave no spread.
        """
        random = self.row(RANDOM)
        if random is None or row.method == RANDOM:
            return None
        spreads = row.spread(column), random.spread(column)
        if None in spreads:
            return None
        pooled = float(np.sqrt(np.mean(np.square(np.array(spreads, dtype=float)))))
        return row.mean(column) - random.mean(column) > CLEAR * pooled

    def table(self, by: str | None = None) -> Table:
        """In percent, best first by a column; a star where it is clearly ahead of random."""
        by = by or next((c for c in self.columns if c == RANKED_BY), self.columns[0])
        ranked = sorted(self.rows, key=lambda r: -np.nan_to_num(r.mean(by), nan=-1.0))
        rows = [
            [
                row.title,
                *(self._cell(row, column) for column in self.columns),
                f"{row.steps:,.0f}" if row.steps else "",
                f"{row.seconds:.0f}" if row.seconds else "",
                row.seeds or "",
            ]
            for row in ranked
        ]
        return Table(["method", *self.columns, "steps", "seconds", "seeds"], rows, self.note)

    def _cell(self, row: Row, column: str) -> str:
        if row.failed and not row.values.get(column):
            return "failed"
        if not row.values.get(column):
            return ""
        shown = percent(row.mean(column), row.spread(column))
        return shown + (" *" if self.ahead(row, column) else "")

    def label_curve(self) -> Curve | None:
        """Accuracy over labels a class, one line a method; None where it was not judged."""
        lines = {}
        for title, curves in self.curves.items():
            x = [curves[0].all_labels if c is None else c for c in curves[0].counts]
            means = np.array([_means(curve) for curve in curves])  # (seeds, counts)
            spread = means.std(axis=0, ddof=1) if len(means) > 1 else np.zeros(len(x))
            lines[title] = Line(np.array(x, dtype=float), 100 * means.mean(axis=0), 100 * spread)
        if not lines:
            return None
        return Curve(lines, "labels a class", "accuracy on held-out pictures (%)", log_x=True)


def results(comparison: Comparison, store: RunStore) -> Results:
    """What is known so far: of every entry that was judged."""
    reports: dict[str, list[Report]] = {}
    raw: list[Report] = []
    failed: dict[str, str] = {}
    for entry in comparison.entries:
        if entry.state == "failed":
            failed[entry.method] = entry.message
        for report in reports_of(store, entry.run) if entry.state == "done" else ():
            reports.setdefault(entry.method, []).append(report)
            if not raw and any(score.representation == RAW for score in report.scores):
                raw = [report]
    rows, curves = [], {}
    for method in comparison.plan.all_methods:
        found = reports.get(method, [])
        mine = [e for e in comparison.entries if e.method == method and e.state == "done"]
        values, stages = _values(found, THIS)
        title = registry.note(method).title
        rows.append(
            Row(
                method,
                title,
                values,
                stages,
                float(np.mean([e.steps for e in mine])) if mine else 0.0,
                float(np.mean([e.seconds for e in mine])) if mine else 0.0,
                len(mine),
                failed.get(method, ""),
            )
        )
        if judged := [r.curves["few_labels"] for r in found if "few_labels" in r.curves]:
            curves[title] = judged
    if raw:
        values, stages = _values(raw, RAW)
        rows.append(Row("", "Raw pixels", values, stages, seeds=1))
    columns = list(dict.fromkeys(name for row in rows for name in row.values))
    return Results(
        columns or list(PROTOCOLS["knn"].columns.values()), rows, curves, _note(comparison, raw)
    )


def reports_of(store: RunStore, run: str) -> Iterator[Report]:
    """The evaluations of a run; none where it is gone."""
    try:
        kept: Mapping[str, Mapping[str, Any]] = store.open(run).evaluations()
    except RunError:
        return
    for values in kept.values():
        try:
            yield Report.from_dict(values)
        except (ValueError, KeyError, TypeError):
            continue


def _values(reports: Sequence[Report], name: str) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Column -> accuracies of a representation by report, and column -> stage."""
    values: dict[str, list[float]] = {}
    stages: dict[str, str] = {}
    for protocol in PROTOCOLS.values():
        for measure, column in protocol.columns.items():
            wanted = protocol.id, name, measure
            scores = [
                [s for s in r.scores if (s.protocol, s.representation, s.measure) == wanted]
                for r in reports
            ]
            scores = [each for each in scores if each]
            if scores:
                stages[column] = stage = _best_stage(scores)
                values[column] = [
                    float(np.mean(s.judged)) for each in scores for s in each if s.stage == stage
                ]
        for report in reports:
            curve = report.curves.get(protocol.id)
            way = _way(curve, name) if curve is not None else None
            if curve is None or way is None:
                continue
            for count, draws in zip(curve.counts, curve.accuracies[way], strict=True):
                shown = "all labels" if count is None else f"{count} label{'s' * (count > 1)}"
                values.setdefault(f"{protocol.curve}{shown}", []).append(float(np.mean(draws)))
    return values, stages


def _best_stage(scores: Sequence[Sequence[Score]]) -> str:
    """The stage with the best mean over the networks, on the half that is there to choose by."""
    stages = [score.stage for score in scores[0]]
    means = [
        np.mean(
            [np.mean(s.choosing or s.values) for each in scores for s in each if s.stage == stage]
        )
        for stage in stages
    ]
    return stages[int(np.argmax(means))]


def _way(curve: LabelCurve, name: str) -> str | None:
    """The line of a curve that belongs to the representation: its own name, or the first."""
    if name in curve.accuracies:
        return name
    return next(iter(curve.accuracies), None) if name == THIS else None


def _means(curve: LabelCurve) -> np.ndarray:
    way = _way(curve, THIS)
    assert way is not None
    return curve.mean(way)


def _note(comparison: Comparison, reports: Sequence[Report]) -> str:
    plan = comparison.plan
    judged = ""
    if reports:
        judged = (
            f" {reports[0].pictures:,} labelled pictures to learn from, {reports[0].held_out:,} "
            f"held out; the most frequent class is {percent(reports[0].chance)} % of these."
        )
    return (
        f"Accuracy in percent on {plan.data}, mean ± standard deviation over seeds; budget "
        f"{plan.budget}. A star: ahead of the random network by more than twice the pooled spread. "
        "kNN and linear probe at the stage that is best on one half of the held-out pictures, "
        f"judged on the other; labels: a linear probe on the last stage, so many a class.{judged}"
    )
