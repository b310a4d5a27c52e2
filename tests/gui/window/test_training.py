"""From a click in the gallery to a run that is kept: training by buttons and keys."""

from __future__ import annotations

import threading
import time

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.runs import RunStore
from gui.window import Window
from tests.gui.window.acts import (
    LONG,
    click,
    desk_in,
    key,
    press,
    said,
    steps_of,
    train_small,
    words,
)
from tests.gui.window.conftest import OpenWindow


def rotation_card(window: Window):
    return next(card for card in window.gallery.cards if card.note.id == "rotation")


def test_a_click_on_a_card_trains_and_the_first_point_appears(qtbot: QtBot, window: Window) -> None:
    click(rotation_card(window))
    desk = desk_in(qtbot, window, "training")
    qtbot.waitUntil(lambda: steps_of(desk) >= 1, timeout=LONG)
    assert window.page == "workbench"


def test_enter_on_a_card_trains_too(qtbot: QtBot, window: Window) -> None:
    card = rotation_card(window)
    card.setFocus()
    key(card, Qt.Key.Key_Return)
    desk = desk_in(qtbot, window, "training")
    assert desk.session.experiment.method == "rotation"


def test_buttons_pause_step_resume_and_stop(qtbot: QtBot, window: Window) -> None:
    train_small(window)
    desk = desk_in(qtbot, window, "training")
    bar, session = desk.bar, desk.session
    click(bar._main)
    qtbot.waitUntil(lambda: session.state == "paused", timeout=LONG)
    qtbot.waitUntil(lambda: steps_of(desk) == session.run.state.step, timeout=LONG)
    before = steps_of(desk)
    click(bar._step)
    qtbot.waitUntil(lambda: steps_of(desk) == before + 1, timeout=LONG)
    qtbot.waitUntil(lambda: session.state == "paused", timeout=LONG)
    click(bar._main)
    qtbot.waitUntil(lambda: steps_of(desk) > before + 2, timeout=LONG)
    click(bar._stop)
    qtbot.waitUntil(lambda: session.state == "stopped", timeout=LONG)
    assert [words(notice) for notice in window.notices.shown] == []


def test_keys_pause_step_resume_and_stop(qtbot: QtBot, window: Window) -> None:
    train_small(window)
    desk = desk_in(qtbot, window, "training")
    desk.setFocus()
    press(window, "Space")
    qtbot.waitUntil(lambda: desk.session.state == "paused", timeout=LONG)
    qtbot.waitUntil(lambda: steps_of(desk) == desk.session.run.state.step, timeout=LONG)
    before = steps_of(desk)
    press(window, ".")
    qtbot.waitUntil(lambda: steps_of(desk) == before + 1, timeout=LONG)
    press(window, "Space")
    qtbot.waitUntil(lambda: steps_of(desk) > before + 2, timeout=LONG)
    press(window, "Ctrl+.")
    qtbot.waitUntil(lambda: desk.session.state == "stopped", timeout=LONG)


def test_a_stopped_run_goes_on_from_where_it_was(qtbot: QtBot, window: Window) -> None:
    train_small(window)
    desk = desk_in(qtbot, window, "training")
    qtbot.waitUntil(lambda: steps_of(desk) >= 2, timeout=LONG)
    click(desk.bar._stop)
    qtbot.waitUntil(lambda: not desk.session.training, timeout=LONG)
    stopped_at = desk.session.run.state.step
    qtbot.waitUntil(lambda: desk.session.state == "stopped", timeout=LONG)
    click(desk.bar._main)
    qtbot.waitUntil(lambda: desk.session.state == "training", timeout=LONG)
    qtbot.waitUntil(lambda: steps_of(desk) > stopped_at, timeout=LONG)
    assert len(window.laboratory.store.list()) == 1


def test_closing_while_training_asks_once_saves_and_leaves_no_thread(
    qtbot: QtBot, window: Window, store: RunStore
) -> None:
    threads = set(threading.enumerate())
    train_small(window)
    desk = desk_in(qtbot, window, "training")
    qtbot.waitUntil(lambda: steps_of(desk) >= 2, timeout=LONG)
    began = time.monotonic()
    assert window.close()
    assert time.monotonic() - began < 5.0
    assert len(window.asked) == 1
    assert set(threading.enumerate()) <= threads
    (run,) = store.list()
    assert run.status == "stopped"
    assert run.resume_step == run.step


def test_a_no_keeps_the_window_and_the_training(qtbot: QtBot, window: Window) -> None:
    train_small(window)
    desk = desk_in(qtbot, window, "training")
    window.ask = lambda *_: False
    assert not window.close()
    before = steps_of(desk)
    qtbot.waitUntil(lambda: steps_of(desk) > before, timeout=LONG)
    window.ask = lambda *_: True


def test_a_folder_that_is_gone_is_said_and_the_window_lives(
    qtbot: QtBot, window: Window, tmp_path
) -> None:
    gone = tmp_path / "gone"
    window.train("rotation", "folder", {"path": str(gone)})
    qtbot.waitUntil(lambda: said(window, "there is no such folder") is not None, timeout=LONG)
    assert window.workbench.desk().session.state == "failed"
    train_small(window)
    desk_in(qtbot, window, "training")


def test_train_the_companion_begins_the_run_that_is_compared_with(
    qtbot: QtBot, at_desk: Window
) -> None:
    press(at_desk, "Ctrl+Shift+T")
    desk = desk_in(qtbot, at_desk, "training", "finished")
    qtbot.waitUntil(
        lambda: at_desk.workbench.desk().session.experiment.method == "supervised", timeout=LONG
    )
    desk = desk_in(qtbot, at_desk, "training", "finished")
    assert desk.session.experiment.options["width"] == 4


def test_a_second_training_asks_and_pauses_the_first(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    train_small(window)
    first = desk_in(qtbot, window, "training")
    train_small(window)
    qtbot.waitUntil(lambda: window.workbench.desk() is not first, timeout=LONG)
    desk_in(qtbot, window, "training")
    qtbot.waitUntil(lambda: first.session.state == "paused", timeout=LONG)
    assert len(window.asked) == 1
