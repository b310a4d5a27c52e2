"""Kill -9 at random moments of a real writer; the number by SELFSIGHT_KILLS, 10 by default."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bench.kill_runs import INTERVAL, harry


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_kills_at_random_moments_lose_one_interval_at_most(tmp_path: Path) -> None:
    kills = int(os.environ.get("SELFSIGHT_KILLS", "10"))
    tally = harry(tmp_path, kills, seed=1)
    assert tally.kills == kills
    assert tally.step > 0
    assert tally.lost <= INTERVAL
