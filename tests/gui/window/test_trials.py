"""What one may try: a button trains a new run, and a collapse is said whatever the loss looks."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from core.mailbox import Row
from gui.pages.alarm import PATIENCE, WARM_STEPS, CollapseAlarm
from gui.window import Window
from tests.gui.window.acts import LONG, click


def test_a_button_trains_a_new_run_with_what_it_says(qtbot: QtBot, at_desk: Window) -> None:
    first = at_desk.workbench.desk()
    assert first is not None
    assert first.setup is not None
    button = next(b for b in first.setup.findChildren(QPushButton) if b.text() == "Two rotations")
    click(button)
    qtbot.waitUntil(lambda: at_desk.workbench.desk() is not first, timeout=LONG)
    session = at_desk.workbench.desk().session
    assert session.experiment.options["rotations"] == 2
    qtbot.waitUntil(lambda: session.run is not None, timeout=LONG)
    assert session.run.info.title == "Rotation prediction: Two rotations"
    assert len(at_desk.workbench.desks()) == 2


def test_how_long_is_told_of_the_form_and_of_what_one_may_try(
    qtbot: QtBot, at_desk: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.forecast.forecast.__defaults__", (0.0,))  # one step of each
    setup = at_desk.workbench.desk().setup
    assert setup is not None

    def told() -> dict[str, str]:
        return dict(b.text().split("  ·  ") for b in setup.findChildren(QPushButton)
                    if "  ·  " in b.text())  # fmt: skip

    at_desk.commands.action("run.how_long").trigger()
    qtbot.waitUntil(lambda: "about" in told().get("Two rotations", ""), timeout=LONG)
    assert setup._time.words.startswith("about")
    assert " steps of " in setup._time.words
    at_desk.tasks.shut_down()
    setup.form.fields["steps"].changed.emit("steps", 7)  # of another training they say nothing
    assert not setup._time.words
    assert not told()


def test_a_desk_may_be_closed_while_it_is_asked_how_long(
    qtbot: QtBot, at_desk: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.forecast.forecast.__defaults__", (0.0,))
    at_desk.commands.action("run.how_long").trigger()
    at_desk.workbench.tabs.tabCloseRequested.emit(0)
    qtbot.waitUntil(lambda: not at_desk.workbench.desks(), timeout=LONG)
    qtbot.waitUntil(lambda: not at_desk.tasks.running, timeout=LONG)


def row(step: int, value: float) -> Row:
    return Row(step, 0.1 * step, {"loss": -1.0, "std x sqrt(d)": value})


def test_a_collapse_is_said_once_when_it_lasts() -> None:
    alarm = CollapseAlarm()
    assert alarm.heed([row(s, 0.01) for s in range(PATIENCE - 1)]) is None
    assert alarm.heed([row(20, 0.8)]) is None
    assert alarm.heed([row(21 + s, 0.01) for s in range(PATIENCE - 1)]) is None
    assert "collapsed" in (alarm.heed([row(60, 0.01)]) or "")
    assert alarm.heed([row(61 + s, 0.01) for s in range(PATIENCE)]) is None


def test_a_method_without_the_gauge_rings_nothing() -> None:
    assert CollapseAlarm().heed([Row(s, 0.0, {"loss": 1.0}) for s in range(100)]) is None


def teacher(step: int, each: float, of_mean: float) -> Row:
    """The entropies of a teacher's answers and of their mean."""
    return Row(step, 0.0, {"teacher entropy": each, "teacher entropy/of the mean answer": of_mean})


def test_a_teacher_that_says_the_same_of_all_pictures_is_told_by_its_entropy() -> None:
    learns = [teacher(s, 1.5, 4.8) for s in range(100)]
    assert CollapseAlarm().heed(learns) is None
    one = [teacher(s, 0.001, 0.002) for s in range(PATIENCE)]
    assert "one output wins everywhere" in (CollapseAlarm().heed(one) or "")
    even = [teacher(s, 5.50, 5.52) for s in range(PATIENCE)]
    assert "all outputs are even" in (CollapseAlarm().heed(even) or "")


def features(step: int, rank: float) -> Row:
    """A judgement on the held-out pictures, as of every method that encodes."""
    return Row(step, 0.0, {"held-out/loss": 0.1, "held-out/effective rank/features": rank})


def test_features_that_fall_are_said_to_have_collapsed() -> None:
    alarm = CollapseAlarm()
    assert alarm.heed([features(0, 9.0), features(60, 1.1), features(80, 1.1)]) is None
    assert "features have collapsed: the effective rank" in (alarm.heed([features(99, 1.1)]) or "")


def test_features_of_the_first_steps_ring_nothing() -> None:
    first = [features(0, 9.0), *(features(s, 1.1) for s in range(1, WARM_STEPS))]
    assert CollapseAlarm().heed(first) is None


def test_features_of_a_network_that_never_learned_ring_nothing() -> None:
    assert CollapseAlarm().heed([features(s, 1.2) for s in range(150)]) is None
