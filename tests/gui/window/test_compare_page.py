"""The page that compares methods: one click trains and judges, and closing loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.comparison.book import Book
from core.runs import RunStore
from gui.pages.compare import ComparePage
from gui.pages.compare_form import ALWAYS
from gui.window import Window
from tests.gui.window.acts import LONG, click, press, wait_for_notice
from tests.gui.window.conftest import OpenWindow


@pytest.fixture
def page(qtbot: QtBot, window: Window) -> ComparePage:
    return opened(qtbot, window)


def opened(qtbot: QtBot, window: Window) -> ComparePage:
    """The page, as soon as it can list what there is."""
    press(window, "Ctrl+5")
    page = window.compare_page()
    qtbot.waitUntil(lambda: page.earlier.count() > 0, timeout=LONG)
    return page


def choose(page: ComparePage, *methods: str, steps: int) -> None:
    """Tick these methods on digits, for so many steps and one seed, judged by neighbours."""
    form = page.form
    for at in range(form.methods.count()):
        item = form.methods.item(at)
        on = item.data(Qt.ItemDataRole.UserRole) in (*methods, ALWAYS)
        item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
    form.source.setCurrentIndex(form.source.findData("digits"))
    form.budget.setCurrentIndex(1)
    form.amount.setValue(steps)
    form.seeds.setValue(1)
    for id, box in form.boxes.items():
        box.setChecked(id == "knn")


def test_one_click_trains_judges_and_shows_all(
    qtbot: QtBot, window: Window, page: ComparePage, tmp_path: Path
) -> None:
    choose(page, "rotation", steps=3)
    click(page.start)
    wait_for_notice(qtbot, window, "comparison is finished")
    table = page.table.table()
    assert list(table[0][:2]) == ["method", "kNN"]
    assert {row[0] for row in table[1:]} == {"Rotation prediction", "Random network", "Raw pixels"}
    assert {row[0] for row in page.bars.table()[1:]} == {row[0] for row in table[1:]}
    page.new_file = lambda _: str(tmp_path / "table.tex")
    click(page.export)
    assert r"\begin{tabular}" in (tmp_path / "table.tex").read_text(encoding="utf-8")
    assert page.start.text() == "New comparison"
    page.trainings.picked.emit(0)
    assert window.page == "workbench"


def test_nothing_ticked_is_said(qtbot: QtBot, window: Window, page: ComparePage) -> None:
    choose(page, steps=3)
    click(page.start)
    assert wait_for_notice(qtbot, window, "tick at least one method")
    assert page._task is None


def test_a_stopped_comparison_goes_on_in_the_next_window(
    qtbot: QtBot, open_window: OpenWindow, store: RunStore
) -> None:
    window = open_window()
    page = opened(qtbot, window)
    choose(page, "rotation", steps=100_000)
    click(page.start)
    qtbot.waitUntil(
        lambda: page._comparison is not None and bool(page._comparison.entries[0].run), timeout=LONG
    )
    window.close()
    (id,) = Book(store).ids()
    assert [e.state for e in Book(store).open(id).entries] == ["training", "waiting"]
    assert [run.status for run in store.list()] == ["stopped"]
    again = opened(qtbot, open_window())
    again.earlier.setCurrentIndex(again.earlier.findData(id))
    again._open_chosen()
    assert again.form.amount.value() == 100_000
    assert again.start.text() == "Continue"
    click(again.start)
    qtbot.waitUntil(lambda: store.list()[0].status == "training", timeout=LONG)
    click(again.start)
    qtbot.waitUntil(lambda: again._task is None, timeout=LONG)
    assert len(store.list()) == 1


def test_a_finished_comparison_is_asked_for_more_and_keeps_what_it_has(
    qtbot: QtBot, window: Window, page: ComparePage, store: RunStore
) -> None:
    choose(page, "rotation", steps=3)
    click(page.start)
    wait_for_notice(qtbot, window, "comparison is finished")
    form = page.form
    assert not form.boxes["knn"].isEnabled()
    assert not form.budget.isEnabled()
    assert not form.source.isEnabled()
    before = {run.id for run in store.list()}
    form.boxes["clustering"].click()
    assert page.start.text() == "Extend"
    click(page.start)
    qtbot.waitUntil(lambda: page._task is None and not form.boxes["clustering"].isEnabled(),
                    timeout=LONG)  # fmt: skip
    assert {run.id for run in store.list()} == before
    assert list(page.results.table.table()[0])[1:4] == [
        "kNN", "clustering accuracy", "clustering NMI"
    ]  # fmt: skip
    assert page.start.text() == "New comparison"
    click(page.start)
    assert form.boxes["knn"].isEnabled()
    assert form.budget.isEnabled()
