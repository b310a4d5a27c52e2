"""Notices stack, stay or go as their level says, and never read their text as HTML."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from gui.widgets.notices import MOST, Action, Notices


@pytest.fixture
def window(qtbot):
    made = QWidget()
    made.resize(900, 600)
    qtbot.addWidget(made)
    made.show()
    QCursor.setPos(made.mapToGlobal(QPoint(1, 1)))  # where widgets are made
    return made


def test_info_leaves_by_itself_and_an_error_stays(window, qtbot):
    notices = Notices(window, stay_ms=1)
    error = notices.show("error", "It broke")
    notices.show("info", "By the way")
    qtbot.waitUntil(lambda: notices.shown == [error])


def test_a_notice_under_the_pointer_stays_until_the_pointer_leaves(window, qtbot):
    notices = Notices(window, stay_ms=1)
    info = notices.show("info", "By the way")
    inside = QPointF(5, 5)
    QApplication.sendEvent(info, QEnterEvent(inside, inside, inside))
    assert not info._timer.isActive()
    QApplication.sendEvent(info, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: notices.shown == [])


def test_a_notice_with_something_to_do_waits_for_it(window):
    notices = Notices(window, stay_ms=1)
    assert not notices.show("info", "Run found", actions=[Action("Open", print)])._timer.isActive()


def test_text_is_never_html(window):
    notice = Notices(window).show("warning", "<b>bold</b>", "<img src='http://x/y.png'>")
    said = notice.findChildren(QLabel)
    assert "<b>bold</b>" in {part.text() for part in said}
    assert all(part.textFormat() == Qt.TextFormat.PlainText for part in said if part.text())


def test_notices_stack_inside_the_window_without_overlap(window):
    notices = Notices(window)
    for number in range(3):
        notices.show("error", f"Number {number}", "word " * 40)
    places = [notice.geometry() for notice in notices.shown]
    assert all(window.rect().contains(place) for place in places)
    assert all(a.bottom() < b.top() for a, b in pairwise(places))
    window.resize(500, 580)
    assert all(window.rect().contains(notice.geometry()) for notice in notices.shown)


def test_only_the_latest_are_shown(window):
    notices = Notices(window)
    for number in range(MOST + 2):
        notices.show("error", str(number))
    assert [n.title for n in notices.shown] == [str(n) for n in range(2, MOST + 2)]


def test_one_with_the_same_key_takes_the_place_of_the_last(window):
    notices = Notices(window)
    notices.show("error", "first", key="disk")
    notices.show("error", "second", key="disk")
    assert [n.title for n in notices.shown] == ["second"]


def test_an_action_runs_and_closes_its_notice(window, qtbot):
    notices, done = Notices(window), []
    notice = notices.show("info", "Run found", actions=[Action("Open", lambda: done.append(1))])
    button = next(b for b in notice.findChildren(QPushButton) if b.text() == "Open")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (done, notices.shown) == ([1], [])


def test_details_can_be_copied(window, qtbot):
    notice = Notices(window).show("error", "It broke", details="Traceback\nPython 3")
    dialog = notice.show_details()
    qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "Traceback\nPython 3"
    dialog.close()
