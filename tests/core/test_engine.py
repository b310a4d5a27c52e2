"""The engine does what is asked of it within one step, and says what it does."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import torch

from core import beginning, questions, registry
from core.config import ConfigError
from core.method import Batch
from core.observer import Observer
from core.runs import RunStore, disk, snapshot_steps
from tests.core.conftest import MakeEngine
from tests.core.watching import PATIENCE


class Gate:
    """Holds the step number `at` of rotation in the middle until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()
        cls = registry.method_class("rotation")
        real = cls.loss

        def loss(method: Any, batch: Batch) -> Any:
            if batch.step == at:
                self.reached.set()
                assert self.opened.wait(PATIENCE)
            return real(method, batch)

        monkeypatch.setattr(cls, "loss", loss)


def test_a_training_takes_all_its_steps_and_keeps_them(make: MakeEngine, store: RunStore) -> None:
    engine, heard = make(steps=12)
    engine.start()
    engine.join()
    assert heard.states == ["preparing", "training", "finished"]
    assert heard.steps == list(range(1, 13))
    run = store.open(engine.run.id)
    assert run.state.status == "finished"
    assert (run.state.step, run.state.steps) == (12, 12)
    assert run.snapshots() == snapshot_steps(12)
    assert run.metrics()["loss"][0].tolist() == list(range(1, 13))
    assert run.checkpoint_step() == 12


@pytest.mark.parametrize("ask", ["stop", "pause"])
def test_an_ask_is_answered_within_one_step(
    ask: str, make: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, at=4)
    engine, heard = make()
    engine.start()
    assert gate.reached.wait(PATIENCE)
    getattr(engine, ask)()
    gate.opened.set()
    heard.until_state({"stop": "stopped", "pause": "paused"}[ask])
    assert heard.steps == [1, 2, 3, 4, 5]


def test_what_stands_still_is_kept_and_goes_on(make: MakeEngine, store: RunStore) -> None:
    engine, heard = make(steps=8)
    engine.start(paused=True)
    heard.until_state("paused")
    assert heard.steps == []
    engine.step_once()
    engine.step_once()
    heard.until_state("paused", times=2)
    heard.until(lambda: heard.steps == [1, 2])
    engine.resume()
    engine.join()
    assert heard.steps == list(range(1, 9))
    assert heard.states[-2:] == ["training", "finished"]


def test_a_pause_writes_a_checkpoint(make: MakeEngine) -> None:
    engine, heard = make()
    engine.start(paused=True)
    engine.step_once()
    heard.until(lambda: 1 in heard.steps)
    heard.until_state("paused")
    engine.stop(PATIENCE)
    assert engine.run.checkpoint_step() == 1


def test_stop_while_preparing_makes_no_run(
    make: MakeEngine, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading, stopped = threading.Event(), threading.Event()

    def slow(experiment: Any, progress: Any) -> Any:
        loading.set()
        assert stopped.wait(PATIENCE)
        progress.update("loading", 1, 2)

    monkeypatch.setattr(beginning.experiments, "load_data", slow)
    engine, heard = make()
    engine.start()
    assert loading.wait(PATIENCE)
    engine.stop()
    stopped.set()
    engine.join()
    assert heard.states == ["preparing", "stopped"]
    assert store.list() == []


def test_a_live_change_counts_from_the_next_step_and_is_noted(
    make: MakeEngine, store: RunStore
) -> None:
    engine, heard = make(learning_rate=0.01, warmup=0.0)
    engine.start(paused=True)
    heard.until_state("paused")
    engine.step_once()
    heard.until(lambda: heard.steps == [1])
    engine.change("learning_rate", 0.02)
    heard.until(lambda: bool(heard.told("live")))
    engine.step_once()
    heard.until(lambda: heard.steps == [1, 2])
    engine.stop(PATIENCE)
    rates = [row.scalars["learning rate"] for row in heard.rows if "loss" in row.scalars]
    assert rates[1] / rates[0] == pytest.approx(2.0, rel=0.02)
    run = store.open(engine.run.id)
    [noted] = [e for e in run.events() if e["event"] == "live"]
    assert (noted["step"], noted["name"], noted["before"], noted["now"]) == (
        *(1, "learning_rate"),
        *(0.01, 0.02),
    )
    assert run.load_checkpoint().state["config"]["learning_rate"] == 0.02


def test_a_change_while_standing_still_is_kept_without_another_step(
    make: MakeEngine, store: RunStore
) -> None:
    engine, heard = make()
    engine.start(paused=True)
    heard.until_state("paused")
    engine.change("weight_decay", 0.5)
    heard.until(lambda: bool(heard.told("live")))
    engine.stop(PATIENCE)
    saved = store.open(engine.run.id).load_checkpoint()
    assert saved.state["config"]["weight_decay"] == 0.5


@pytest.mark.parametrize(
    ("name", "value"), [("width", 8), ("learning_rate", -1), ("nonsense", 1), ("steps", 0)]
)
def test_what_cannot_be_changed_is_refused_at_once(name: str, value: Any, make: MakeEngine) -> None:
    engine, _ = make()
    with pytest.raises(ConfigError, match=name):
        engine.change(name, value)


def test_more_steps_extend_a_finished_run(make: MakeEngine, store: RunStore) -> None:
    first, _ = make(steps=4)
    first.start()
    first.join()
    engine, heard = make(run=store.open(first.run.id, write=True), steps=4)
    engine.change("steps", 7)
    engine.start()
    engine.join()
    assert heard.steps == [5, 6, 7]
    run = store.open(first.run.id)
    assert run.metrics()["loss"][0].tolist() == list(range(1, 8))
    assert (run.state.status, run.state.step, run.state.steps) == ("finished", 7, 7)


def test_a_run_that_cannot_be_gone_on_with_stays_what_it_was(
    make: MakeEngine, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = make(steps=4)
    first.start()
    first.join()

    def gone(*_: Any) -> Any:
        raise beginning.DataError("the folder is gone; bring it back")

    monkeypatch.setattr(beginning.experiments, "load_data", gone)
    engine, heard = make(run=store.open(first.run.id, write=True))
    engine.start()
    engine.join()
    assert engine.state == "failed"
    assert heard.told("failed") == [{"text": "the folder is gone; bring it back", "traceback": ""}]
    state = store.open(first.run.id).state
    assert (state.status, state.step) == ("finished", 4)


def test_a_read_only_folder_is_refused_before_training(
    make: MakeEngine, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(disk, "make_folders", refuse)
    engine, heard = make()
    engine.start()
    engine.join()
    assert engine.state == "failed"
    assert "read-only" in engine.message
    assert "SELFSIGHT_HOME" in engine.message
    assert heard.steps == []
    assert heard.told("failed")[0]["traceback"] == ""


def test_no_thread_is_left_after_stop(make: MakeEngine) -> None:
    before = set(threading.enumerate())
    engine, heard = make(steps=1000)
    engine.start()
    heard.until(lambda: len(heard.steps) > 2)
    assert engine.stop(PATIENCE)
    assert set(threading.enumerate()) == before


def test_neither_training_nor_looking_draws_from_the_global_generator(make: MakeEngine) -> None:
    before = torch.random.get_rng_state()
    engine, heard = make("supervised", steps=30)
    engine.start()
    heard.until(lambda: bool(heard.told("run")))
    observer = Observer(engine.run, engine.showcase)
    answers = []
    asked = [questions.embedding, questions.attention(2.0), questions.guess]
    asked += [questions.figure(f.name) for f in registry.method_class("supervised").figures()]
    try:
        for number, question in enumerate(asked):
            come = threading.Event()
            observer.ask(
                str(number),
                question,
                lambda answer, come=come: (answers.append(answer), come.set()),
            )
            assert come.wait(PATIENCE)
    finally:
        observer.close()
    engine.join()
    assert [answer.error for answer in answers] == [""] * len(asked)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_threads_of_the_trainer_are_its_own(make: MakeEngine, store: RunStore) -> None:
    """What another thread sets as its number of threads must not become the trainer's."""
    engine, heard = make(steps=3)
    other = threading.Thread(target=torch.set_num_threads, args=(2,))
    engine.start(paused=True)
    heard.until_state("paused")
    other.start()
    other.join()
    engine.resume()
    engine.join()
    assert store.open(engine.run.id).load_checkpoint().state["threads"] == 1
