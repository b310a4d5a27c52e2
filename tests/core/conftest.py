"""Tiny trainings on the digits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from core.engine import Engine
from core.experiment import Experiment
from core.runs import Run, RunStore
from tests.core.watching import PATIENCE, Heard

SMALL: dict[str, Any] = {"width": 4, "batch_size": 8}


class MakeEngine(Protocol):
    def __call__(
        self, method: str = ..., run: Run | None = ..., autosave: float = ..., **options: Any
    ) -> tuple[Engine, Heard]: ...


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def make(store: RunStore) -> Iterator[MakeEngine]:
    """Engines of tiny trainings on the digits, stopped at the end of the test."""
    made: list[Engine] = []

    def engine(
        method: str = "rotation", run: Run | None = None, autosave: float = 1e9, **options: Any
    ) -> tuple[Engine, Heard]:
        experiment = Experiment(method, "digits", {"steps": 20, **SMALL, **options}, threads=1)
        heard = Heard()
        made.append(Engine(experiment, store, run, heard, autosave))
        return made[-1], heard

    yield engine
    for one in made:
        one.stop(PATIENCE)


@pytest.fixture
def trained(make: MakeEngine, store: RunStore) -> Run:
    """A finished run of six steps, open for looking."""
    engine, _ = make(steps=6)
    engine.start()
    engine.join()
    assert engine.run is not None
    return store.open(engine.run.id)
