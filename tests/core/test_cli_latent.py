"""Sums of latents and inversion by words: files that are there, and mistakes in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli.main import main

SMALL = ["--steps", "2", "--width", "4", "--batch-size", "8", "--threads", "1"]


@pytest.fixture
def said(own_home: Path, capsys: pytest.CaptureFixture[str],
         monkeypatch: pytest.MonkeyPatch) -> pytest.CaptureFixture[str]:  # fmt: skip
    monkeypatch.setattr("core.evaluate.generative.classifier.STEPS", 1)
    assert main(["--quiet", "train", "vae", "--data", "digits", *SMALL]) == 0
    return capsys


def test_a_picture_is_inverted_and_its_latent_kept(
    said: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    own, to, latent = tmp_path / "own.png", tmp_path / "found.png", tmp_path / "z.npy"
    Image.new("L", (20, 20), 200).save(own)
    words = ["--quiet", "invert", "last", str(own), "--search-steps", "3"]
    assert main([*words, "--to", str(to), "--latent", str(latent)]) == 0
    assert Image.open(to).size == (2 * 96 + 4, 96)
    assert np.load(latent).shape == (2,)
    assert "mean squared error" in said.readouterr().out
    assert main([*words, "--to", "found.gif"]) == 2
    assert "as a .png file" in said.readouterr().err
    assert main([*words, "--class", "12"]) == 2
    assert "classes 0 to 9" in said.readouterr().err


def test_a_sum_says_what_it_cannot_be_asked(said: pytest.CaptureFixture[str]) -> None:
    words = ["--quiet", "arithmetic", "last"]
    assert main([*words, "--example", "9"]) == 2
    assert "choose 1 to 5" in said.readouterr().err
    assert main([*words, "--this", "smile"]) == 2
    assert "name all three" in said.readouterr().err
    assert main([*words, "--this", "3", "--minus", "no 3", "--plus", "7", "--exemplars", "0"]) == 2
    assert "1 at least" in said.readouterr().err
    assert main([*words, "--trials", "2"]) == 2  # digits know no smiles
    assert "there is no attribute 'smile'" in said.readouterr().err
