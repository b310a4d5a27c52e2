"""Boxes in space leave a run by words, as the numbers that it finds."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.bases.box_numbers import COLUMNS
from core.cli.main import main
from core.data.streets.record import KINDS
from core.judge import method_of
from core.probe import load_probe
from core.runs import RunStore, home

STREETS = ["--data", "streets", "--data.count", "4", "--data.held-out", "3", "--data.side", "48"]
SMALL = ["--steps", "2", "--width", "4", "--batch-size", "2", "--threads", "1"]


@pytest.fixture
def run(own_home: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["--quiet", "train", "box_detector", *STREETS, *SMALL]) == 0
    capsys.readouterr()
    return "last"


def test_boxes_of_the_held_out_pictures_are_written_as_the_run_finds_them(
    run: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, tree = tmp_path / "a.csv", tmp_path / "a.json"
    for path in (table, tree):
        assert main(["--quiet", "boxes", run, "--to", str(path), "--score", "0.06"]) == 0
    store = RunStore(home() / "runs")
    made = store.open(store.list()[0].id)
    probe = load_probe(made.path)
    with torch.no_grad():
        wanted = method_of(made)[0].detect(
            torch.from_numpy(probe.images[:3]) / 255, torch.from_numpy(probe.cameras[:3])
        )
    rows = list(csv.reader(table.open()))
    assert tuple(rows[0]) == COLUMNS
    about = json.loads(tree.read_text())
    assert (about["step"], about["side"], len(about["pictures"])) == (2, 48, 3)
    at = 1
    for number, (answer, picture) in enumerate(zip(wanted, about["pictures"], strict=True)):
        sure = answer.scores >= 0.06
        assert len(picture["boxes"]) == sure.sum() > 0
        for thing, kind, score, box, flat in zip(picture["boxes"], answer.kinds, answer.scores,
                                                 answer.boxes, answer.flat):  # fmt: skip
            name, word, *numbers = rows[at]
            assert name == picture["picture"] == f"held_out:{number}"
            assert word == thing["class"] == KINDS[kind]
            said = [thing["score"], *thing["centre"], *thing["size"], thing["yaw"], *thing["box"]]
            np.testing.assert_allclose(said, [score, *box, *flat], atol=6e-3)
            np.testing.assert_allclose([float(n) for n in numbers], said, atol=6e-3)
            at += 1
    assert at == len(rows)
    assert f"{at - 1} boxes in 3 pictures" in capsys.readouterr().out


def test_pictures_of_ones_own_are_taken_too_and_wrong_words_are_told(
    run: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, to = tmp_path / "mine", tmp_path / "mine.json"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    for name in ("a.png", "b.png"):
        Image.fromarray(noise).save(folder / name)
    (folder / "broken.png").write_bytes(b"no picture")
    words = ["--quiet", "boxes", run, str(folder), "--score", "0", "--to", str(to)]
    assert main(words) == 0
    assert "left out: broken.png" in capsys.readouterr().out
    found = json.loads(to.read_text())["pictures"]
    assert [picture["picture"] for picture in found] == ["a.png", "b.png"]
    assert found[0]["boxes"] == found[1]["boxes"] != []
    for wrong, told in ((["--to", "a.txt"], "ending in .csv or .json"),
                        (["--score", "2"], "from 0 to 1")):  # fmt: skip
        assert main(["boxes", run, *wrong]) == 2
        assert told in capsys.readouterr().err
