"""The queue: everything is trained and judged once, whatever stops it in between."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.comparison import work
from core.comparison.book import Book
from core.comparison.plan import RANDOM, Budget, Plan
from core.comparison.results import results
from core.comparison.work import Work
from core.data.imageset import DataError
from core.evaluate.features import EvaluationError
from core.experiment import from_run
from core.progress import Cancelled, Progress, Tick
from core.runs import RunError, RunStore

PLAN = Plan(("rotation",), "digits", {}, Budget("steps", 6), (0, 1), ("knn",), {"width": 4})


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def test_every_method_is_trained_and_judged_with_every_seed(store: RunStore) -> None:
    comparison = Book(store).begin(PLAN)
    heard = []
    Work(comparison, store).go_on(Progress(), lambda e: heard.append((e.method, e.seed, e.state)))
    pairs = [(m, s) for s in (0, 1) for m in ("rotation", RANDOM)]
    assert [(e.method, e.seed, e.state) for e in comparison.entries] == [
        (*pair, "done") for pair in pairs
    ]
    assert heard == [(*pair, s) for pair in pairs for s in ("training", "judging", "done")]
    runs = [store.open(e.run) for e in comparison.entries]
    assert [run.info.seed for run in runs] == [0, 0, 1, 1]
    assert from_run(runs[0]).options["steps"] == 6
    assert from_run(runs[0]).options["width"] == 4
    rows = {row.method: row for row in results(comparison, store).rows}
    assert [len(rows[m].values["kNN"]) for m in ("rotation", RANDOM, "")] == [2, 2, 1]
    assert all(0.5 < rows[m].mean("kNN") <= 1.0 for m in rows)


def test_what_was_stopped_goes_on_in_the_same_run(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(("rotation",), "digits", {}, Budget("steps", 60), (0,), ("knn",), {"width": 4})
    monkeypatch.setattr(work, "POLL_SECONDS", 0.002)  # heeded long before the last step
    comparison = Book(store).begin(plan)
    ticks: list[Tick] = []
    stopping = Progress(
        ticks.append, cancelled=lambda: "Comparing" in [t.what for t in ticks if t.done]
    )
    with pytest.raises(Cancelled):
        Work(comparison, store).go_on(stopping)
    begun = Book(store).open("last")
    assert [e.state for e in begun.entries] == ["training", "waiting"]
    run = store.open(begun.entries[0].run)
    assert run.state.status == "stopped"
    assert 0 < run.state.step < 60
    Work(begun, store).go_on(Progress())
    assert begun.ended
    assert len(store.list()) == 2
    assert store.open(run.id).state.step == 60


def test_what_cannot_be_trained_is_noted_and_the_rest_goes_on(store: RunStore) -> None:
    plan = Plan(("colorization",), "digits", {}, Budget("steps", 2), (0,), ("knn",))
    comparison = Book(store).begin(plan)
    Work(comparison, store).go_on(Progress())
    assert [e.state for e in comparison.entries] == ["failed", "done"]
    assert "learns from colour" in comparison.entries[0].message
    table = results(comparison, store).table()
    assert {row[0]: row[1] for row in table.rows}["Colorization"] == "failed"
    assert "Colorization failed: Handwritten digits has pictures of 1 channel" in table.notes


def test_pictures_without_labels_are_refused_before_anything_is_trained(
    store: RunStore, tmp_path: Path
) -> None:
    for number in range(30):
        picture = np.full((16, 16, 3), 8 * number, np.uint8)
        Image.fromarray(picture).save(tmp_path / f"{number}.png")
    options = {"path": str(tmp_path), "side": 16}
    plan = Plan(("rotation",), "folder", options, Budget("steps", 2), (0,), ("knn",))
    comparison = Book(store).begin(plan)
    with pytest.raises(DataError, match=r"no labels.*one folder a class"):
        Work(comparison, store).go_on(Progress())
    assert store.list() == []
    assert Book(store).ids() == []


def test_pictures_without_boxes_are_refused_before_anything_is_trained(store: RunStore) -> None:
    plan = Plan(("rotation",), "digits", {}, Budget("steps", 2), (0,), ("knn", "detection"))
    comparison = Book(store).begin(plan)
    with pytest.raises(EvaluationError, match="boxes are known, and Handwritten digits has none"):
        Work(comparison, store).go_on(Progress())
    assert store.list() == []
    assert Book(store).ids() == []


def test_a_comparison_that_is_not_there_is_said(store: RunStore) -> None:
    with pytest.raises(RunError, match="begin one first"):
        Book(store).open("last")
    with pytest.raises(RunError, match="no comparison nine"):
        Book(store).open("nine")
