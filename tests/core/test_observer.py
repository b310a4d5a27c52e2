"""The observer answers the newest question, of any kept weights, and survives what fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

from core import experiment as experiments
from core import questions, registry
from core.method import Look, Method
from core.observer import Answer, Observer
from core.probe import load_probe
from core.runs import Run, RunStore
from core.showcase import Showcase
from tests.core.conftest import MakeEngine
from tests.core.watching import PATIENCE


class Asker:
    """Asks, and waits for answers."""

    def __init__(self, observer: Observer) -> None:
        self.observer = observer
        self.answers: list[Answer] = []
        self._come = threading.Semaphore(0)

    def ask(self, key: str, question: Any, **more: Any) -> None:
        self.observer.ask(key, question, self._take, **more)

    def wait(self) -> Answer:
        assert self._come.acquire(timeout=PATIENCE)
        return self.answers[-1]

    def now(self, question: Any, **more: Any) -> Answer:
        self.ask("now", question, **more)
        return self.wait()

    def _take(self, answer: Answer) -> None:
        self.answers.append(answer)
        self._come.release()


@pytest.fixture
def asker(trained: Run) -> Iterator[Asker]:
    observer = Observer(trained)
    yield Asker(observer)
    observer.close()


def first_weight(method: Method, look: Look) -> float:
    return float(next(method.parameters()).flatten()[0])


def hold(begun: threading.Event, let_go: threading.Event) -> Callable[[Method, Look], str]:
    def question(method: Method, look: Look) -> str:
        begun.set()
        assert let_go.wait(PATIENCE)
        return "held"

    return question


def test_the_newest_question_of_a_key_replaces_one_that_waits(asker: Asker) -> None:
    begun, let_go = threading.Event(), threading.Event()
    asker.ask("slow", hold(begun, let_go))
    assert begun.wait(PATIENCE)
    for number in range(100):
        asker.ask("drag", lambda method, look, number=number: number)
    asker.ask("other", lambda method, look: "other")
    let_go.set()
    for _ in range(3):
        asker.wait()
    assert [(a.key, a.value) for a in asker.answers] == [
        ("slow", "held"),
        ("drag", 99),
        ("other", "other"),
    ]


def test_any_snapshot_answers_with_its_own_weights(asker: Asker, trained: Run) -> None:
    name, _ = next(iter(asker.now(lambda method, look: list(method.named_parameters())).value))
    for step in (0, 3, 6, 1, 0):
        answer = asker.now(first_weight, step=step)
        assert answer.step == step
        assert answer.value == float(trained.load_snapshot(step)[name].flat[0])


def test_without_a_step_a_finished_run_answers_with_its_last(asker: Asker) -> None:
    assert asker.now(first_weight).step == 6


def test_a_training_run_answers_with_what_it_has_learned_so_far(make: MakeEngine) -> None:
    engine, heard = make()
    engine.start(paused=True)
    heard.until_state("paused")
    observer = Observer(engine.run, engine.showcase)
    asker = Asker(observer)
    try:
        assert asker.now(first_weight).step == 0
        engine.step_once()
        heard.until_state("paused", times=2)
        answer = asker.now(first_weight)
        weight = float(next(engine.trainer.method.parameters()).detach().flatten()[0])
        assert (answer.step, answer.value) == (1, weight)
        assert asker.now(first_weight, step=0).step == 0
    finally:
        observer.close()


def test_the_replica_gives_the_outputs_of_the_trained_method(make: MakeEngine) -> None:
    engine, heard = make("supervised", steps=5)
    engine.start()
    heard.until(lambda: bool(heard.told("device")))
    method = engine.trainer.method
    engine.join()
    observer = Observer(engine.run)
    try:
        told = Asker(observer).now(questions.embedding)
    finally:
        observer.close()
    images = torch.from_numpy(load_probe(engine.run.path).images).float() / 255
    look = Look(images, torch.zeros(len(images)), (), torch.Generator())
    with torch.no_grad():
        expected = questions.embedding(method.eval(), look)
    for name, features in expected.stages.items():
        np.testing.assert_array_equal(told.value.stages[name], features)


def test_pictures_are_chosen_and_own_ones_stand_first(asker: Asker, trained: Run) -> None:
    probe = load_probe(trained.path)
    own = np.full((1, *probe.images.shape[1:]), 255, np.uint8)

    def shown(method: Method, look: Look) -> Any:
        return (look.images * 255).round().byte().numpy(), look.labels.tolist()

    images, labels = asker.now(shown, indices=[5, 2], own=own).value
    np.testing.assert_array_equal(images, np.concatenate([own, probe.images[[5, 2]]]))
    assert labels == [-1, probe.labels[5], probe.labels[2]]
    assert len(asker.now(shown).value[0]) == len(probe)


def test_an_error_is_an_answer_in_words_and_the_next_question_is_answered(asker: Asker) -> None:
    def fails(method: Method, look: Look) -> None:
        raise ValueError("7 does not divide 32; choose 4 or 8")

    answer = asker.now(fails)
    assert answer.error == "7 does not divide 32; choose 4 or 8"
    assert "in fails" in answer.traceback
    assert asker.now(first_weight).error == ""


def test_what_a_method_cannot_do_is_said(asker: Asker) -> None:
    assert "has no figure 'nonsense'" in asker.now(questions.figure("nonsense")).error


def test_a_snapshot_that_is_not_there_is_said(asker: Asker) -> None:
    assert asker.now(first_weight, step=4).error
    assert asker.now(first_weight, step=3).error == ""


def test_whoever_cannot_take_an_answer_does_not_stop_the_others(asker: Asker) -> None:
    def refuse(answer: Answer) -> None:
        raise RuntimeError("the panel is gone")

    asker.observer.ask("gone", first_weight, refuse)
    assert asker.now(first_weight).step == 6


def test_after_going_back_the_same_step_is_read_anew(trained: Run, store: RunStore) -> None:
    showcase = Showcase()
    observer = Observer(trained, showcase)
    asker = Asker(observer)
    try:
        before = asker.now(first_weight, step=6).value
        with store.open(trained.id, write=True) as run:
            run.resume_from(3)
            run.save_snapshot(6, {n: np.asarray(a + 1) for n, a in run.load_snapshot(3).items()})
        showcase.forget()
        assert asker.now(first_weight, step=6).value != before
    finally:
        observer.close()


def test_close_ends_the_thread_and_asks_afterwards_are_ignored(trained: Run) -> None:
    before = set(threading.enumerate())
    observer = Observer(trained)
    asker = Asker(observer)
    asker.ask("a", first_weight)
    observer.close()
    asker.ask("b", first_weight)
    assert set(threading.enumerate()) == before
    assert all(answer.key != "b" for answer in asker.answers)


def test_a_rebuilt_method_draws_nothing_and_is_equal(trained: Run) -> None:
    before = torch.random.get_rng_state()
    experiment = experiments.from_run(trained)
    shape, cpu = experiments.shape_of(trained), torch.device("cpu")
    cls = registry.method_class(experiment.method)
    built = experiments.build(experiment, shape, cpu)
    again = experiments.rebuild(cls, experiment.config(), shape, built.state_dict(), cpu)
    for name, tensor in built.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor)
    assert torch.equal(torch.random.get_rng_state(), before)
