"""What a run makes, from the command line, and how good it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli.main import main

FEW = ["--data.count", "300", "--data.held-out", "60"]


def train(runs: Path, *words: str) -> None:
    assert main(["--quiet", "--runs", str(runs), "train", "gan", "--threads", "1", *words]) == 0


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> Path:
    runs = tmp_path_factory.mktemp("points")
    train(runs, "--data", "mixtures", *FEW, "--steps", "3", "--width", "8")
    return runs


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    runs = tmp_path_factory.mktemp("faces")
    train(runs, "--data", "faces", *FEW, "--steps", "2", "--width", "4", "--batch-size", "4")
    return runs


def test_pictures_are_written_as_a_grid_or_one_by_one(faces: Path, tmp_path: Path) -> None:
    words = ["--quiet", "--runs", str(faces), "generate", "last", "--count", "5", "--to"]
    assert main([*words, str(tmp_path / "grid.png")]) == 0
    assert Image.open(tmp_path / "grid.png").size == (3 * 33 - 1, 2 * 33 - 1)
    assert main([*words, str(tmp_path / "all")]) == 0
    assert len(list((tmp_path / "all").glob("*.png"))) == 5


def test_points_are_written_as_a_table(points: Path, tmp_path: Path) -> None:
    words = ["--quiet", "--runs", str(points), "generate", "last", "--count", "7", "--to"]
    assert main([*words, str(tmp_path / "a.csv")]) == 0
    assert np.loadtxt(tmp_path / "a.csv", delimiter=",", skiprows=1).shape == (7, 2)


def test_points_are_refused_as_a_picture(
    points: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--quiet", "--runs", str(points), "generate", "last", "--to", str(tmp_path / "a.png")]
    assert main(words) == 2
    assert "these are points; a .csv" in capsys.readouterr().err


def test_points_are_scored_by_modes(points: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quiet", "--runs", str(points), "score", "last", "--count", "50"]) == 0
    assert "of 8 modes covered" in capsys.readouterr().out


def test_pictures_are_scored_beside_real_ones(
    faces: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SELFSIGHT_HOME", str(tmp_path))
    monkeypatch.setattr("core.evaluate.generative.classifier.STEPS", 3)
    assert main(["--quiet", "--runs", str(faces), "score", "last", "--count", "60"]) == 0
    out = capsys.readouterr().out
    for word in ("FD", "recall", "coverage", "rate of hat", "it is no FID"):
        assert word in out


def test_a_run_that_generates_nothing_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ["--steps", "1", "--width", "4", "--batch-size", "4", "--threads", "1"]
    words = ["train", "rotation", "--data", "digits", *small]
    assert main(["--quiet", "--runs", str(tmp_path), *words]) == 0
    assert main(["--quiet", "--runs", str(tmp_path), "score", "last"]) == 2
    assert "rotation generates nothing" in capsys.readouterr().err
