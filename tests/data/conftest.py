"""What the tests of data share: small folders of pictures, the real data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.data import odd

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[..., Path]:
    """Makes small PNGs by their paths, each of a colour of its own, below one folder."""

    def make(*names: str, below: str = "pictures") -> Path:
        for number, name in enumerate(names):
            path = tmp_path / below / name
            path.parent.mkdir(parents=True, exist_ok=True)
            colour = (40 + 7 * number % 200, 90, 250 - 11 * number % 200)
            path.write_bytes(odd.saved(Image.new("RGB", (12, 12), colour), "PNG"))
        return tmp_path / below

    return make


@pytest.fixture
def shared() -> Path:
    """The folder of real data; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"real data is not at {SHARED}")
    return SHARED
