"""The notes of the methods can be read, and each has a class that it speaks of."""

from __future__ import annotations

import pytest

from core.data.sources import SOURCES
from core.registry import method_class, note


@pytest.mark.parametrize("id", ["rotation", "supervised"])
def test_a_note_names_real_data_and_shows_the_loss(id: str) -> None:
    found = note(id)
    assert found.data in SOURCES
    assert "```math" in found.body
    assert set(method_class(id).recipes) <= set(SOURCES)
