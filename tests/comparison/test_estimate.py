"""What is said of a comparison's length before it is begun."""

from __future__ import annotations

import pytest

from core.comparison.estimate import JUDGING, RANDOM_SECONDS, SNAPSHOTS, estimate
from core.comparison.plan import Budget, Plan
from core.evaluate.protocols import PROTOCOLS
from core.registry import note

KNN = JUDGING["knn"] + SNAPSHOTS


def test_seconds_are_those_of_the_budget_and_of_judging() -> None:
    found = estimate(Plan(("rotation", "simclr"), "digits", {}, Budget("seconds", 60.0), (0, 1),
                          ("knn",)))  # fmt: skip
    assert found.trainings == 6
    assert found.seconds == pytest.approx(2 * (2 * 60 + RANDOM_SECONDS + 3 * KNN))
    assert list(found.refused) == []


def test_every_protocol_has_its_seconds() -> None:
    assert set(JUDGING) == set(PROTOCOLS)


def test_a_methods_own_budget_takes_as_long_as_its_note_says() -> None:
    rotation = note("rotation")
    found = estimate(Plan(("rotation",), rotation.data, {}, Budget(), (0,), ("knn",)))
    assert found.seconds == pytest.approx(60 * rotation.minutes + RANDOM_SECONDS + 2 * KNN)


def test_half_the_steps_take_half_the_time() -> None:
    def seconds(steps: float) -> float:
        plan = Plan(("simclr",), "digits", {}, Budget("steps", steps), (0,), ("knn",))
        found = estimate(plan).seconds
        assert found is not None
        return found - RANDOM_SECONDS - 2 * KNN

    assert seconds(100) == pytest.approx(seconds(200) / 2)


def test_methods_that_do_not_take_the_network_are_named_and_the_time_is_not_guessed() -> None:
    plan = Plan(("simclr", "mae"), "digits", {}, Budget("steps", 9), (0,), ("knn",),
                {"backbone": "resnet18"})  # fmt: skip
    found = estimate(plan)
    assert list(found.refused) == [note("mae").title]
    assert found.trainings == 2
    assert found.seconds is None
