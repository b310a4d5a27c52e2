"""Asking a comparison for more: what is done stays, what is missing is done once."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import pytest

from core.cli.compare import add_words, extended
from core.cli.main import main
from core.comparison import work
from core.comparison.book import FILE, Book, Comparison, Entry
from core.comparison.plan import RANDOM, Budget, Plan
from core.comparison.results import results
from core.comparison.work import Work
from core.config import ConfigError
from core.evaluate.features import EvaluationError
from core.evaluate.protocols import UnknownProtocol
from core.judge import judged
from core.progress import Progress
from core.runs import RunStore

PLAN = Plan(("rotation",), "digits", {}, Budget("steps", 3), (0,), ("knn",), {"width": 4})


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str], tuple[str, ...]]]:
    """Every judgement: method, protocols, references."""
    heard = []

    def judge(store, run, protocols, *given, references, **named):  # type: ignore[no-untyped-def]
        heard.append((run.info.method, list(protocols), tuple(references)))
        return core_judge(store, run, protocols, *given, references=references, **named)

    core_judge = work.judge
    monkeypatch.setattr(work, "judge", judge)
    return heard


@pytest.fixture(scope="module")
def knn_done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which PLAN is done."""
    folder = tmp_path_factory.mktemp("knn")
    store = RunStore(folder / "runs")
    go_on(Book(store).begin(PLAN), store)
    return folder


@pytest.fixture
def done(store: RunStore, knn_done: Path) -> Comparison:
    """A copy of it, to do anything with."""
    shutil.copytree(knn_done, store.root.parent, dirs_exist_ok=True)
    return Book(store).open("last")


def go_on(comparison: Comparison, store: RunStore, plan: Plan | None = None) -> None:
    queue = Work(comparison, store)
    if plan is not None:
        queue.extend(plan, Progress())
    queue.go_on(Progress())


def test_more_is_done_once_and_what_is_done_is_kept(
    store: RunStore, done: Comparison, asked: list
) -> None:
    before = [(e.method, e.seed, e.run, e.steps) for e in done.entries]
    knn = results(done, store).row("rotation").values["kNN"]

    again = Book(store).open("last")
    go_on(again, store, again.plan.adding(protocols=("knn", "retrieval")))
    assert [(e.method, e.seed, e.run, e.steps) for e in again.entries] == before
    assert {e.state for e in again.entries} == {"done"}
    pixels = "raw pixels"
    assert asked == [("rotation", ["retrieval"], (pixels,)), (RANDOM, ["retrieval"], ())]
    found = results(again, store)
    assert list(found.columns) == ["kNN", "retrieval mAP", "R@1", "R@5", "R@10"]
    assert found.row("rotation").values["kNN"] == knn
    assert all(len(row.values[c]) == 1 for row in found.rows for c in found.columns)
    assert found.row("").title == "Raw pixels"
    asked.clear()

    go_on(again, store, again.plan.adding(methods=("simclr",), seeds=(0, 1)))
    assert [(e.method, e.seed) for e in again.entries] == [
        ("rotation", 0), (RANDOM, 0), ("simclr", 0), ("rotation", 1), ("simclr", 1), (RANDOM, 1)
    ]  # fmt: skip
    both = ["knn", "retrieval"]
    assert asked == [(method, both, ()) for method in ("simclr", "rotation", "simclr", RANDOM)]
    assert [(e.method, e.seed, e.run, e.steps) for e in again.entries[:2]] == before
    rows = results(again, store).rows
    assert {row.method: row.seeds for row in rows} == {
        "rotation": 2, "simclr": 2, RANDOM: 2, "": 1
    }  # fmt: skip
    kept = json.loads((again.path / FILE).read_text(encoding="utf-8"))
    assert kept["format"] == 1
    assert Book(store).open("last").plan == again.plan


def test_what_was_found_is_shown_while_more_is_judged(store: RunStore, done: Comparison) -> None:
    done.extend(done.plan.adding(protocols=("retrieval",)))
    assert [e.state for e in done.entries] == ["judging", "judging"]
    assert list(results(done, store).columns) == ["kNN"]
    assert [row.seeds for row in results(done, store).rows] == [1, 1, 1]


def test_a_judgement_of_an_earlier_step_is_not_that_of_the_run(
    store: RunStore, done: Comparison
) -> None:
    run = store.open(done.entries[0].run)
    (report,) = judged(run).values()
    with store.open(run.id, write=True) as writable:
        writable.save_evaluation("step-000000001-linear", report.to_dict())
        writable.save_evaluation("step-000000003-linear", {"format": 99})
    assert list(judged(run)) == ["knn"]


def test_what_cannot_be_judged_by_is_refused_and_the_plan_stays(
    store: RunStore, done: Comparison
) -> None:
    with pytest.raises(EvaluationError, match="boxes"):
        go_on(done, store, done.plan.adding(protocols=("detection",)))
    again = Book(store).open("last")
    assert again.plan.protocols == ("knn",)
    assert again.ended


def test_trainings_that_failed_are_not_judged_but_failed_judgements_are_tried_again() -> None:
    entries = [Entry("rotation", 0, "failed", "a", 0, 0.0, "diverged"),
               Entry(RANDOM, 0, "failed", "b", 3, 0.0, "no backbone")]  # fmt: skip
    comparison = Comparison(Path("nowhere"), PLAN, entries)
    comparison.save = lambda: None  # type: ignore[method-assign]
    comparison.extend(PLAN.adding(protocols=("linear",)))
    assert [(e.state, e.message) for e in comparison.entries] == [
        ("failed", "diverged"), ("judging", "")
    ]  # fmt: skip


def test_adding_takes_nothing_away_and_knows_what_there_is() -> None:
    wider = Plan(("rotation", "simclr"), "digits", seeds=(0, 1, 2), protocols=("knn", "linear"))
    assert wider.adding(("simclr",), (0, 1), ("linear",)) == wider
    with pytest.raises(UnknownProtocol, match="clustering"):
        wider.adding(protocols=("guessing",))


def words(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_words(parser)
    return parser.parse_args(given)


def test_words_beside_resume_add_to_the_plan() -> None:
    begun = Comparison(Path("mine"), PLAN)
    assert extended(begun, words()) == PLAN
    assert extended(begun, words("--data", "digits", "--steps", "3", "--width", "4")) == PLAN
    more = extended(begun, words("simclr,rotation", "--seeds", "2", "--protocols", "few-labels"))
    assert more.methods == ("rotation", "simclr")
    assert more.seeds == (0, 1)
    assert more.protocols == ("knn", "few_labels")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--data", "toyland"), "begun with digits, not toyland"),
        (("--seconds", "60"), "begun with 3 steps, not 60 seconds"),
        (("--steps", "9"), "begun with 3 steps, not 9 steps"),
        (("--width", "16"), "begun with 4, not 16"),
        (("--backbone", "vit"), "begun with each method's own, not vit"),
    ],
)
def test_words_that_would_change_a_plan_are_refused(given: tuple[str, ...], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        extended(Comparison(Path("mine"), PLAN), words(*given))


def test_a_comparison_is_extended_by_words(
    store: RunStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = ("--quiet", "--runs", str(store.root))
    begun = ("compare", "rotation", "--data", "digits", "--steps", "3", "--seeds", "1",
             "--width", "4", "--protocols", "knn")  # fmt: skip
    assert main([*runs, *begun]) == 0
    capsys.readouterr()
    assert main([*runs, "compare", "--resume", "last", "--protocols", "retrieval"]) == 0
    head = capsys.readouterr().out.splitlines()[0]
    assert [c.strip() for c in head.split("|")[1:7]] == [
        "method", "kNN", "retrieval mAP", "R@1", "R@5", "R@10"
    ]  # fmt: skip
    assert main([*runs, "compare", "--resume", "last", "--seconds", "9"]) == 2
    assert "begin a new comparison" in capsys.readouterr().err
