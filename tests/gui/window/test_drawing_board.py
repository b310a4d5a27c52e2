"""Drawing on the board in the real window: each stroke is translated, and may be taken back."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.cli.main import main
from core.runs import RunStore
from gui.panels.translate import TranslatePanel
from gui.window import Window
from tests.gui.window.acts import LONG, desk_in, key, press
from tests.gui.window.conftest import OpenWindow

LEFT, RIGHT, MIDDLE = (
    Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
)  # fmt: skip


@pytest.fixture(scope="session")
def translating(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run of CycleGAN."""
    from core.engine import Engine
    from core.experiment import Experiment

    root = tmp_path_factory.mktemp("translating") / "runs"
    options = {"steps": 2, "batch_size": 2, "width": 4, "pool": 2}
    pictures = {"count": 16, "held_out": 12}
    engine = Engine(
        Experiment("cyclegan", "domains", options, data_options=pictures, threads=1),
        RunStore(root),
    )
    engine.start()
    engine.join()
    assert engine.state == "finished", engine.message
    return root


@pytest.fixture
def window(qtbot: QtBot, store: RunStore, translating: Path, open_window: OpenWindow) -> Window:
    shutil.copytree(translating, store.root)
    made = open_window()
    made.open_run(store.list()[0].id)
    desk_in(qtbot, made, "finished")
    return made


@pytest.fixture
def panel(qtbot: QtBot, window: Window) -> TranslatePanel:
    press(window, "Alt+W")
    found = next(p for p in window.workbench.desk().panels if isinstance(p, TranslatePanel))
    qtbot.waitUntil(found.view.can_save, timeout=LONG)
    return found


def draw(panel: TranslatePanel, x: float, y: float, button: Qt.MouseButton = LEFT) -> None:
    area = panel.board.area()
    scale = area.width() / 32
    point = area.topLeft() + QPointF(x + 0.5, y + 0.5) * scale
    QTest.mouseClick(panel.board, button, pos=point.toPoint())


def made(panel: TranslatePanel) -> np.ndarray:
    found = panel.view.shown[0].pixels
    assert found is not None
    return found


def test_it_begins_with_a_looked_at_picture_and_the_other_way_with_its_partner(
    qtbot: QtBot, panel: TranslatePanel
) -> None:
    probe, chosen = panel.session.probe, panel.session.pictures[0]
    np.testing.assert_array_equal(panel.board.pixels, probe.images[chosen].transpose(1, 2, 0))
    assert all(shown.isVisible() for shown in panel.view.shown)
    wanted = probe.partners[chosen].transpose(1, 2, 0)
    panel.back.click()
    qtbot.waitUntil(lambda: np.array_equal(panel.board.pixels, wanted), timeout=LONG)


def test_a_stroke_is_translated_and_taken_back_and_done_again(
    qtbot: QtBot, panel: TranslatePanel
) -> None:
    before, answer = panel.board.pixels, made(panel)
    panel.brush.setValue(8)
    draw(panel, 3, 28)
    drawn = panel.board.pixels
    assert (drawn[28, 3] < 60).all()
    qtbot.waitUntil(lambda: not np.array_equal(made(panel), answer), timeout=LONG)
    QTest.keyClick(panel.board, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(panel.board.pixels, before)
    qtbot.waitUntil(lambda: np.array_equal(made(panel), answer), timeout=LONG)
    panel.redo_button.click()
    np.testing.assert_array_equal(panel.board.pixels, drawn)
    draw(panel, 3, 28, RIGHT)  # paper
    assert (panel.board.pixels[28, 3] > 200).all()


def test_colours_are_picked_keys_change_the_brush_and_all_is_saved(
    panel: TranslatePanel, tmp_path: Path
) -> None:
    panel.board.set_picture(np.full((32, 32, 3), (10, 200, 30), np.uint8))
    draw(panel, 5, 5, MIDDLE)
    assert panel.board.colour.getRgb()[:3] == (10, 200, 30)
    key(panel.board, Qt.Key.Key_X)
    assert panel.board.colour.getRgb()[:3] == (255, 255, 255)
    size = panel.board.size_of_brush
    key(panel.board, Qt.Key.Key_BracketRight)
    assert panel.board.size_of_brush > size
    for suffix in ("png", "svg", "csv"):
        panel.view.save(tmp_path / f"board.{suffix}")
    lines = (tmp_path / "board.csv").read_text().splitlines()
    assert len([line for line in lines if line[:1].isdigit()]) == 32 * 32


def test_menu_entries_clear_the_board_and_bring_the_picture_back(
    qtbot: QtBot, window: Window, panel: TranslatePanel
) -> None:
    before = panel.board.pixels
    press(window, "Alt+Shift+W")
    assert (panel.board.pixels == 255).all()
    window.commands.action("board.take").trigger()
    qtbot.waitUntil(lambda: np.array_equal(panel.board.pixels, before), timeout=LONG)


def test_the_command_line_translates_a_picture_and_a_folder(
    translating: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    folder, to = tmp_path / "faces", tmp_path / "made"
    folder.mkdir()
    Image.new("RGB", (50, 40), "red").save(folder / "one.png")
    (folder / "two.png").write_text("no picture")
    first = ("--quiet", "--runs", str(translating), "translate", "last")

    def translate(picture: Path, to: Path, *more: str) -> int:
        return main([*first, str(picture), "--to", str(to), *more])

    assert translate(folder, to) == 0
    assert [f.name for f in to.iterdir()] == ["one.png"]
    assert "left out: two.png" in capsys.readouterr().out
    assert translate(folder / "one.png", tmp_path / "one.png", "--back") == 0
    assert Image.open(tmp_path / "one.png").size == (32, 32)
    assert translate(folder, tmp_path / "one.png") == 2
    assert "a folder for a folder of pictures is needed" in capsys.readouterr().err
