"""Timeline, run bar and strip: what they say and what they tell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from gui.widgets.run_bar import RunBar
from gui.widgets.strip import Strip
from gui.widgets.timeline import Timeline


@pytest.fixture
def timeline(qtbot: QtBot) -> Timeline:
    made = Timeline()
    qtbot.addWidget(made)
    made.show()
    made.set_steps([0, 10, 100])
    return made


def test_brackets_walk_the_snapshots_and_end_at_live(qtbot: QtBot, timeline: Timeline) -> None:
    told = []
    timeline.step_changed.connect(told.append)
    for key in ("[", "[", "]", "]", "]"):
        qtbot.keyClick(timeline._track, key)
    assert told == [100, 10, 100, None]


def test_who_looks_at_live_stays_there_and_who_looks_back_stays_too(timeline: Timeline) -> None:
    told = []
    timeline.step_changed.connect(told.append)
    timeline.append(1000)
    assert timeline.step is None
    timeline.go_to(10)
    timeline.append(2000)
    assert timeline.step == 10
    assert told == [10]


def test_playing_goes_through_all_and_halts_at_the_newest(qtbot: QtBot, timeline: Timeline) -> None:
    timeline._timer.setInterval(1)
    told = []
    timeline.step_changed.connect(told.append)
    timeline.toggle_play()
    qtbot.waitUntil(lambda: not timeline.playing)
    assert told == [0, 10, 100]


def test_hiding_halts_the_play(timeline: Timeline) -> None:
    timeline.toggle_play()
    timeline.hide()
    assert not timeline.playing


@pytest.mark.parametrize(
    ("state", "main", "step", "stop"),
    [
        ("idle", "Start", True, False),
        ("training", "Pause", False, True),
        ("paused", "Resume", True, True),
        ("finished", "Train on", False, False),
    ],
)
def test_only_what_is_possible_can_be_pressed(
    qtbot: QtBot, state: str, main: str, step: bool, stop: bool
) -> None:
    bar = RunBar()
    qtbot.addWidget(bar)
    bar.set_state(state)
    assert (bar._main.text(), bar._step.isEnabled(), bar._stop.isEnabled()) == (main, step, stop)


def test_progress_is_said_in_words(qtbot: QtBot) -> None:
    bar = RunBar()
    qtbot.addWidget(bar)
    bar.set_state("training")
    bar.set_progress(340, 600, 41.2, 6.3)
    assert bar._left.text() == "step 340 of 600"
    assert bar._right.text() == "41 it/s   6 s left"
    bar.set_progress(0, 0, what="compiling")
    assert bar._left.text() == "compiling"  # and no number of what is not counted


def test_an_unknown_state_is_refused_by_name(qtbot: QtBot) -> None:
    bar = RunBar()
    qtbot.addWidget(bar)
    with pytest.raises(ValueError, match="'asleep': expected one of idle"):
        bar.set_state("asleep")


def test_clicked_pictures_are_told_by_number(qtbot: QtBot) -> None:
    strip = Strip(most=2)
    qtbot.addWidget(strip)
    strip.set_pictures(np.zeros((3, 4, 4, 3), np.uint8), [30, 10, 20], [10])
    with qtbot.waitSignal(strip.chosen, check_params_cb=lambda told: told == [30, 10]):
        strip._tiles.picked.emit(0)
    strip._tiles.picked.emit(2)  # one too many: the one chosen first goes
    assert strip.selection == [30, 20]


def test_a_dropped_image_is_told_and_other_files_are_not(qtbot: QtBot, tmp_path: Path) -> None:
    strip = Strip()
    qtbot.addWidget(strip)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("my.PNG", "notes.txt")])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.waitSignal(
        strip.files_dropped, check_params_cb=lambda told: told == [tmp_path / "my.PNG"]
    ):
        strip.dropEvent(event)
