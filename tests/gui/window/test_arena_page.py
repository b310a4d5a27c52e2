"""The arena is played with mouse and keys: games train, one looks back, rolls back and branches."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.arena import matches
from core.arena.matches import LanePlan, Match
from gui.arena.lane_dialog import LaneDialog
from gui.pages.arena import ArenaPage
from gui.widgets.arena.drawing import DrawingDialog
from tests.gui.window.acts import LONG, click
from tests.gui.window.conftest import OpenWindow

SMALL = {"width": 8, "batch_size": 16}


@pytest.fixture
def page(open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> ArenaPage:
    lanes = (
        LanePlan("Non-saturating", SMALL),
        LanePlan("Least squares", {**SMALL, "objective": "least squares"}),
    )
    monkeypatch.setitem(matches.MATCHES, "losses", Match("Two losses", "Two.", lanes))
    window = open_window()
    window.go("arena")
    found = window.rooms.arena()
    qtbot.waitUntil(lambda: found.games.arena is not None, timeout=LONG)
    qtbot.waitUntil(lambda: len(found.cards) == 2, timeout=LONG)
    return found


def steps(page: ArenaPage) -> list[int]:
    arena = page.games.arena
    return [] if arena is None else [state.step for state in arena.states()]


def play_to(page: ArenaPage, qtbot: QtBot, step: int) -> None:
    click(page.transport.play)
    qtbot.waitUntil(lambda: min(steps(page)) >= step, timeout=LONG)
    click(page.transport.play)
    qtbot.waitUntil(lambda: not page.games.playing, timeout=LONG)


def test_a_click_plays_and_every_game_is_seen(page: ArenaPage, qtbot: QtBot) -> None:
    play_to(page, qtbot, 12)
    qtbot.waitUntil(lambda: all(c.plane.can_save() for c in page.cards), timeout=LONG)
    qtbot.waitUntil(lambda: "of 8 modes" in page.cards[0].said.text(), timeout=LONG)
    qtbot.waitUntil(lambda: "D(real)" in page.cards[0].numbers.text(), timeout=LONG)
    blank, seen = page.cards[0].plane.grab().toImage(), set()
    for x in range(0, blank.width(), 5):
        seen.add(blank.pixelColor(x, blank.height() // 2).rgb())
    assert len(seen) > 3


def test_keys_step_all_or_one_player(page: ArenaPage, qtbot: QtBot) -> None:
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: steps(page) == [1, 1], timeout=LONG)
    QTest.keyClick(page, Qt.Key.Key_D)
    QTest.keyClick(page, Qt.Key.Key_G)
    qtbot.waitUntil(lambda: steps(page) == [3, 3], timeout=LONG)


def test_one_looks_back_rolls_back_and_branches(page: ArenaPage, qtbot: QtBot) -> None:
    play_to(page, qtbot, 30)
    line = page.past.line
    qtbot.waitUntil(lambda: line.reached >= 30, timeout=LONG)
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(line.width() // 2, 12))
    assert line.at is not None
    qtbot.waitUntil(lambda: "step 10" in page.cards[0].clock.text()
                    or "step 20" in page.cards[0].clock.text(), timeout=LONG)  # fmt: skip
    page._want(page.cards[0], "branch")
    dialog = page.findChild(LaneDialog)
    assert dialog is not None
    dialog.form.fields["objective"].set_value("hinge")
    dialog.name.setText("Hinge")
    click(dialog._ok)
    qtbot.waitUntil(lambda: len(page.cards) == 3, timeout=LONG)
    assert page.cards[2].title.text() == "Hinge"
    qtbot.waitUntil(lambda: 0 < steps(page)[2] <= 20, timeout=LONG)
    line.go(15.0)
    click(page.past.back)
    qtbot.waitUntil(lambda: steps(page) == [10, 10, 10], timeout=LONG)


def test_points_that_were_drawn_are_learned(page: ArenaPage, qtbot: QtBot) -> None:
    page.choose_points("own")
    dialog = page.findChild(DrawingDialog)
    assert dialog is not None
    board = dialog.board
    middle = board.rect().center()
    for x in range(-60, 60, 10):
        QTest.mousePress(board, Qt.MouseButton.LeftButton, pos=middle + QPoint(x, x // 2))
    old = page.games.arena
    click(dialog._use)
    qtbot.waitUntil(lambda: page.games.arena not in (None, old), timeout=LONG)
    assert page.settings.points.currentData() == "own"
    play_to(page, qtbot, 2)
    qtbot.waitUntil(lambda: "no modes" in page.cards[0].said.text(), timeout=LONG)


def test_the_games_are_saved_as_picture_and_table(
    page: ArenaPage, qtbot: QtBot, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: all(c.plane.can_save() for c in page.cards), timeout=LONG)
    page.row.save(tmp_path / "games.png")
    page.row.save(tmp_path / "games.csv")
    assert (tmp_path / "games.png").stat().st_size > 5000
    assert "generated" in (tmp_path / "games.csv").read_text()


def test_a_lane_becomes_a_run(page: ArenaPage) -> None:
    made = page.experiment_of(1)
    assert (made.method, made.data) == ("gan", "mixtures")
    assert made.options["objective"] == "least squares"
    assert made.title == "Least squares"


def test_leaving_the_page_stops_the_games(page: ArenaPage, qtbot: QtBot) -> None:
    page.play(True)
    qtbot.waitUntil(lambda: min(steps(page)) >= 1, timeout=LONG)
    page.window().go("gallery")
    QApplication.processEvents()
    assert not page.games.playing
