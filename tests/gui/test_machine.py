"""What the program takes of the machine, and gives back."""

import sys

import pytest

from core.memory import give_back_memory
from gui.machine import resident_bytes


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_is_given_back_is_no_longer_resident() -> None:
    crumbs = [bytearray(100_000) for _ in range(1000)]  # below what malloc maps apart
    full = resident_bytes()
    kept = crumbs[-1]  # at the top: the heap cannot shrink by itself
    del crumbs
    give_back_memory()
    left = resident_bytes()
    assert full is not None
    assert left is not None
    assert full - left > 50e6
    assert len(kept) == 100_000
