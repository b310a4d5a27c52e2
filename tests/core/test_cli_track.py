"""`main.py track` and `main.py tracking`: from frames to masks, mistakes in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli.main import main

T, SIDE = 5, 40


def true_mask(at: int) -> np.ndarray:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[12:24, 4 + 3 * at : 16 + 3 * at] = 1
    return mask


@pytest.fixture
def davis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder laid out as DAVIS: a red square that moves right over blue."""
    monkeypatch.setenv("SELFSIGHT_HOME", str(tmp_path / "home"))
    root = tmp_path / "davis"
    frames, masks = (root / kind / "480p" / "square" for kind in ("JPEGImages", "Annotations"))
    for folder in (frames, masks):
        folder.mkdir(parents=True)
    for at in range(T):
        mask = true_mask(at)
        frame = np.full((SIDE, SIDE, 3), (20, 40, 150), np.uint8)
        frame[mask == 1] = (220, 60, 30)
        Image.fromarray(frame).save(frames / f"{at:05}.jpg", quality=95)
        drawn = Image.fromarray(mask)
        drawn.putpalette([0, 0, 0, 128, 0, 0])
        drawn.save(masks / f"{at:05}.png")
    return root


def film(davis: Path) -> Path:
    return davis / "JPEGImages" / "480p" / "square"


def said(capsys: pytest.CaptureFixture[str], *words: object, status: int = 0) -> str:
    assert main(["--quiet", *map(str, words)]) == status
    found = capsys.readouterr()
    return found.err if status else found.out


def overlap(written: Path, at: int) -> float:
    found, true = np.array(Image.open(written / f"{at:05}.png")) == 1, true_mask(at) == 1
    return float((found & true).sum() / (found | true).sum())


@pytest.mark.parametrize(("words", "last"), [((), T - 1), (("--backward",), 0)])
def test_marks_are_followed_forward_and_backward(
    davis: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple, last: int
) -> None:
    out = tmp_path / "out"
    told = said(capsys, "track", "colours", "--film", film(davis), "--out", out, *words)
    assert f"{T} frames followed by Raw Lab colours" in told
    assert len(list(out.glob("*.png"))) == T
    assert overlap(out, last) > 0.7


def test_a_mask_of_one_s_own_is_followed_into_a_film(
    davis: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    marks, out = tmp_path / "first.png", tmp_path / "seen.gif"
    Image.fromarray(np.kron(true_mask(1), np.ones((2, 2), np.uint8))).save(marks)  # twice as large
    masks = tmp_path / "masks"
    words = ("--film", film(davis), "--marks", marks, "--frames", "1:4", "--out", out, masks)
    assert "3 frames" in said(capsys, "track", "colours", *words)
    assert Image.open(out).n_frames == 3
    np.testing.assert_array_equal(np.array(Image.open(masks / "00001.png")), true_mask(1))
    assert overlap(masks, 3) > 0.7


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--marks", "nowhere.png"), "nowhere.png cannot be read"),
        (("--marks", "PHOTO"), "a mask numbers the objects of its pixels"),
        (("--marks", "EMPTY"), "this one has 0 different numbers"),
        (("--frames", "3:3"), "B must be greater than A"),
        (("--frames", "7:9"), "there is no frame 7"),
        (("--train", "2"), "colours does not learn; name a run"),
        (("--radius", "0"), "radius: 0 is below 1"),
    ],
)
def test_mistakes_are_said_in_one_line(
    davis: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple, reason: str
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE), dtype=np.uint8)
    made = {"PHOTO": noise, "EMPTY": np.zeros_like(noise)}
    for name, pixels in made.items():
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    given = [tmp_path / f"{w}.png" if w in made else w for w in words]
    out = tmp_path / "out"
    told = said(capsys, "track", "colours", "--film", film(davis), "--out", out, *given, status=2)
    assert reason in told
    assert "Traceback" not in told
    assert not out.exists()


def test_the_file_of_a_film_is_refused_before_anything_is_followed(
    davis: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "seen.txt"
    told = said(capsys, "track", "identity", "--film", film(davis), "--out", out, status=2)
    assert "name a folder, or a film" in told


def test_tracking_judges_the_baselines_on_davis_s_layout(
    davis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(capsys, "tracking", "--davis", davis, "--side", 40, "--by-clip")
    lines = {line.split("  ")[0]: line for line in told.splitlines()}
    stays, colours = lines["Marks stay where they are"], lines["Raw Lab colours"]
    assert float(colours.split()[3]) > float(stays.split()[5])
    assert "square" in told


def test_no_clip_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--clips 0: at least 1" in said(capsys, "tracking", "--clips", 0, status=2)
