"""What a comparison found: one row a method, mean and spread over its seeds.

Which stage of a network is reported is chosen on one half of the held-out pictures and judged on
the other, so that a network with more stages to choose from has no advantage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core import registry
from core.comparison.book import Comparison, Entry
from core.comparison.plan import RANDOM
from core.evaluate.label_curve import Amount, LabelCurve, named, percent
from core.evaluate.protocols import PROTOCOLS
from core.evaluate.report import RAW, THIS, Report, Score, deviation
from core.judge import judged
from core.pictures import Curve, Line, Table
from core.runs import RunError, RunStore

RANKED_BY = "linear probe"
CLEAR = 2.0  # pooled spreads that a method must be ahead by

Reports = Mapping[str, Report]  # protocol -> the report that has it


@dataclass(frozen=True)
class Row:
    """One method: for every column the value (0..1) of each seed."""

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
        return deviation(self.values.get(column, ()))


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
            # Networks that were judged by another version may lack an amount.
            found: dict[float, list[float]] = {}
            for curve in curves:
                for amount, mean in zip(curve.counts, _means(curve), strict=True):
                    found.setdefault(curve.labels(amount), []).append(float(mean))
            x = sorted(found)
            means = np.array([np.mean(found[labels]) for labels in x])
            spread = np.array([deviation(found[labels]) or 0.0 for labels in x])
            lines[title] = Line(np.array(x, dtype=float), 100 * means, 100 * spread)
        if not lines:
            return None
        return Curve(lines, "labels a class", "accuracy on held-out pictures (%)", log_x=True)


def results(comparison: Comparison, store: RunStore) -> Results:
    """What is known so far: of every entry that was judged."""
    found: dict[str, list[tuple[Entry, Reports]]] = {}
    raw: dict[str, Report] = {}
    for entry in comparison.entries:
        kept = reports_of(store, entry)
        if kept:
            found.setdefault(entry.method, []).append((entry, kept))
        for protocol, report in kept.items():
            if report.represents(protocol, RAW):
                raw.setdefault(protocol, report)
    failed = {e.method: e.message for e in comparison.entries if e.state == "failed"}
    rows, curves = [], {}
    for method in comparison.plan.all_methods:
        mine = found.get(method, [])
        row = _row(method, [e for e, _ in mine], [r for _, r in mine], failed.get(method, ""))
        rows.append(row)
        if judged := [r["few_labels"].curves["few_labels"] for _, r in mine if "few_labels" in r]:
            curves[row.title] = judged
    if raw:
        values, stages = _values([raw], RAW)
        rows.append(Row("", "Raw pixels", values, stages, seeds=1))
    columns = _columns([reports for each in found.values() for _, reports in each])
    columns = [name for name in columns if any(name in row.values for row in rows)]
    known = next((report for report in raw.values()), None)
    note = _note(comparison, known) + "".join(
        f" {row.title} failed: {row.failed}." for row in rows if row.failed and not row.values
    )
    return Results(columns or list(PROTOCOLS["knn"].columns.values()), rows, curves, note)


def reports_of(store: RunStore, entry: Entry) -> Reports:
    """Protocol -> what an entry's run was judged by; none where it is gone."""
    try:
        return judged(store.open(entry.run)) if entry.trained else {}
    except RunError:
        return {}


def _row(method: str, entries: Sequence[Entry], found: Sequence[Reports], failed: str) -> Row:
    values, stages = _values(found, THIS)
    steps, seconds = ([getattr(e, name) for e in entries] for name in ("steps", "seconds"))
    return Row(
        method,
        registry.note(method).title,
        values,
        stages,
        float(np.mean(steps)) if steps else 0.0,
        float(np.mean(seconds)) if seconds else 0.0,
        len(entries),
        failed,
    )


def _columns(found: Sequence[Reports]) -> list[str]:
    """All columns that there may be, in the order of the protocols and of the labels."""
    columns: list[str] = []
    for id, protocol in PROTOCOLS.items():
        columns += protocol.columns.values()
        reports = [reports[id] for reports in found if id in reports]
        amounts = {(c, type(c)): c for r in reports if id in r.curves for c in r.curves[id].counts}
        columns += [f"{protocol.curve}{named(c)}" for c in sorted(amounts.values(), key=_size)]
    return columns


def _size(amount: Amount) -> tuple[bool, float]:
    """Counts come before shares, and all labels last."""
    return isinstance(amount, float), np.inf if amount is None else amount


def _values(found: Sequence[Reports], name: str) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Column -> values of a representation by network, and column -> stage."""
    values: dict[str, list[float]] = {}
    stages: dict[str, str] = {}
    for id, protocol in PROTOCOLS.items():
        reports = [reports[id] for reports in found if id in reports]
        for measure, column in protocol.columns.items():
            wanted = id, name, measure
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
            curve = report.curves.get(id)
            way = _way(curve, name) if curve is not None else None
            if curve is None or way is None:
                continue
            for amount, draws in zip(curve.counts, curve.accuracies[way], strict=True):
                column = f"{protocol.curve}{named(amount)}"
                values.setdefault(column, []).append(float(np.mean(draws)))
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


def _note(comparison: Comparison, report: Report | None) -> str:
    plan = comparison.plan
    known = ""
    if report is not None:
        known = (
            f" {report.pictures:,} labelled pictures to learn from, {report.held_out:,} "
            f"held out; the most frequent class is {percent(report.chance)} % of these."
        )
    return (
        f"In percent on {plan.data}, accuracy where the column names no other measure; mean ± "
        f"standard deviation over seeds; budget {plan.budget}. A star: ahead of the random network "
        "by more than twice the pooled spread. Frozen features at the stage that is best on one "
        "half of the held-out pictures, judged on the other; labels: a linear probe on the last "
        f"stage, so many a class.{known}"
    )
