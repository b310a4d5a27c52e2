"""Gaussians of a run leave by words, and a file is looked into."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli.main import main

SCENE = ["--data", "scenes", "--data.views", "8", "--data.held-out", "2", "--data.side", "16"]


def test_gaussians_leave_a_run_and_a_file_shows_what_the_run_shows(
    own_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ["--steps", "3", "--width", "40", "--batch-size", "4", "--threads", "1"]
    assert main(["--quiet", "train", "gaussians", *SCENE, *small]) == 0
    ply, still, again = (tmp_path / name for name in ("a.ply", "a.png", "b.png"))
    assert main(["--quiet", "splats", "last", "-o", str(ply)]) == 0
    assert "40 Gaussians" in capsys.readouterr().out
    side = ["--side", "40"]
    assert main(["--quiet", "splats", "last", "-o", str(still), *side]) == 0
    assert main(["--quiet", "splats", str(ply), "-o", str(again), *side]) == 0
    pictures = [np.asarray(Image.open(path)) for path in (still, again)]
    assert pictures[0].min() < 200
    np.testing.assert_array_equal(*pictures)
    assert main(["--quiet", "splats", str(ply), "-o", str(tmp_path / "a.splat")]) == 0
    assert (tmp_path / "a.splat").stat().st_size == 40 * 32
    assert main(["--quiet", "splats", "last", "-o", "a.obj"]) == 2
    assert ".splat or .png is needed" in capsys.readouterr().err
    ply.write_bytes(ply.read_bytes()[:-9])
    assert main(["--quiet", "splats", str(ply), "-o", str(again)]) == 2
    assert "it says 40, the file holds 39" in capsys.readouterr().err
