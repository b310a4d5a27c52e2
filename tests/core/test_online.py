"""Judging while training: scalars come, the training is the same as without, rest is kept."""

from __future__ import annotations

import time

import numpy as np
import pytest

from core.data.sources import load
from core.engine import Engine
from core.experiment import Experiment, build
from core.method import DataShape
from core.online import OnlineJudge
from core.runs import RunStore

OPTIONS = {"steps": 60, "batch_size": 8, "width": 4}


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
        weights.append(run.load_snapshot(60))
    for name, tensor in weights[0].items():
        np.testing.assert_array_equal(tensor, weights[1][name])


@pytest.mark.parametrize("id", ["digits"])
def test_it_rests_after_a_judgement(id: str) -> None:
    import torch

    data = load(id, {})
    experiment = Experiment("rotation", id, OPTIONS)
    method = build(experiment, DataShape(data.channels, data.side, tuple(data.classes)),
                   torch.device("cpu"))  # fmt: skip
    judge = OnlineJudge(experiment, data)
    try:
        judge.offer(7, 0.5, method)
        found = []
        while not found:
            found = judge.take()
            time.sleep(0.01)
        ((step, seconds, scalars),) = found
        assert (step, seconds) == (7, 0.5)
        assert set(scalars) == {"features/kNN", "features/linear probe"}
        assert 0.5 < scalars["features/kNN"] <= 1.0
        judge.offer(8, 0.6, method)
        assert judge._offered is None
    finally:
        judge.close()
