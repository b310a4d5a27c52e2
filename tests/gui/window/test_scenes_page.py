"""The page of scenes is raced by mouse and keys; a drag in one lane turns all; cameras are seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.racing.plan import LanePlan
from core.render.outputs import VOID
from gui.pages import scenes
from gui.pages.data import CAMERAS
from gui.pages.scenes import ScenesPage
from gui.racing import race_tab
from gui.racing.lane_dialog import LaneDialog
from gui.window import Window
from tests.gui.window.acts import LONG, click, press
from tests.gui.window.conftest import OpenWindow

SMALL = {"rays": 64, "width": 12, "backbone": "torch", "coarse": 1}
SCENE = {"kind": "still life", "views": 8, "held_out": 2, "side": 12}


@pytest.fixture
def page(open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> ScenesPage:
    lanes = (LanePlan("voxels", SMALL, "One"), LanePlan("voxels", SMALL, "Two"))
    monkeypatch.setattr(race_tab, "FIRST", lanes)
    monkeypatch.setattr(scenes, "FIRST", SCENE)
    window = open_window()
    press(window, "Ctrl+9")
    found = window.rooms.scenes()
    qtbot.waitUntil(lambda: len(found.race.cards) == 2, timeout=LONG)
    return found


def steps(page: ScenesPage) -> list[int]:
    race = page.race.races.race
    return [] if race is None else [state.step for state in race.states()]


def test_a_click_races_and_every_lane_is_seen_with_its_psnr(
    page: ScenesPage, qtbot: QtBot, tmp_path: Path
) -> None:
    tab = page.race
    assert page.about.text() == "6 views to learn from, 2 held out"
    click(tab.play_button)
    qtbot.waitUntil(lambda: all("dB" in c.psnr.text() for c in tab.cards), timeout=LONG)
    click(tab.play_button)
    qtbot.waitUntil(lambda: not tab.races.playing, timeout=LONG)
    assert all(card.stage.can_save() for card in tab.cards)
    assert {row[0] for row in tab.plot.table()[1:]} == {"One", "Two"}
    tab.choose_clock("steps")
    assert tab.plot.table()[0][1] == "step"
    assert tab.memory.table()[1][1] == pytest.approx(
        4 * 12**3 * 16 / 1e6
    )  # rows are padded to 64 bytes
    tab.memory.save(tmp_path / "memory.png")
    click(tab.again)
    qtbot.waitUntil(lambda: steps(page) == [0, 0], timeout=LONG)


def test_all_lanes_show_another_output(page: ScenesPage, qtbot: QtBot) -> None:
    def corners() -> set[tuple[int, ...]]:
        shots = [card._shot for card in page.race.cards]
        return {tuple(shot.picture[0, 0].tolist()) for shot in shots if shot is not None}

    qtbot.waitUntil(lambda: corners() == {(255, 255, 255)}, timeout=LONG)
    press(cast(Window, page.window()), "Shift+F12")
    assert page.race.output.currentText() == "Depth"
    qtbot.waitUntil(lambda: corners() == {VOID}, timeout=LONG)


def test_a_drag_in_one_lane_turns_all(page: ScenesPage, qtbot: QtBot) -> None:
    tab = page.race
    qtbot.waitUntil(lambda: all(c._shot is not None for c in tab.cards), timeout=LONG)
    before, stage = tab.view, tab.cards[0].stage
    QTest.mousePress(stage, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    QTest.mouseMove(stage, QPoint(60, 40))
    QTest.mouseMove(stage, QPoint(100, 50))
    QTest.mouseRelease(stage, Qt.MouseButton.LeftButton, pos=QPoint(100, 50))
    assert tab.view != before
    assert tab.cards[1].stage.viewpoint == tab.cards[0].stage.viewpoint == tab.view
    wished = tab.races.race
    assert wished is not None
    serial = wished._onlooker._wish.serial  # type: ignore[union-attr]
    qtbot.waitUntil(
        lambda: all(c._shot is not None and c._shot.serial >= serial for c in tab.cards),
        timeout=LONG,
    )


def test_a_lane_is_chosen_added_kept_and_removed(page: ScenesPage, qtbot: QtBot) -> None:
    tab, told = page.race, []
    page.done.connect(told.append)
    click(tab.add_button)
    dialog = tab.findChild(LaneDialog)
    assert dialog is not None
    dialog.method.setCurrentIndex(dialog.method.findData("voxels"))
    assert dialog.form is not None
    dialog.form.set_values({**SMALL, "view_dependent": False})
    click(dialog.add)
    qtbot.waitUntil(lambda: len(tab.cards) == 3, timeout=LONG)
    assert tab.plans[2].options["view_dependent"] is False
    tab.cards[2].wanted.emit("keep")
    qtbot.waitUntil(lambda: bool(told), timeout=LONG)
    assert told[0].startswith("Kept as the run")
    tab.cards[0].wanted.emit("remove")
    qtbot.waitUntil(lambda: len(tab.cards) == 2, timeout=LONG)
    assert tab.plans[0].title == "Two"


def test_ablations_fill_row_by_row_and_keep_what_was_done(page: ScenesPage, qtbot: QtBot) -> None:
    tab = page.ablations
    page.tabs.setCurrentIndex(scenes.ABLATIONS)
    tab.method.setCurrentIndex(tab.method.findData("voxels"))
    tab.seconds.setValue(0.5)
    click(tab.start)
    qtbot.waitUntil(lambda: len(tab.rows) >= 1, timeout=LONG)
    click(tab.start)
    qtbot.waitUntil(lambda: tab.start.text() == "Start", timeout=LONG)
    assert tab.table.table()[1][0] == "Complete"
    assert tab.pictures.can_save()
    assert "stay" in tab.said.text()


def test_the_cameras_of_a_scene_are_seen_before_training(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    window.go("data")
    page = window.rooms.data()
    page.show_source("scenes", SCENE)
    qtbot.waitUntil(lambda: page.cameras.frusta is not None, timeout=LONG)
    assert page.tabs.currentIndex() == CAMERAS
    assert page.cameras.frusta is not None
    assert len(page.cameras.frusta.corners) == 8
    assert "they fit" in page.cameras.remarks.text()
    page.cameras.stand_in(7)
    assert "held out" in page.cameras.said.text()
    click(page.cameras.back)
    assert page.cameras.stage.viewpoint.held is None

    broken = tmp_path / "transforms.json"
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "a.png")
    frames = [{"file_path": "a.png", "transform_matrix": [[1, 2], [3, 4]]}]
    broken.write_text(json.dumps({"camera_angle_x": 0.7, "frames": frames}))
    page.show_source("scenes", {"kind": "own", "path": str(broken)})
    qtbot.waitUntil(lambda: page._task is None, timeout=LONG)
    assert "transform_matrix" in page.grid._empty.text()
    assert not page.tabs.isTabVisible(CAMERAS)
    assert page.tabs.currentIndex() == 0
