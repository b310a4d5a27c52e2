"""Walks, denoising and completion by words: files that are there, and mistakes in one line."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from PIL import Image

from core.cli.main import main

SMALL = ["--steps", "2", "--width", "4", "--batch-size", "8", "--threads", "1"]
MORE = {"pixelcnn": ["--depth", "2"], "vae": [], "diffusion": []}


@pytest.fixture
def said(own_home: Path, capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    return capsys


def train(method: str) -> None:
    assert main(["--quiet", "train", method, "--data", "digits", *SMALL, *MORE[method]]) == 0


def frames(path: Path) -> int:
    with av.open(str(path)) as film:
        return sum(1 for _ in film.decode(video=0))


def test_walks_are_films_and_pictures_by_both_ways(
    said: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    train("vae")
    film, picture = tmp_path / "walk.mp4", tmp_path / "walk.png"
    assert main(["--quiet", "walk", "last", "--way", "both", "--frames", "3", "--closed",
                 "--seeds", "4,5", "--to", str(film)]) == 0  # fmt: skip
    assert frames(film) == 2 * 3 + 1
    assert main(["--quiet", "walk", "last", "--frames", "4", "--to", str(picture)]) == 0
    assert Image.open(picture).size == (9 * 128 + 8 * 4, 128)
    assert "slerp and lerp" in said.readouterr().out
    assert main(["walk", "last", "--seeds", "4"]) == 2
    assert "two whole numbers or more" in said.readouterr().err
    assert main(["walk", "last", "--to", "walk.txt"]) == 2
    assert "not one of .png, .mp4, .gif" in said.readouterr().err
    assert main(["denoise", "last"]) == 2
    assert "takes no noise away" in said.readouterr().err


def test_denoising_shows_each_moment_and_what_it_was_taken_for(
    said: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    train("diffusion")
    strip, film = tmp_path / "strip.png", tmp_path / "film.gif"
    words = ["--quiet", "denoise", "last", "--steps", "4", "--count", "2", "--keep", "3"]
    assert main([*words, "--guidance", "0", "--class", "7", "--to", str(strip)]) == 0
    assert Image.open(strip).size == (3 * 128 + 2 * 4, 4 * 128 + 3 * 4)
    own = tmp_path / "own.png"
    Image.new("L", (20, 20), 200).save(own)
    assert main([*words, "--random", "--picture", str(own), "--fps", "2", "--to", str(film)]) == 0
    assert film.exists()
    assert main([*words, "--class", "eleven"]) == 2
    assert "there is no such class; there are 0, 1" in said.readouterr().err
    assert main(["--quiet", "denoise", "last", "--steps", "0"]) == 2
    assert "needs one at least" in said.readouterr().err


def test_half_a_picture_is_completed_pixel_by_pixel(
    said: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    train("pixelcnn")
    film, picture = tmp_path / "endings.mp4", tmp_path / "endings.png"
    words = ["--quiet", "complete", "last", "--count", "2", "--hidden", "0.25", "--fps", "5"]
    assert main([*words, "--to", str(film)]) == 0
    assert frames(film) == 16 + 5
    assert "2 endings, 16 pixels each" in said.readouterr().out
    assert main([*words, "--class", "3", "--number", "1", "--to", str(picture)]) == 0
    assert Image.open(picture).size == (2 * 128 + 4, 2 * 128 + 4)
    assert main(["complete", "last", "--hidden", "0"]) == 2
    assert "--hidden takes more than 0" in said.readouterr().err
