"""A run that was stopped, or killed, and gone on with equals one that never was, bit for bit."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import torch

from bench.kill_training import differences, harry, whole_state
from core import device, questions
from core.experiment import to_tensors
from core.observer import Observer
from core.runs import Checkpoint, Run, RunStore
from core.trainer import Trainer
from tests.core.conftest import MakeEngine
from tests.core.watching import PATIENCE

STEPS, BREAK = 24, 12


_unbroken: dict[str, dict[str, Any]] = {}  # made once a method


def unbroken(make: MakeEngine, store: RunStore, method: str) -> dict[str, Any]:
    if method not in _unbroken:
        engine, _ = make(method, steps=STEPS)
        engine.start()
        engine.join()
        _unbroken[method] = whole_state(store.open(engine.run.id))
    return _unbroken[method]


def broken(make: MakeEngine, store: RunStore, method: str) -> dict[str, Any]:
    """The same in two engines, the second of which begins from the folder."""
    first, heard = make(method, steps=STEPS)
    first.start(paused=True)
    for _ in range(BREAK):
        first.step_once()
    heard.until(lambda: heard.steps == list(range(1, BREAK + 1)))
    first.stop(PATIENCE)
    second, heard = make(method, run=store.open(first.run.id, write=True), steps=STEPS)
    second.start()
    second.join()
    assert heard.steps == list(range(BREAK + 1, STEPS + 1))
    return whole_state(store.open(first.run.id))


@pytest.mark.parametrize("method", ["rotation", "supervised"])
def test_a_resumed_run_equals_an_unbroken_one(
    method: str, make: MakeEngine, store: RunStore
) -> None:
    whole = unbroken(make, store, method)
    assert any("running_mean" in name for name in whole)  # statistics are among what is compared
    assert any("exp_avg" in name for name in whole)
    assert differences(whole, broken(make, store, method)) == []


def test_a_run_that_is_looked_at_all_the_time_is_the_same(
    make: MakeEngine, store: RunStore
) -> None:
    whole = unbroken(make, store, "rotation")
    engine, heard = make(steps=STEPS)
    engine.start()
    heard.until(lambda: bool(heard.told("run")))
    observer = Observer(engine.run, engine.showcase)
    answered = threading.Semaphore(0)
    try:
        while engine.alive:
            observer.ask("map", questions.embedding, lambda _: answered.release())
            assert answered.acquire(timeout=PATIENCE)
    finally:
        observer.close()
    engine.join()
    assert differences(whole, whole_state(store.open(engine.run.id))) == []


def restore_without_optimiser(trainer: Trainer, checkpoint: Checkpoint) -> None:
    trainer.restart(checkpoint.step, to_tensors(checkpoint.model))


def restore_without_statistics(trainer: Trainer, checkpoint: Checkpoint) -> None:
    real_restore(trainer, checkpoint)
    for name, buffer in trainer.method.named_buffers():
        if name.endswith("running_mean"):
            buffer.zero_()


def restore_another_order(trainer: Trainer, checkpoint: Checkpoint) -> None:
    real_restore(trainer, checkpoint)
    trainer.feed.seed += 1


real_restore = Trainer.restore


@pytest.mark.parametrize(
    "fault", [restore_without_optimiser, restore_without_statistics, restore_another_order]
)
def test_a_fault_in_resuming_would_be_seen(
    fault: Any, make: MakeEngine, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = unbroken(make, store, "rotation")
    monkeypatch.setattr(Trainer, "restore", fault)
    assert differences(whole, broken(make, store, "rotation")) != []


def test_another_set_of_pictures_is_noticed(
    make: MakeEngine, store: RunStore, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, heard = make(run=store.open(trained.id, write=True), steps=6)
    engine.experiment.data_options["seed"] = 5
    engine.start()
    engine.join()
    assert "the pictures are not those" in heard.told("warning")[0]["text"]


def test_pictures_of_another_size_are_refused(
    make: MakeEngine, store: RunStore, trained: Run
) -> None:
    engine, _ = make(run=store.open(trained.id, write=True), steps=6)
    engine.experiment.data_options["side"] = 16
    engine.start()
    engine.join()
    assert engine.state == "failed"
    assert "8 px in 1 channels" in engine.message


def test_a_killed_training_loses_nothing_that_was_kept(tmp_path: Any) -> None:
    tally = harry(tmp_path, kills=1)  # `python -m bench.kill_training` kills fifty times
    assert tally.kills == 1
    assert tally.different == []


def test_a_thread_keeps_the_number_of_threads_it_set() -> None:
    """Torch lets a new thread take over, at its first operation, what another set meanwhile."""
    set_one, set_two = threading.Event(), threading.Event()
    found = []

    def first() -> None:
        device.use_threads(1)
        set_one.set()
        assert set_two.wait(PATIENCE)
        found.append(torch.get_num_threads())

    thread = threading.Thread(target=first)
    thread.start()
    assert set_one.wait(PATIENCE)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    set_two.set()
    thread.join()
    torch.set_num_threads(before)
    assert found == [1]
