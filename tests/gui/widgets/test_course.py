"""The course of games: what was rolled back is drawn no more."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from pytestqt.qtbot import QtBot

from gui.arena.course import Course


def look(step: int) -> Any:
    return SimpleNamespace(step=step, seconds=step / 10, modes=SimpleNamespace(quality=0.5))


def test_what_was_rolled_back_is_drawn_no_more(qtbot: QtBot) -> None:
    course = Course()
    qtbot.addWidget(course)
    for step in (10, 20, 30):
        course.follow(["A"], [step], [look(step)], None, "steps")
    assert [row[1] for row in course.table()[1:]] == [10, 20, 30]
    course.follow(["A"], [20], [look(20)], None, "steps")
    assert [row[1] for row in course.table()[1:]] == [10, 20]
