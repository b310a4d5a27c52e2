"""Plans: what they refuse, what they keep, and what a budget is worth in steps."""

from __future__ import annotations

import json

import pytest

from core.comparison.budget import seconds_of_a_step, steps_of
from core.comparison.plan import RANDOM, Budget, Plan
from core.config import ConfigError
from core.data.sources import load
from core.registry import UnknownMethod

PLAN = Plan(("rotation", "simclr"), "digits", {}, Budget("images", 3200), (0, 1))


def test_a_plan_comes_back_from_json() -> None:
    assert Plan.from_dict(json.loads(json.dumps(PLAN.to_dict()))) == PLAN


def test_the_random_network_is_always_among_them() -> None:
    assert PLAN.all_methods == ["rotation", "simclr", RANDOM]


@pytest.mark.parametrize(("kind", "amount"), [("hours", 1.0), ("steps", 0.0), ("seconds", -1.0)])
def test_a_budget_that_is_none_is_refused(kind: str, amount: float) -> None:
    with pytest.raises(ConfigError, match="budget"):
        Budget(kind, amount)


def test_unknown_methods_and_empty_plans_are_refused() -> None:
    with pytest.raises(UnknownMethod):
        Plan(("telepathy",), "digits")
    with pytest.raises(ConfigError, match="at least one"):
        Plan((), "digits")


def test_options_go_to_the_methods_that_have_them() -> None:
    plan = Plan(("rotation", "simclr"), "digits", options={"temperature": 0.3, "width": 8})
    assert plan.experiment("simclr", 0).options == {"temperature": 0.3, "width": 8}
    assert plan.experiment("rotation", 0).options == {"width": 8}


def test_steps_follow_from_the_budget() -> None:
    data = load("digits", {})
    simclr = PLAN.experiment("simclr", 0)
    assert steps_of(Budget(), simclr, data) == simclr.config().steps
    assert steps_of(Budget("steps", 7), simclr, data) == 7
    assert steps_of(Budget("images", 6400), simclr, data) == 6400 // simclr.config().batch_size
    random = PLAN.experiment(RANDOM, 0)
    assert steps_of(Budget("steps", 7), random, data) == random.config().steps


def test_seconds_become_as_many_steps_as_fit() -> None:
    data = load("digits", {})
    experiment = PLAN.experiment("rotation", 0)
    each = seconds_of_a_step(experiment, data)
    assert 1 / 3 < steps_of(Budget("seconds", 10.0), experiment, data) * each / 10.0 < 3
