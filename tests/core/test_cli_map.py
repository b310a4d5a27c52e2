"""`main.py map`: from a run or a file to pictures and tables, and mistakes in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli.main import main
from core.embeddings.files import read
from core.report.map_film import count

LAID = ["--layout", "pca"]


@pytest.fixture
def blobs(tmp_path: Path) -> Path:
    """Two far groups of points with labels, names and a score."""
    dice = np.random.default_rng(0)
    features = dice.normal(size=(60, 5)).astype(np.float32)
    features[30:, 0] += 40
    np.savez(
        tmp_path / "blobs.npz",
        features=features,
        labels=np.repeat([0, 1], 30),
        classes=np.array(["cat", "dog"]),
        names=np.array([f"{at}.png" for at in range(60)]),
        score=np.arange(60.0),
    )
    return tmp_path / "blobs.npz"


def said(capsys: pytest.CaptureFixture[str], *words: str | Path, status: int = 0) -> str:
    assert main(["--quiet", "map", *map(str, words)]) == status
    found = capsys.readouterr()
    return found.err if status else found.out


def test_a_file_becomes_pictures_and_tables(
    blobs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["m.png", "m.svg", "m.csv", "m.parquet", "m.npz", "m.tsv"]
    out = [tmp_path / "out" / name for name in names]
    out[0].parent.mkdir()
    words = said(capsys, blobs, *LAID, "--group", "dogs=label:dog", "--out", *out)
    assert "PCA of 60 points, metric cosine, seed 0" in words
    assert "Trustworthiness" in words
    with Image.open(out[0]) as picture:
        colours = {c for _, c in picture.convert("RGB").getcolors(1 << 20) or []}
    assert {(12, 108, 238), (202, 134, 20)} <= colours  # the first two of the palette
    svg = out[1].read_text()
    assert svg.count("<circle") == 60
    for text in ("cat  30", "dog  30", "PCA of 60 points", "Trustworthiness"):
        assert text in svg
    for path in out[2:5]:
        table = read(path)
        assert table.groups["dogs"].tolist() == list(range(30, 60))
        assert table.places is not None
        assert table.about["layout"] == "pca"
        np.testing.assert_array_equal(table.features(), read(blobs).features())


def test_a_map_in_space_has_three_places(
    blobs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "m.npz"
    said(capsys, blobs, *LAID, "--dims", "3", "--out", out, tmp_path / "m.png")
    places = read(out).places
    assert places is not None
    assert places.shape == (60, 3)


@pytest.mark.parametrize("by", ["class", "predicted", "purity", "trust", "score"])
def test_points_are_coloured_by_what_is_asked(
    blobs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], by: str
) -> None:
    said(capsys, blobs, *LAID, "--colour", by, "--out", tmp_path / "m.svg")
    assert f">{by}<" in (tmp_path / "m.svg").read_text()


def test_columns_of_ones_own_colour_the_map_and_make_groups(
    blobs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("name,mood\n" + "".join(f"{a}.png,{'odd' if a % 2 else 'even'}\n"
                                             for a in reversed(range(60))))  # fmt: skip
    words = [*LAID, "--columns", mine, "--colour", "mood", "--group", "odd=mood:odd"]
    said(capsys, blobs, *words, "--out", tmp_path / "m.svg", tmp_path / "m.npz")
    assert "even  30" in (tmp_path / "m.svg").read_text()
    assert read(tmp_path / "m.npz").groups["odd"].tolist() == list(range(1, 60, 2))


def test_a_group_is_asked_whether_it_is_real(
    blobs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.maps.genuine import Verdict

    asked = {}

    def judge(features: np.ndarray, members: list[int], *_: object) -> Verdict:
        asked["members"] = members
        return Verdict(True, "A real group: yes.", {})

    monkeypatch.setattr("core.cli.map.genuine", judge)
    words = said(capsys, blobs, *LAID, "--group", "few=3,5,9", "--real", "few")
    assert asked["members"] == [3, 5, 9]
    assert "few: A real group: yes." in words


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--out", "m.jpg"], "--out m.jpg: the ending is not one of"),
        (["--perplexity", "5"], "--perplexity belongs to --layout tsne, not to pca"),
        (["--colour", "mood"], "nothing named 'mood' to colour by"),
        (["--real", "mine"], "--real mine: there is no such group"),
        (["--group", "mine=label:cow"], "no row has 'cow'"),
        (["--group", "mine=1,99"], "'99' is no row"),
        (["--group", "mine"], "expected NAME=label:cat"),
        (["--step", "3"], "a file has no snapshots"),
        (["--stage", "stem"], "there is no stage 'stem'"),
        (["--dims", "4"], "dims: '4' is not one of 2, 3"),
    ],
)
def test_a_mistake_is_one_line(
    blobs: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    found = said(capsys, blobs, *LAID, *words, status=2)
    assert message in found
    assert found.count("\n") == 1


def test_a_file_that_is_not_there_is_no_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no file away.csv" in said(capsys, "away.csv", status=2)


def test_a_run_is_laid_out_at_a_step(
    tmp_path: Path, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ["--steps", "2", "--width", "4", "--batch-size", "8", "--threads", "1"]
    assert main(["--quiet", "train", "rotation", "--data", "digits", *small]) == 0
    capsys.readouterr()
    out = tmp_path / "m.npz"
    words = said(capsys, "last", *LAID, "--step", "0", "--stage", "stage1", "--out", out)
    assert "step 0" in words
    assert (read(out).about["step"], read(out).about["stage"]) == ("0", "stage1")


def test_a_film_goes_over_the_snapshots_of_a_run(
    tmp_path: Path, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ["--steps", "4", "--width", "4", "--batch-size", "8", "--threads", "1"]
    assert main(["--quiet", "train", "rotation", "--data", "digits", *small]) == 0
    capsys.readouterr()
    said(capsys, "last", *LAID, "--step", "1", "--out", tmp_path / "m.mp4")
    import av

    with av.open(str(tmp_path / "m.mp4")) as film:
        shown = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(shown) == count(2)
    assert np.abs(shown[0].astype(int) - shown[-1]).max() > 100


def test_a_film_of_a_file_is_refused(
    blobs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "m.gif"
    assert "a film shows the snapshots of a run" in said(capsys, blobs, "--out", out, status=2)
