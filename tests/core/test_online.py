"""Judging while training: scalars come, the training is the same as without, rest is kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from core.data.sources import load
from core.engine import Engine
from core.experiment import Experiment, build
from core.method import DataShape, Method
from core.online import OnlineJudge
from core.runs import RunStore

STEPS = 20
OPTIONS = {"steps": STEPS, "batch_size": 8, "width": 4}


@pytest.fixture(autouse=True)
def few_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judgement is of 300 + 100 pictures."""
    monkeypatch.setattr("core.evaluate.quick.TRAIN", 300)
    monkeypatch.setattr("core.evaluate.quick.HELD_OUT", 100)


def test_a_judged_training_is_told_of_and_is_the_same(store: RunStore) -> None:
    weights = []
    for judged in (False, True):
        engine = Engine(Experiment("rotation", "digits", OPTIONS, threads=1), store, judged=judged)
        engine.start()
        engine.join()
        assert engine.state == "finished", engine.message
        assert engine.run is not None
        run = store.open(engine.run.id)
        assert ("features/kNN" in run.metrics()) == judged
        weights.append(run.load_snapshot(STEPS))
    for name, tensor in weights[0].items():
        np.testing.assert_array_equal(tensor, weights[1][name])


@pytest.fixture
def judged() -> Iterator[tuple[OnlineJudge, Method]]:
    """A judge of digits, and the method it is shown."""
    data, experiment = load("digits", {}), Experiment("rotation", "digits", OPTIONS)
    shape = DataShape(data.channels, data.side, tuple(data.classes))
    judge = OnlineJudge(experiment, data)
    yield judge, build(experiment, shape, torch.device("cpu"))
    judge.close()


def test_it_rests_after_a_judgement(judged: tuple[OnlineJudge, Method]) -> None:
    judge, method = judged
    judge.last(7, 0.5, method)
    ((step, seconds, scalars),) = judge.take()
    assert (step, seconds) == (7, 0.5)
    assert set(scalars) == {"features/kNN", "features/linear probe"}
    assert 0.5 < scalars["features/kNN"] <= 1.0
    judge.offer(8, 0.6, method)
    assert judge._offered is None


def test_what_was_judged_of_a_past_given_up_is_forgotten(
    judged: tuple[OnlineJudge, Method],
) -> None:
    judge, method = judged
    judge.last(7, 0.5, method)
    judge.forget()
    assert judge.take() == []
