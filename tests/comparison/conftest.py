"""A comparison to look at, which no test changes."""

from __future__ import annotations

import pytest

from core.comparison.book import Comparison
from core.runs import RunStore
from tests.comparison.small import trained


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunStore, Comparison]:
    return trained(tmp_path_factory.mktemp("compared"))
