"""Scores of a run: kept step by step, drawn with their floor, read for failures."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core import scores
from core.cli.main import main
from core.engine import Engine
from core.evaluate.generative import classifier
from core.evaluate.generative.classifier import judge_of
from core.experiment import Experiment, from_run, load_data
from core.generative import hype
from core.generative.failures import WINDOW
from core.generative.judging import bench_of
from core.progress import Cancelled, Progress
from core.runs import Run, RunStore

TINY = {"steps": 1, "batch_size": 8, "width": 4, "latent": 8}


def an_entry(step: int, recall: float, raw: bool = False, **more: Any) -> dict[str, Any]:
    balls = {"precision": 0.5, "recall": recall, "density": 0.4, "coverage": 0.3}
    return {"step": step, "raw": raw, "count": 500, "distance": 100.0 - step, "floor": 2.0,
            "balls": balls, "rates": {}, "usual": {}, "copied": 0.0,
            "judge": "a small classifier of classes, trained", **more}  # fmt: skip


def a_run(**metrics: tuple[np.ndarray, np.ndarray]) -> Run:
    named = {name.replace("_", "/"): column for name, column in metrics.items()}
    return SimpleNamespace(metrics=lambda: named)  # type: ignore[return-value]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    """A GAN of three steps."""
    store = RunStore(tmp_path_factory.mktemp("scored") / "runs")
    engine = Engine(Experiment("gan", "digits", options=TINY, threads=1), store)
    engine.start()
    engine.join()
    assert engine.state == "finished", engine.message
    return store


def test_all_snapshots_are_scored_once_kept_and_told_by_the_command_line(
    trained: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("SELFSIGHT_HOME", str(tmp_path))
    monkeypatch.setattr(classifier, "STEPS", 4)
    run = trained.open(trained.list()[0].id)
    data = load_data(from_run(run), Progress())
    bench = bench_of(data, judge_of(data))
    with pytest.raises(Cancelled):
        scores.score_all(trained, run, bench, 40, progress=Progress(cancelled=lambda: True))
    assert scores.kept(run) == []
    found = scores.score_all(trained, run, bench, 40)
    assert [(e["step"], e["raw"]) for e in found] == [
        (step, raw) for step in run.snapshots() for raw in (False, True)
    ]
    monkeypatch.setattr(scores, "score", None)  # is not called again
    assert scores.score_all(trained, run, bench, 40) == found
    monkeypatch.undo()

    test = hype.booth(2, 2, np.random.default_rng(0))
    for _ in range(4):
        test = test.answer(real=True)
    scores.keep_verdict(trained, run, 1, test)
    monkeypatch.setenv("SELFSIGHT_HOME", str(tmp_path))
    assert main(["--runs", str(trained.root), "--quiet", "score", run.id, "--all",
                 "--count", "40"]) == 0  # fmt: skip
    out = capsys.readouterr().out
    assert "Judged by eye, step 1: 2 mistakes in 4 pictures: 50%" in out
    assert "averaged" in out
    assert "raw" in out


def test_curves_part_numbers_of_samples_and_show_what_real_pictures_score() -> None:
    entries = [an_entry(0, 0.1), an_entry(10, 0.5), an_entry(10, 0.4, raw=True),
               {**an_entry(10, 0.6), "count": 2000, "floor": 1.0}]  # fmt: skip
    lines = scores.distances(entries).lines
    assert set(lines) == {"2,000 samples", "2,000 real", "500 samples", "500 real",
                          "500 samples, raw"}  # fmt: skip
    assert lines["500 samples"].y.tolist() == [100.0, 90.0]
    assert lines["500 real"].dashed
    assert scores.shares(entries).lines["recall"].y.tolist() == [0.1, 0.5]


def test_failures_are_named_up_to_the_step_that_is_looked_at() -> None:
    steps = np.arange(3 * WINDOW)
    real = np.where(steps < 2 * WINDOW, 0.5, 0.95)
    wins = a_run(D_real=(steps, real), D_fake=(steps, 1 - real))
    assert "The discriminator wins" in scores.warnings_of(wins, [])[0]
    assert scores.warnings_of(wins, [], until=2 * WINDOW - 1) == []
    fallen = [an_entry(0, 0.1), an_entry(50, 0.9), an_entry(90, 0.2)]
    assert "collapsed" in scores.warnings_of(a_run(), fallen)[0]
    assert scores.warnings_of(a_run(), fallen, until=50) == []


def test_logits_of_a_hinge_are_not_taken_for_probabilities() -> None:
    steps = np.arange(2 * WINDOW)
    healthy = a_run(D_real=(steps, np.full(len(steps), 0.9)), D_fake=(steps, -np.ones(len(steps))))
    assert scores.warnings_of(healthy, []) == []


def test_a_raw_generator_that_lost_classes_its_average_has_is_named() -> None:
    whole = {str(i): 0.1 for i in range(10)}
    part = {**dict.fromkeys(whole, 0.0), "0": 0.5, "1": 0.5}
    both = [an_entry(5, 0.5, rates=whole), an_entry(5, 0.5, raw=True, rates=part)]
    assert "circle" in scores.warnings_of(a_run(), both)[0]
    assert scores.warnings_of(a_run(), [{**e, "rates": whole} for e in both]) == []


def test_what_people_said_is_drawn_with_its_interval_and_guessing() -> None:
    tests = [{"step": 20, "rate": 0.4, "low": 0.3, "high": 0.5},
             {"step": 10, "rate": 0.1, "low": 0.0, "high": 0.2}]  # fmt: skip
    lines = scores.by_eye(tests).lines
    assert lines["share of mistakes"].y.tolist() == [0.1, 0.4]
    assert lines["95 % interval"].spread == pytest.approx([0.1, 0.1])
    assert lines["guessing"].y.tolist() == [0.5, 0.5]
