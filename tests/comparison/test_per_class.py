"""Class by class: shares of right answers, their mean over seeds, and the order of the methods."""

from __future__ import annotations

import math

import numpy as np

from core.comparison.book import Comparison
from core.comparison.per_class import ALL, PerClass, per_class
from core.comparison.plan import RANDOM
from core.evaluate.report import THIS, Report
from core.registry import note
from core.runs import RunStore

SHARES = {
    "one": np.array([[0.5, 0.2, 0.8], [0.7, 0.4, 1.0]]),
    "other": np.array([[0.9, 0.95, np.nan]]),
}
FOUND = PerClass(["a", "b"], SHARES)


def test_the_matrix_holds_means_over_seeds_best_first() -> None:
    matrix = FOUND.matrix()
    assert matrix.rows == ["other", "one"]
    assert list(matrix.columns) == [ALL, "a", "b"]
    np.testing.assert_allclose(matrix.values[1], [60.0, 30.0, 90.0])


def test_methods_can_be_ordered_by_a_class() -> None:
    assert FOUND.matrix("b").rows == ["one", "other"]  # what is not known stands last


def test_the_table_tells_the_spread_where_there_is_one() -> None:
    rows = {row[0]: row[1:] for row in FOUND.table().rows}
    assert rows["one"][0] == f"60.0 ± {100 * 0.1 * math.sqrt(2):.1f}"
    assert rows["other"] == ["90.0", "95.0", ""]


def test_shares_are_those_of_the_confusions(compared: tuple[RunStore, Comparison]) -> None:
    store, comparison = compared
    found = per_class(comparison, store)
    assert found is not None
    assert list(found.shares) == [note(m).title for m in ("rotation", RANDOM)] + ["Raw pixels"]
    kept = store.open(comparison.entries[0].run).evaluations()
    report = next(Report.from_dict(v) for v in kept.values() if v["format"] == 1)
    counts = np.array(report.confusions[THIS])  # (true, predicted)
    mine = found.shares["Rotation prediction"][0]
    assert mine[0] == np.trace(counts) / counts.sum()
    assert mine[1] == counts[0, 0] / counts[0].sum()
