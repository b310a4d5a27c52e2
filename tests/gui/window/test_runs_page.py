"""All runs are listed, laid over one another, renamed, deleted, brought back, and continued."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from core.runs import RunStore
from gui.pages.runs import RunsPage
from gui.window import Window
from tests.gui.window.acts import (
    LONG,
    click,
    desk_in,
    key,
    train_small,
    type_into,
    wait_for_notice,
    words,
)
from tests.gui.window.conftest import OpenWindow


@pytest.fixture
def page(qtbot: QtBot, store_with_run: RunStore, open_window: OpenWindow) -> RunsPage:
    """The runs page over two runs and a damaged one."""
    run = store_with_run.list()[0]
    again = store_with_run.root / (run.id[:-6] + "aaaaaa")
    shutil.copytree(run.path, again)
    with store_with_run.open(again.name, write=True) as copy:
        copy.rename("the other one")
    damaged = store_with_run.root / (run.id[:-6] + "bbbbbb")
    damaged.mkdir()
    (damaged / "run.json").write_text("{")
    window = open_window()
    window.go("runs")
    wait_for_rows(qtbot, window.rooms.runs(), 3)
    return window.rooms.runs()


def wait_for_rows(qtbot: QtBot, page: RunsPage, count: int) -> None:
    qtbot.waitUntil(lambda: page._proxy.rowCount() == count and not page._reading, timeout=LONG)


def row_of(page: RunsPage, text: str) -> int:
    proxy = page._proxy
    rows = range(proxy.rowCount())
    columns = range(proxy.columnCount())
    return next(r for r in rows if any(text in str(proxy.index(r, c).data()) for c in columns))


def choose(page: RunsPage, text: str, more: bool = False) -> None:
    """Click a row; with `more`, Ctrl+click it."""
    held = Qt.KeyboardModifier.ControlModifier if more else Qt.KeyboardModifier.NoModifier
    place = page.table.visualRect(page._proxy.index(row_of(page, text), 1)).center()
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, held, place)


def window_of(page: RunsPage) -> Window:
    found = page.window()
    assert isinstance(found, Window)
    return found


def lines(page: RunsPage) -> set[str]:
    """What the legend of the loss names."""
    (card,) = (card for card in page.curves.cards() if card.group == "loss")
    return {button.text() for button in card.legend._buttons.values()}


def test_a_run_is_opened_by_enter(qtbot: QtBot, page: RunsPage) -> None:
    choose(page, "the other one")
    key(page.table, Qt.Key.Key_Return)
    desk = desk_in(qtbot, window_of(page), "finished")
    assert desk.session.run.info.title == "the other one"


def test_two_runs_lie_over_one_another_with_names_that_tell_them_apart(
    qtbot: QtBot, page: RunsPage
) -> None:
    choose(page, "the other one")
    choose(page, "Rotation prediction on", more=True)
    qtbot.waitUntil(lambda: page.curves.isVisible() and len(page.curves.cards()) > 0, timeout=LONG)
    qtbot.waitUntil(lambda: len(lines(page)) == 4, timeout=LONG)
    assert "the other one: training" in lines(page)


def test_with_nothing_chosen_the_curves_say_what_to_do(page: RunsPage) -> None:
    page.table.clearSelection()
    assert "Choose a run" in page._said.text()
    assert page._said.isVisible()


def test_a_damaged_run_is_listed_with_its_reason(page: RunsPage) -> None:
    choose(page, "Damaged")
    assert "cannot be opened" in page._said.text()
    assert "run.json" in page._said.text()
    assert not page.buttons["Open"].isEnabled()


def test_search_leaves_what_fits(qtbot: QtBot, page: RunsPage) -> None:
    type_into(page.search, "OTHER")
    wait_for_rows(qtbot, page, 1)
    assert page._proxy.index(0, 0).data() == "the other one"
    page.search.clear()
    wait_for_rows(qtbot, page, 3)


def test_a_run_is_renamed_in_place(qtbot: QtBot, page: RunsPage, store: RunStore) -> None:
    choose(page, "the other one")
    click(page.buttons["Rename"])
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    type_into(editor, "the best one")
    key(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "the best one" in {r.title for r in store.list()}, timeout=LONG)


def test_a_run_is_deleted_and_brought_back(qtbot: QtBot, page: RunsPage, store: RunStore) -> None:
    choose(page, "the other one")
    click(page.buttons["Delete"])
    wait_for_rows(qtbot, page, 2)
    assert "Restore" in words(wait_for_notice(qtbot, window_of(page), "deleted"))
    click(page.buttons["Restore"])
    wait_for_rows(qtbot, page, 3)
    assert len(store.list()) == 3


def test_deleting_a_run_that_is_open_closes_its_desk(qtbot: QtBot, page: RunsPage) -> None:
    window = window_of(page)
    choose(page, "the other one")
    click(page.buttons["Open"])
    desk_in(qtbot, window, "finished")
    window.go("runs")
    wait_for_rows(qtbot, page, 3)
    choose(page, "the other one")
    click(page.buttons["Delete"])
    wait_for_rows(qtbot, page, 2)
    assert window.workbench.desks() == []


def test_a_stopped_run_is_continued(qtbot: QtBot, window: Window) -> None:
    train_small(window)
    desk = desk_in(qtbot, window, "training")
    desk.stop()
    qtbot.waitUntil(lambda: not desk.session.training, timeout=LONG)
    window.go("runs")
    wait_for_rows(qtbot, window.rooms.runs(), 1)
    choose(window.rooms.runs(), "Stopped")
    click(window.rooms.runs().buttons["Continue"])
    desk_in(qtbot, window, "training")


def test_without_runs_the_page_says_where_to_begin(qtbot: QtBot, window: Window) -> None:
    window.go("runs")
    qtbot.waitUntil(lambda: not window.rooms.runs()._reading, timeout=LONG)
    assert not window.rooms.runs().table.isVisible()
