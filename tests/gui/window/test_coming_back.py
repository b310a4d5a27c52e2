"""What was seen is seen again: runs opened later, moments of a run, the arrangement of the desk."""

from __future__ import annotations

import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.runs import RunStore
from gui.panels.base import Panel
from gui.panels.guess import GuessPanel
from gui.window import Window
from tests.gui.window.acts import LONG, click, desk_in, press, steps_of
from tests.gui.window.conftest import TINY, OpenWindow


def guesses(window: Window) -> GuessPanel:
    return next(p for p in window.workbench.desk().panels if isinstance(p, GuessPanel))


def seen_step(panel: GuessPanel) -> str:
    """The step that the picture on screen was made of."""
    return panel.view._stamp.partition("step ")[2].partition(",")[0]


def test_a_recent_run_shows_and_opening_it_restores_curves_timeline_and_pictures(
    qtbot: QtBot, store_with_run: RunStore, open_window: OpenWindow
) -> None:
    window = open_window()
    click(window.gallery._recent_cards[0])
    desk = desk_in(qtbot, window, "finished")
    run = store_with_run.open(store_with_run.list()[0].id)
    assert steps_of(desk) == TINY["steps"]
    assert desk.timeline._track.steps == run.snapshots()
    assert len(desk.strip.selection) == 8
    qtbot.waitUntil(lambda: guesses(window).view.can_save(), timeout=LONG)


def test_scrubbing_the_timeline_changes_the_step_that_panels_show(
    qtbot: QtBot, at_desk: Window
) -> None:
    desk, panel = at_desk.workbench.desk(), guesses(at_desk)
    desk.docks["guesses"].raise_()
    qtbot.waitUntil(lambda: seen_step(panel) == str(TINY["steps"]), timeout=LONG)
    track = desk.timeline._track
    at = track.rect().center()
    at.setX(round(track.x_of(0)))
    QTest.mouseClick(track, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    qtbot.waitUntil(lambda: seen_step(panel) == "0", timeout=LONG)
    press(at_desk, "]")
    qtbot.waitUntil(lambda: seen_step(panel) == str(track.steps[1]), timeout=LONG)
    press(at_desk, "L")
    qtbot.waitUntil(lambda: seen_step(panel) == str(TINY["steps"]), timeout=LONG)


def test_playing_the_timeline_ends_at_the_last_snapshot(qtbot: QtBot, at_desk: Window) -> None:
    desk = at_desk.workbench.desk()
    desk.timeline._timer.setInterval(1)
    press(at_desk, "P")
    action = at_desk.commands.action("snapshot.play")
    assert action.isChecked()
    qtbot.waitUntil(lambda: not desk.timeline.playing, timeout=LONG)
    assert desk.session.step == TINY["steps"]
    assert not action.isChecked()


def test_first_and_last_snapshot_are_a_key_away(qtbot: QtBot, at_desk: Window) -> None:
    session = at_desk.workbench.desk().session
    press(at_desk, "Alt+Home")
    assert session.step == 0
    press(at_desk, "Alt+End")
    assert session.step == TINY["steps"]
    assert not at_desk.commands.action("snapshot.live").isChecked()


def test_the_arrangement_comes_back_after_a_restart_and_reset_undoes_it(
    qtbot: QtBot, at_desk: Window, store_with_run: RunStore, open_window: OpenWindow
) -> None:
    at_desk.workbench.desk().docks["figures"].close()
    assert at_desk.close()
    window = open_window()
    window.open_run(store_with_run.list()[0].id)
    desk = desk_in(qtbot, window, "finished")
    assert desk.docks["figures"].isHidden()
    assert not desk.docks["guesses"].isHidden()
    press(window, "Alt+0")
    assert not desk.docks["figures"].isHidden()


def test_looking_at_everything_draws_nothing_from_the_global_generator(
    qtbot: QtBot, at_desk: Window
) -> None:
    before = torch.get_rng_state()
    desk = at_desk.workbench.desk()
    for dock in desk.docks.values():
        panel = dock.widget()
        dock.raise_()
        qtbot.wait(1)  # its place comes with the next turn of the event loop
        if isinstance(panel, Panel) and panel.is_seen():
            qtbot.waitUntil(lambda panel=panel: not panel._waiting, timeout=LONG)
    press(at_desk, "Alt+Home")
    click(desk.strip._shuffle)
    desk.docks["guesses"].raise_()
    panel = guesses(at_desk)
    qtbot.waitUntil(lambda: seen_step(panel) == "0", timeout=LONG)
    assert torch.equal(torch.get_rng_state(), before)
