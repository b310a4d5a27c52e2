"""How long a training would take, by a few of its steps."""

from __future__ import annotations

import pytest

from core.config import ConfigError
from core.experiment import Experiment
from core.forecast import Forecast, forecast
from core.progress import Cancelled, Progress
from core.trainer import Trainer

SMALL = {"width": 8, "depth": 1, "rays": 16, "steps": 200_000}
VIEWS = {"views": 6, "held_out": 2, "side": 16}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Steps take a second each, and the first one five."""
    now, taken = [0.0], []

    def step(self: Trainer) -> None:
        now[0] += 1.0 if taken else 5.0
        taken.append(now[0])
        self.step += 1

    monkeypatch.setattr("core.forecast.time.perf_counter", lambda: now[0])
    monkeypatch.setattr(Trainer, "take_step", step)
    return taken


def test_all_steps_cost_what_the_measured_ones_did(clock: list[float]) -> None:
    found = forecast(Experiment("nerf", "scenes", SMALL, VIEWS), Progress(), seconds=8.0)
    assert found == Forecast(200_000, each=1.0, measured=8)
    assert found.seconds == 200_000
    assert len(clock) == 9


def test_where_one_step_takes_long_it_is_all_that_is_taken(clock: list[float]) -> None:
    found = forecast(Experiment("nerf", "scenes", SMALL, VIEWS), Progress(), seconds=4.0)
    assert found == Forecast(200_000, each=5.0, measured=1)
    assert len(clock) == 1


def test_no_more_steps_are_taken_than_the_training_has(clock: list[float]) -> None:
    few = Experiment("nerf", "scenes", {**SMALL, "steps": 3}, VIEWS)
    assert forecast(few, Progress(), seconds=100.0) == Forecast(3, each=1.0, measured=2)


def test_it_can_be_cancelled_and_says_what_is_wrong() -> None:
    with pytest.raises(Cancelled):
        forecast(Experiment("nerf", "scenes", SMALL, VIEWS), Progress(lambda _: None, lambda: True))
    with pytest.raises(ConfigError, match="width"):
        forecast(Experiment("nerf", "scenes", {"width": -1}, VIEWS), Progress())
