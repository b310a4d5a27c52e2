"""All that the window does is done by words, and a mistake in them is one clear line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core import writer
from core.cli.main import main
from core.engine import Engine
from core.registry import method_class
from core.runs import Run, RunFull, RunStore
from tests.core.watching import PATIENCE
from tests.data import films

ROOT = Path(__file__).resolve().parents[2]
SMALL = ["--steps", "4", "--width", "4", "--batch-size", "8", "--threads", "1"]
TRAIN = ["--quiet", "train", "rotation", "--data", "digits", *SMALL]


@pytest.fixture
def runs(own_home: Path) -> RunStore:
    return RunStore(own_home / "runs")


@pytest.fixture
def trained(runs: RunStore, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(TRAIN) == 0
    capsys.readouterr()
    return runs.list()[0].id


def make_folder(folder: Path) -> Path:
    """Two classes of tiny pictures."""
    dice = np.random.default_rng(0)
    for name in ("left", "right"):
        (folder / name).mkdir(parents=True)
        for number in range(8):
            pixels = dice.integers(0, 256, (10, 10, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return folder


def test_train_says_what_it_made_and_where(
    runs: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(TRAIN) == 0
    out = capsys.readouterr().out
    [run] = runs.list()
    assert run.status == "finished"
    assert out.startswith("finished after 4 steps")
    assert run.id in out
    assert str(run.path) in out


def test_progress_is_shown_unless_it_is_quiet(
    runs: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(TRAIN[1:]) == 0
    assert "Reading the digits 1,797 of 1,797 images" in capsys.readouterr().err
    assert main(TRAIN) == 0
    assert capsys.readouterr().err == ""


def test_a_folder_of_pictures_is_data(
    runs: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_folder(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    words = ["train", "supervised", "--data", "mine", "--data.side", "8", *SMALL]
    assert main(["--quiet", *words]) == 0
    run = runs.open(runs.list()[0].id)
    assert run.config["shape"] == {"channels": 3, "side": 8, "classes": ["left", "right"]}
    # It can be gone on with from any folder.
    assert run.config["experiment"]["data_options"]["path"] == str(tmp_path / "mine")


def test_a_film_is_data(runs: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    films.write(tmp_path / "walk.mp4")
    monkeypatch.chdir(tmp_path)
    words = ["train", "rotation", "--data", "walk.mp4", "--data.side", "32", "--data.most", "9"]
    assert main(["--quiet", *words, *SMALL]) == 0
    described = runs.open(runs.list()[0].id).config["experiment"]
    assert described["data"] == "video"
    assert described["data_options"] == {
        "path": str(tmp_path / "walk.mp4"), "side": 32, "most": 9,
    }  # fmt: skip


def test_resume_takes_more_steps(trained: str, runs: RunStore) -> None:
    assert main(["--quiet", "resume", "last", "--steps", "6"]) == 0
    assert runs.open(trained).state.step == 6


def test_list_shows_methods_data_and_runs(trained: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    out = capsys.readouterr().out
    for word in ("rotation", "supervised", "digits", "toyland", trained, "step 4 of 4"):
        assert word in out


def test_evaluate_prints_tables_and_keeps_them(
    trained: str, runs: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--quiet", "evaluate", "last", "--protocols", "knn", "--seeds", "1"]) == 0
    assert "Every stage" in capsys.readouterr().out
    assert list(runs.open(trained).evaluations()) == ["step-000000004-knn"]


def test_export_writes_plain_files(trained: str, tmp_path: Path) -> None:
    assert main(["export", "last", str(tmp_path / "out")]) == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"metrics.csv", "experiment.json", "weights.safetensors", "report.html"} <= names
    lines = (tmp_path / "out" / "metrics.csv").read_text().splitlines()
    assert lines[0] == "step,quantity,value"
    assert sum(",loss," in line for line in lines) == 4
    assert list((tmp_path / "out" / "pictures").glob("*.png"))


def test_the_report_is_one_file_that_needs_nothing_else(
    trained: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--quiet", "evaluate", "last", "--protocols", "knn", "--seeds", "1"])
    capsys.readouterr()
    assert main(["report", "last", "--to", str(tmp_path / "report.html")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert not re.findall(r'(?:src|href)="(?!data:)[^"]*"|@import|url\((?!data:)|<script', page)
    for title in ("What it guesses", "Where it looks", "First filters", "Map of the embedding"):
        assert f"<h2>{title}" in page
    assert "Evaluation: step-000000004-knn" in page
    assert "python main.py train rotation --data digits --steps 4" in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("train nonsense", "nonsense"),
        ("train nonsense --width 4", "nonsense"),
        ("train rotation --width 1", "width: 1 is below 4"),
        ("train rotation --width wide", "width: 'wide' is not a whole number"),
        ("train rotation --rotations 3", "is not one of 4, 2"),
        ("train rotation --wings 3", "--wings"),
        ("train rotation --data.side 9", "side: '9' is not one of 8"),
        ("train rotation --data /no/such/folder", "'/no/such/folder' is neither a file"),
        ("train rotation --data nonsense", "nor one of digits, toyland"),
        ("train rotation --device abacus", "device 'abacus' is not on this machine"),
        ("train rotation --seed x", "invalid int value: 'x'"),
        ("train", "METHOD"),
        ("nonsense", "nonsense"),
        ("", "COMMAND"),
        ("resume last", "there is no run in"),
        ("resume nonsense", "there is no run 'nonsense'"),
        ("evaluate last", "there is no run in"),
        ("export nonsense out", "there is no run 'nonsense'"),
        ("report nonsense", "there is no run 'nonsense'"),
    ],
)
def test_a_mistake_is_one_line_and_status_two(
    words: str, said: str, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--quiet", *words.split()]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    [line] = told.err.splitlines()
    assert line.startswith("selfsight: ")
    assert said in line


def test_mistakes_about_a_run_are_one_line(
    trained: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (
        ["resume", "last", "--steps", "0"],
        ["export", "last", str(tmp_path), "--step", "77"],
        ["evaluate", "last", "--protocols", "nonsense"],
        ["evaluate", "last", "--protocols", "knn,detection"],  # digits have no boxes
        ["report", "last", "--to", str(tmp_path / "no" / "report.html")],
    ):
        assert main(["--quiet", *words]) == 2
        [line] = capsys.readouterr().err.splitlines()
        assert line.startswith("selfsight: ")


def test_data_without_labels_is_refused_in_one_line(
    runs: RunStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_folder(tmp_path / "mine") / "left"
    assert main(["--quiet", "train", "supervised", "--data", str(folder), *SMALL]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "learns from labels" in line
    assert runs.list() == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_and_stops(
    number: signal.Signals,
    status: int,
    runs: RunStore,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = Engine._after_step

    def signalled(engine: Engine, trainer: object, *rest: object) -> None:
        real(engine, trainer, *rest)
        if trainer.step == 2:
            os.kill(os.getpid(), number)
            assert stopped.wait(PATIENCE)

    stopped = threading.Event()
    stop = Engine.stop

    def noticed(engine: Engine, wait: float | None = None) -> bool:
        found = stop(engine, wait)
        stopped.set()
        return found

    monkeypatch.setattr(Engine, "_after_step", signalled)
    monkeypatch.setattr(Engine, "stop", noticed)
    assert main(TRAIN) == status
    [run] = runs.list()
    assert (run.status, run.resume_step) == ("stopped", 2)
    assert f"main.py resume {run.id}" in capsys.readouterr().out


def test_a_training_that_fails_says_so(
    runs: RunStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fault(*_: object) -> None:
        raise RuntimeError("the shapes do not fit")

    monkeypatch.setattr(Engine, "_after_step", fault)
    assert main(TRAIN) == 1
    told = capsys.readouterr()
    assert told.out.startswith("RuntimeError: the shapes do not fit")
    assert "Traceback" not in told.out + told.err


def test_numbers_that_are_not_finite_end_it_with_the_reason(
    runs: RunStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cls = method_class("rotation")
    monkeypatch.setattr(cls, "learning_rate", lambda method, step: 1e35)
    assert main(TRAIN) == 1
    told = capsys.readouterr()
    assert "became" in told.err
    assert "lower the learning rate" in told.err
    assert told.out.startswith("stopped at step 0")


def test_it_waits_for_a_full_disk_and_goes_on(
    runs: RunStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    noticed = threading.Event()
    real, heed = Run.append, Engine._heed_disk

    def append(run: Run, *args: Any) -> None:
        if not noticed.is_set():
            raise RunFull("a row", 9_000_000, 0)
        real(run, *args)

    def heeded(engine: Engine, *rest: Any) -> None:
        heed(engine, *rest)
        if engine.waits_for_space:
            noticed.set()

    monkeypatch.setattr(Run, "append", append)
    monkeypatch.setattr(Engine, "_heed_disk", heeded)
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.01)
    assert main(TRAIN[1:]) == 0
    assert "no room on the disk for a row" in capsys.readouterr().err
    assert runs.open(runs.list()[0].id).metrics()["loss"][0].tolist() == [1, 2, 3, 4]


def test_it_is_started_by_main(own_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "main.py", *TRAIN],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE * 2,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.startswith("finished after 4 steps")


def test_clusters_are_printed_and_written(
    trained: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "clusters.csv"
    assert main(["clusters", "last", "--k", "4", "--to", str(to)]) == 0
    out = capsys.readouterr().out
    assert "4 clusters of 450 pictures" in out
    assert "purity" in out
    assert len(to.read_text().splitlines()) == 451


def test_a_stage_that_is_not_there_is_one_clear_line(
    trained: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clusters", "last", "--stage", "attic"]) == 2
    assert "there is no stage 'attic'; there are stage1, " in capsys.readouterr().err


def test_held_out_pictures_gauge_the_features_of_every_encoder(
    trained: str, runs: RunStore
) -> None:
    columns = runs.open(trained).metrics()
    rank = columns["held-out/effective rank/features"][1]
    spread = columns["held-out/std x sqrt(d)/features"][1]
    assert len(rank) == len(spread) > 0
    assert (rank >= 1.0).all()
    assert (spread > 0.0).all()


# --- puzzles --------------------------------------------------------------------------------------


@pytest.fixture
def painted(runs: RunStore, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["--quiet", "train", "inpainting", "--data", "digits", *SMALL]) == 0
    capsys.readouterr()
    return runs.list()[0].id


def test_ask_hides_a_box_of_ones_own_picture_and_writes_what_is_made_of_it(
    painted: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine, to = tmp_path / "mine.png", tmp_path / "answer.png"
    Image.fromarray(np.full((20, 20, 3), 90, np.uint8)).save(mine)
    words = ["ask", painted, "--picture", str(mine), "--hole", "2,2,4,4", "--beside", painted]
    assert main([*words, "--to", str(to)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("25% hidden\n")
    assert out.count("mean squared error") == 2
    pixels = np.asarray(Image.open(to))
    assert pixels.shape == (160, 4 * 160 + 3 * 4, 3)  # given, made by two, truth
    assert (pixels[:, -160:] == 90).all()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--hole", "9,9,2,2"], "it lies beside the picture, which is 8 x 8"),
        (["--hole", "1,2"], "expected 4 whole numbers"),
        (["--ratio", "1.5"], "more than 0 and at most 0.95"),
        (["--order", "1,2,3,4,5,6,7,8,9"], "puts no tiles in order"),
        (["--number", "999999"], "no such picture"),
        (["--to", "answer.jpg"], "written as a .png file"),
    ],
)
def test_ask_says_what_is_wrong_with_a_puzzle(
    painted: str, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", painted, *words]) == 2
    assert said in capsys.readouterr().err


def test_ask_lays_tiles_in_an_order(
    runs: RunStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--quiet", "train", "jigsaw", "--data", "digits", *SMALL, "--orders", "10"]) == 0
    to = tmp_path / "answer.png"
    assert main(["ask", "last", "--order", "2,1,3,4,5,6,7,8,9", "--to", str(to)]) == 0
    out = capsys.readouterr().out
    assert "not among the 10 that the network knows; the nearest shares 7 of 9 tiles" in out
    assert to.exists()


def test_a_method_that_can_be_set_no_puzzle_says_so(
    trained: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", trained]) == 2
    assert "can be set no puzzle" in capsys.readouterr().err
