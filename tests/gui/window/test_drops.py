"""What is dropped on the window is named, and what can be done with it is offered."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from core.runs import RunStore
from gui.pages.data import OWN_SIDE
from gui.window import Window
from tests.data import films
from tests.gui.window.acts import (
    LONG,
    accept,
    desk_in,
    drop,
    offers,
    said,
    wait_for_notice,
    words,
)


def picture(path: Path, shade: int = 0) -> Path:
    """A small picture with an up and a down."""
    pixels = np.full((24, 24, 3), shade, np.uint8)
    pixels[:8, :, 0] = 255
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of six pictures."""
    for name in ("cats", "dogs"):
        for at in range(6):
            picture(tmp_path / "pets" / name / f"{at}.png", 20 * at)
    return tmp_path / "pets"


def zipped(folder: Path) -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as packed:
        for file in sorted(folder.rglob("*.png")):
            packed.write(file, file.relative_to(folder.parent))
    return path


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_a_folder_of_images_is_looked_at_or_trained_on(
    qtbot: QtBot, window: Window, folder: Path, packed: bool
) -> None:
    path = zipped(folder) if packed else folder
    assert drop(window, [path])
    notice = wait_for_notice(qtbot, window, "12 images")
    assert offers(notice) == ["Train rotation prediction", "Look at the images"]
    accept(notice, "Look at the images")
    page = window.rooms.data()
    qtbot.waitUntil(lambda: page.train_button.isEnabled(), timeout=LONG)
    assert window.page == "data"
    assert "2 classes" in page.facts.text()


def test_a_dropped_folder_trains_by_a_click(qtbot: QtBot, window: Window, folder: Path) -> None:
    drop(window, [folder])
    accept(wait_for_notice(qtbot, window, "12 images"), "Train rotation prediction")
    desk = desk_in(qtbot, window, "training")
    assert desk.session.experiment.data_options["path"] == str(folder)


def test_a_run_folder_is_opened(qtbot: QtBot, window: Window, trained: Path) -> None:
    run = RunStore(trained).list()[0]
    assert drop(window, [run.path])
    accept(wait_for_notice(qtbot, window, "is a run"), "Open the run")
    assert desk_in(qtbot, window, "finished").session.run.id == run.id


def test_an_image_is_looked_at_with_the_open_run(
    qtbot: QtBot, at_desk: Window, tmp_path: Path
) -> None:
    assert drop(at_desk, [picture(tmp_path / "mine.png")])
    accept(wait_for_notice(qtbot, at_desk, "is an image"), "Look at it with the open run")
    session = at_desk.workbench.desk().session
    qtbot.waitUntil(lambda: session.own_pictures is not None, timeout=LONG)
    assert session.own_pictures.shape == (1, 1, 8, 8)


def test_an_image_is_augmented(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    assert drop(window, [picture(tmp_path / "mine.png")])
    accept(wait_for_notice(qtbot, window, "is an image"), "Augment it")
    view = window.rooms.data().augmentations.view
    qtbot.waitUntil(view.can_save, timeout=LONG)
    assert window.page == "data"
    assert view._tiles.images.shape[1] == OWN_SIDE


def test_an_image_without_a_run_says_what_to_do(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    drop(window, [picture(tmp_path / "mine.png")])
    accept(wait_for_notice(qtbot, window, "is an image"), "Look at it with the open run")
    assert wait_for_notice(qtbot, window, "No run is open")
    assert window.workbench.desk() is None


def test_what_cannot_be_used_is_said_and_nothing_is_offered(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    for name, content, sentence in (
        ("pot.stl", b"solid", "Of 3-D files .obj, .ply, .splat can be looked at"),
        ("text.odt", b"words and words", "does not use"),
        ("empty.png", b"", "is empty"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert drop(window, [path])
        assert offers(wait_for_notice(qtbot, window, sentence)) == []


def test_a_film_is_looked_at_frame_by_frame(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    drop(window, [films.write(tmp_path / "walk.mp4", films.frames(6))])
    notice = wait_for_notice(qtbot, window, "walk.mp4 is a video")
    assert offers(notice) == ["Track in it", "Train on it", "Look at the frames"]
    accept(notice, "Look at the frames")
    page = window.rooms.data()
    qtbot.waitUntil(page.train_button.isEnabled, timeout=LONG)
    assert "6 to learn from, 6 held out, 96 px" in page.facts.text()


def test_a_dropped_film_trains_by_a_click(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    path = films.write(tmp_path / "walk.mp4", films.frames(20))
    drop(window, [path])
    accept(wait_for_notice(qtbot, window, "walk.mp4 is a video"), "Train on it")
    desk = desk_in(qtbot, window, "training")
    assert desk.session.experiment.data == "video"
    assert desk.session.experiment.data_options["path"] == str(path)


def test_several_files_are_not_passed_over_in_silence(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    paths = [picture(tmp_path / f"{at}.png") for at in range(3)]
    assert drop(window, paths)
    wait_for_notice(qtbot, window, "0.png is an image")
    assert "drop the folder" in words(said(window, "3 files were dropped"))


def test_what_is_no_file_is_not_taken(window: Window) -> None:
    assert not drop(window, [])
