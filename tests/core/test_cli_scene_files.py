"""A scene leaves a run by words: Gaussians, a film along a path; and a file is looked into."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli.main import main
from core.render.camera_path import CameraPath
from core.render.viewpoint import Viewpoint

SCENE = ["--data", "scenes", "--data.views", "8", "--data.held-out", "2", "--data.side", "16"]
SMALL = ["--steps", "3", "--width", "40", "--batch-size", "4", "--threads", "1"]


@pytest.fixture
def run(own_home: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["--quiet", "train", "gaussians", *SCENE, *SMALL]) == 0
    capsys.readouterr()
    return "last"


def test_gaussians_leave_a_run_and_their_files_show_the_same(
    run: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ply, splat = tmp_path / "a.ply", tmp_path / "a.splat"
    for path in (ply, splat):
        assert main(["--quiet", "export", run, "--splats", str(path)]) == 0
    assert "40 Gaussians" in capsys.readouterr().out
    assert splat.stat().st_size == 40 * 32
    stills = [tmp_path / "a.png", tmp_path / "b.png"]
    for path, still in zip((ply, splat), stills, strict=True):
        assert main(["--quiet", "view", str(path), "-o", str(still), "--size", "40x40"]) == 0
    first, second = (np.asarray(Image.open(still)).astype(int) for still in stills)
    assert first.min() < 200
    assert np.abs(first - second).mean() < 4  # a .splat rounds to bytes and has no harmonics
    assert main(["--quiet", "export", run, "--splats", "a.obj"]) == 2
    assert "Gaussians are .ply or .splat" in capsys.readouterr().err
    ply.write_bytes(ply.read_bytes()[:-9])
    assert main(["--quiet", "view", str(ply), "-o", str(stills[0])]) == 2
    assert "it says 40, the file holds 39" in capsys.readouterr().err


def test_a_film_follows_the_keyframes_of_a_file(
    run: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    way, film = tmp_path / "path.json", tmp_path / "film.gif"
    words = ["--quiet", "film", run, "--path", str(way), "--size", "16x12", "--fps", "5"]
    way.write_text(CameraPath((Viewpoint(),), 2.0).text())
    assert main([*words, "-o", str(film)]) == 2
    assert "2 keyframes at least" in capsys.readouterr().err
    way.write_text(CameraPath((Viewpoint(), Viewpoint(azimuth=40.0)), 2.0).text())
    assert main([*words, "-o", str(film)]) == 0
    assert "10 pictures" in capsys.readouterr().out
    with Image.open(film) as made:
        assert made.size == (16, 12)
        assert getattr(made, "n_frames", 1) == 10
