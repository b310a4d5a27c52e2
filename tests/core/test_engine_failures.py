"""What goes wrong in a training is said, and loses nothing that was kept."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from core import registry, rescue, writer
from core.engine import Engine
from core.experiment import to_arrays, to_tensors
from core.method import Batch
from core.runs import Run, RunFull, RunStore
from tests.core.conftest import MakeEngine
from tests.core.watching import PATIENCE, Heard

Terms = dict[str, Tensor]


def after(step: int, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Terms], Terms]) -> None:
    """From this step on, the loss of rotation is spoilt."""
    cls = registry.method_class("rotation")
    real = cls.loss

    def loss(method: Any, batch: Batch) -> Terms:
        terms = real(method, batch)
        return spoil(terms) if batch.step >= step else terms

    monkeypatch.setattr(cls, "loss", loss)


def raising(error: BaseException) -> Callable[[Terms], Terms]:
    def spoil(terms: Terms) -> Terms:
        raise error

    return spoil


def test_an_error_in_a_step_is_an_event_and_the_last_checkpoint_stays(
    make: MakeEngine, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    after(5, monkeypatch, raising(RuntimeError("the shapes do not fit")))
    engine, heard = make()
    engine.start()
    engine.join()
    assert engine.state == "failed"
    [told] = heard.told("failed")
    assert told["text"] == "RuntimeError: the shapes do not fit"
    assert "in spoil" in told["traceback"]
    with store.open(engine.run.id, write=True) as run:  # it is free, and whole
        assert run.state.status == "failed"
        assert run.state.step == 5
        assert run.load_checkpoint().step == 0
        assert run.load_checkpoint().warnings == []
        assert run.metrics()["loss"][0].tolist() == [1, 2, 3, 4, 5]
        [noted] = [e for e in run.events() if e["event"] == "failed"]
        assert noted["text"] == told["text"]


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes"),
    ],
)
def test_out_of_memory_says_what_to_lower(
    error: BaseException, make: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    after(2, monkeypatch, raising(error))
    engine, _ = make()
    engine.start()
    engine.join()
    assert engine.state == "failed"
    assert "batch size (now 8)" in engine.message
    assert "width (now 4)" in engine.message


# --- numbers that are not finite ------------------------------------------------------------------


def run_until_paused(engine: Engine, heard: Heard) -> str:
    """Train until it pauses by itself; the words it pauses with."""
    engine.start()
    heard.until(lambda: bool(heard.told("nonfinite")))
    heard.until_state("paused")
    return engine.message


def test_a_learning_rate_far_too_high_pauses_and_a_lower_one_goes_on(
    make: MakeEngine, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    cls = registry.method_class("rotation")
    monkeypatch.setattr(
        cls,
        "learning_rate",
        lambda method, step: 1e35 if method.config.learning_rate > 1 else 1e-3,
    )
    engine, heard = make(learning_rate=2.0, steps=6)
    message = run_until_paused(engine, heard)
    assert "became" in message
    assert "learning rate (now 2)" in message
    assert "step 0 are kept" in message
    good = [torch.from_numpy(a) for a in engine.run.load_checkpoint().model.values()]
    assert all(torch.isfinite(a).all() for a in good if a.is_floating_point())
    engine.change("learning_rate", 0.001)
    engine.resume()
    engine.join()
    assert engine.state == "finished"
    assert store.open(engine.run.id).metrics()["loss"][0].tolist() == [1, 2, 3, 4, 5, 6]


def test_a_loss_that_is_nan_is_named(make: MakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    after(4, monkeypatch, lambda terms: terms | {"loss": terms["loss"] * math.nan})
    engine, heard = make()
    message = run_until_paused(engine, heard)
    assert message.startswith("At step 5 loss became NaN. The weights of step 3 are kept")
    engine.stop(PATIENCE)
    assert engine.run.checkpoint_step() == 3


def test_an_activation_that_is_infinite_is_named(make: MakeEngine) -> None:
    engine, heard = make()
    engine.start(paused=True)
    heard.until_state("paused")
    with torch.no_grad():
        engine.trainer.method.head.weight.fill_(3e38)
    engine.resume()
    heard.until(lambda: bool(heard.told("nonfinite")))
    [told] = heard.told("nonfinite")
    assert told["quantity"] == "the output of head became infinite"
    assert told["step"] == 0
    heard.until_state("paused", times=2)
    assert engine.trainer.method.head.weight.abs().max() < 1  # the kept ones are back


def test_a_reported_number_that_is_nan_is_named_and_the_step_is_kept(
    make: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def once(terms: Terms) -> Terms:
        return terms | {"accuracy": torch.tensor(math.nan)} if next(calls) < 2 else terms

    calls = iter(range(1000))  # the step, and its being looked at again
    after(4, monkeypatch, once)
    engine, heard = make()
    message = run_until_paused(engine, heard)
    assert message.startswith("At step 5 accuracy became NaN. The weights of step 5 are kept")
    engine.resume()
    engine.join()
    assert engine.state == "finished"


def test_nan_at_every_kept_step_fails_and_says_so(
    make: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    after(0, monkeypatch, lambda terms: terms | {"loss": terms["loss"] / 0.0})
    engine, _ = make()
    engine.start()
    engine.join()
    assert engine.state == "failed"
    assert engine.message.startswith("At step 1 loss became infinite. So it does from every kept")


def _until_written(run: Run, step: int) -> None:
    """Wait for the checkpoint of a step, of which no news comes."""
    end = time.monotonic() + PATIENCE
    while (found := run.load_checkpoint()) is None or found.step < step:
        assert time.monotonic() < end, "no checkpoint was written"
        threading.Event().wait(0.01)


def test_a_poisoned_checkpoint_is_passed_over_for_a_snapshot(make: MakeEngine) -> None:
    engine, heard = make()
    engine.start(paused=True)
    engine.step_once()
    engine.step_once()
    heard.until(lambda: heard.steps == [1, 2])
    trainer, run = engine.trainer, engine.run
    _until_written(run, 2)  # what stands still writes a checkpoint of its own
    kept = run.load_snapshot(2)
    with torch.no_grad():
        trainer.method.head.weight.fill_(3e38)  # finite, and yet no step can be taken from there
    model, optimizer, state = trainer.checkpoint()
    run.save_checkpoint(2, model, optimizer, state)
    assert rescue.go_back(trainer, run)
    assert trainer.step == 2
    now = to_arrays(trainer.method.state_dict())
    assert all((now[name] == kept[name]).all() for name in kept)
    assert not trainer.optimizers["main"].state


def test_numbers_fetched_late_are_told_before_a_checkpoint(make: MakeEngine) -> None:
    """On a GPU rows wait on the device; a resumed run would never get them."""
    engine, heard = make(steps=30)
    engine.start(paused=True)
    heard.until_state("paused")
    engine.trainer._on_cpu = False
    engine.resume()
    heard.until(lambda: len(heard.steps) > 5)
    engine.stop(PATIENCE)
    assert heard.steps == list(range(1, engine.run.checkpoint_step() + 1))


# --- a full disk ----------------------------------------------------------------------------------


class Disk:
    """Refuses what `Run.<name>` writes while it is full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self.full = False
        monkeypatch.setattr(writer, "RETRY_SECONDS", 0.01)
        real = getattr(Run, name)

        def write(run: Run, *args: Any) -> None:
            if self.full:
                raise RunFull(name, 10_000_000, 0)
            real(run, *args)

        monkeypatch.setattr(Run, name, write)


@pytest.mark.parametrize("name", ["append", "save_checkpoint", "save_snapshot"])
def test_a_full_disk_pauses_until_there_is_room(
    name: str, make: MakeEngine, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch, name)
    engine, heard = make(autosave=0.0, steps=15)
    engine.start(paused=True)
    heard.until_state("paused")
    _until_written(engine.run, 0)
    disk.full = True
    engine.resume()
    heard.until(lambda: bool(heard.told("full")))
    heard.until_state("paused", times=2)
    assert engine.waits_for_space
    assert "no room on the disk" in engine.message
    assert engine.run.load_checkpoint() is not None
    disk.full = False
    engine.join()
    assert heard.told("space")
    assert engine.state == "finished"
    assert not engine.waits_for_space
    run = store.open(engine.run.id)
    assert run.metrics()["loss"][0].tolist() == list(range(1, 16))
    assert run.snapshots() == [0, 1, 2, 3, 5, 7, 10, 15]
    assert run.checkpoint_step() == 15
    assert {"full", "space"} <= {e["event"] for e in run.events()}


@pytest.mark.parametrize("name", ["append", "save_checkpoint"])
def test_stop_is_answered_while_the_disk_is_full(
    name: str, make: MakeEngine, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch, name)
    engine, heard = make(autosave=0.0)
    engine.start(paused=True)
    heard.until_state("paused")
    _until_written(engine.run, 0)
    disk.full = True
    engine.resume()
    heard.until(lambda: bool(heard.told("full")))
    assert engine.stop(PATIENCE)
    assert engine.state == "stopped"
    assert "no room on the disk" in engine.message
    assert store.open(engine.run.id).load_checkpoint().step == 0


def test_a_disk_that_fills_at_the_last_step_is_waited_for(
    make: MakeEngine, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch, "save_checkpoint")
    engine, heard = make(steps=2)
    engine.start(paused=True)
    heard.until_state("paused")
    _until_written(engine.run, 0)
    disk.full = True
    engine.resume()
    heard.until(lambda: bool(heard.told("full")))
    assert heard.steps == [1, 2]
    disk.full = False
    engine.join()
    assert engine.state == "finished"
    assert store.open(engine.run.id).checkpoint_step() == 2


def test_a_fault_while_writing_fails_the_training(
    make: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise TypeError("a complex number cannot be kept")

    engine, heard = make()
    engine.start(paused=True)
    heard.until_state("paused")
    monkeypatch.setattr(Run, "append", broken)
    engine.resume()
    engine.join()
    assert engine.state == "failed"
    assert "a complex number cannot be kept" in engine.message


def test_tensors_survive_the_way_to_the_disk_and_back() -> None:
    weights = {"a": torch.arange(6).reshape(2, 3).t(), "b": torch.tensor(3, dtype=torch.int64)}
    back = to_tensors(to_arrays(weights))
    assert all(torch.equal(back[name], weights[name]) for name in weights)
