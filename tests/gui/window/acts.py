"""What a person does to a window, and what they see of it; shared by the tests of this folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.pages.desk import Desk
from gui.widgets.notices import Notice
from gui.window import Window

LONG = 30_000  # ms; a busy machine is slow, an idle one never waits so long
NONE = Qt.KeyboardModifier.NoModifier


def click(widget: QWidget) -> None:
    """One click in the middle."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def press(window: Window, keys: str) -> None:
    """A shortcut, typed into the window."""
    QTest.keySequence(window, keys)


def type_into(widget: QWidget, text: str) -> None:
    """Letters, one key each."""
    QTest.keyClicks(widget, text)


def key(widget: QWidget, code: Qt.Key) -> None:
    """One key."""
    QTest.keyClick(widget, code)


def drop(window: Window, paths: Sequence[Path]) -> bool:
    """Files dragged over the window and let go; whether it took them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(200, 200), copy, data, left, NONE)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    event = QDropEvent(QPointF(200, 200), copy, data, left, NONE)
    event.ignore()
    if enter.isAccepted():
        QApplication.sendEvent(window, event)
    return enter.isAccepted() and event.isAccepted()


def words(notice: Notice) -> str:
    """Everything a notice says."""
    return "\n".join(label.text() for label in notice.findChildren(QLabel))


def said(window: Window, text: str) -> Notice | None:
    """The notice on screen that says this."""
    return next((n for n in window.notices.shown if text in words(n)), None)


def offers(notice: Notice) -> list[str]:
    """What the buttons of a notice offer."""
    return [button.text() for button in notice.findChildren(QPushButton)]


def accept(notice: Notice, title: str) -> None:
    """Click one of its buttons."""
    click(next(b for b in notice.findChildren(QPushButton) if b.text() == title))


def wait_for_notice(qtbot: QtBot, window: Window, text: str) -> Notice:
    """Until a notice says this."""
    qtbot.waitUntil(lambda: said(window, text) is not None, timeout=LONG)
    found = said(window, text)
    assert found is not None
    return found


def train_small(window: Window, **options: object) -> None:
    """What a click on rotation prediction does, with a network small enough for many steps."""
    from core.experiment import Experiment

    small = {"steps": 1_000_000, "batch_size": 8, "width": 4, **options}
    window.workbench.again.emit(Experiment("rotation", "digits", options=small, threads=1))


def desk_in(qtbot: QtBot, window: Window, *states: str) -> Desk:
    """The desk in front, as soon as it is furnished and its run is in one of these states."""

    def ready() -> bool:
        desk = window.workbench.desk()
        return (desk is not None and desk.setup is not None and desk.session.run is not None
                and desk.session.state in states)  # fmt: skip

    qtbot.waitUntil(ready, timeout=LONG)
    desk = window.workbench.desk()
    assert desk is not None
    return desk


def steps_of(desk: Desk) -> int:
    """The newest step that the curves show."""
    series = [s for kept in desk.curves._runs.values() for s in kept.values() if len(s)]
    return int(max((s.x()[-1] for s in series), default=-1))
