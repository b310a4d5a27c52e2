"""A store in a temporary folder, and runs in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.runs import Run, RunInfo, RunStore

INFO = RunInfo(method="rotation", data="digits", seed=7, title="Rotation on digits")
CONFIG = {"method": {"learning_rate": 0.001}, "data": {}}


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def run(store: RunStore) -> Iterator[Run]:
    with store.create(INFO, CONFIG) as run:
        yield run
