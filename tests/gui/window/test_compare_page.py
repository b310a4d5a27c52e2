"""The page that compares methods: one click trains and judges, and closing loses nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.comparison.book import Book
from core.runs import RunStore
from gui.pages.compare import ComparePage
from gui.pages.compare_form import ALWAYS
from gui.window import Window
from tests.comparison.small import trained
from tests.gui.window.acts import LONG, click, press, wait_for_notice
from tests.gui.window.conftest import OpenWindow


@pytest.fixture
def page(qtbot: QtBot, window: Window) -> ComparePage:
    return opened(qtbot, window)


def opened(qtbot: QtBot, window: Window) -> ComparePage:
    """The page, as soon as it can list what there is."""
    press(window, "Ctrl+5")
    page = window.rooms.compare()
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
    results = page.results
    qtbot.waitUntil(lambda: len(results.table.table()) == 4 and not results.reading, timeout=LONG)
    table = results.table.table()
    assert list(table[0][:2]) == ["method", "kNN"]
    assert {row[0] for row in table[1:]} == {"Rotation prediction", "Random network", "Raw pixels"}
    assert {row[0] for row in results.bars.table()[1:]} == {row[0] for row in table[1:]}
    page.export.new_file = lambda *_: str(tmp_path / "table.tex")
    page.export.table_action.trigger()
    assert r"\begin{tabular}" in (tmp_path / "table.tex").read_text(encoding="utf-8")
    assert page.start.text() == "New comparison"
    results.trainings.picked.emit(0)
    assert window.page == "workbench"


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one small comparison that is done."""
    home = tmp_path_factory.mktemp("home")
    trained(home)
    return home


@pytest.fixture
def done(qtbot: QtBot, compared: Path, own_home: Path, open_window: OpenWindow) -> Window:
    """A window whose compare page shows that comparison."""
    shutil.copytree(compared, own_home, dirs_exist_ok=True)
    window = open_window()
    page = opened(qtbot, window)
    page.earlier.setCurrentIndex(1)
    page._open_chosen()
    qtbot.waitUntil(lambda: page.results.found is not None, timeout=LONG)
    return window


def tab(page: ComparePage, title: str) -> None:
    """Bring a tab to the front as a click on its name does."""
    bar = page.results.tabBar()
    at = next(n for n in range(bar.count()) if bar.tabText(n) == title)
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(at).center())
    assert page.results.currentIndex() == at


def test_every_tab_shows_what_was_found(qtbot: QtBot, done: Window) -> None:
    results = done.rooms.compare().results
    both = {"Rotation prediction", "Random network"}
    tab(done.rooms.compare(), "Seconds")
    assert {row[0] for row in results.seconds.table()[1:]} == both | {"Raw pixels"}
    tab(done.rooms.compare(), "Classes")
    assert {row[0] for row in results.classes.table()[1:]} == both | {"Raw pixels"}
    results.order.setCurrentIndex(2)  # after all classes and the first
    column = [row[3] for row in results.classes.table()[1:]]
    assert column == sorted(column, reverse=True)
    tab(done.rooms.compare(), "Maps")
    maps = results.maps.maps
    qtbot.waitUntil(lambda: maps.isVisible() and len(maps.canvases) == 2, timeout=LONG)
    canvas = maps.canvases[0]
    place = canvas.positions()[7]
    QTest.mouseMove(canvas, QPoint(round(place[0]), round(place[1])))
    qtbot.waitUntil(lambda: results.maps.words.text().startswith("Picture"), timeout=LONG)
    assert len({c.scene.hover for c in maps.canvases}) == 1  # the same picture in both
    assert canvas.scene.hover >= 0
    tab(done.rooms.compare(), "Attention")
    view = results.attention.view
    qtbot.waitUntil(view.can_save, timeout=LONG)
    assert {row[1] for row in view.table()[1:]} == both
    before = view._maps.picture.images
    click(results.attention.others)
    qtbot.waitUntil(lambda: (view._maps.picture.images != before).any(), timeout=LONG)


def test_t_sne_is_computed_beside_and_can_be_stopped(qtbot: QtBot, done: Window) -> None:
    maps = done.rooms.compare().results.maps
    tab(done.rooms.compare(), "Maps")
    qtbot.waitUntil(lambda: len(maps.maps.canvases) == 2 and maps._task is None, timeout=LONG)
    maps.layout_choice.setCurrentIndex(1)
    maps.layout_choice.activated.emit(1)
    assert maps.again.isVisible()
    click(maps.again)
    qtbot.waitUntil(lambda: maps._task is None, timeout=LONG)
    assert maps.said.text() == "Stopped."
    assert maps.again.text() == "Go on"


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_graph_in_front_is_saved(done: Window, tmp_path: Path, suffix: str) -> None:
    page = done.rooms.compare()
    asked: list[str] = []
    for title in ("Table", "Bars", "Seconds", "Classes"):
        path = tmp_path / f"{title}{suffix}"
        tab(page, title)
        page.export.new_file = lambda name, _, path=path: asked.append(name) or str(path)  # type: ignore[func-returns-value]
        page.export.graph_action.trigger()
        if suffix == ".svg":
            assert ElementTree.parse(path).getroot().tag.endswith("svg")
        else:
            assert not QImage(str(path)).isNull()
    assert asked == ["table.png", "bars.png", "curves.png", "matrix.png"]


def test_everything_is_exported_by_a_key(qtbot: QtBot, done: Window, tmp_path: Path) -> None:
    page = done.rooms.compare()
    page.export.folder = lambda _: str(tmp_path / "all")
    press(done, "Ctrl+Alt+E")
    wait_for_notice(qtbot, done, "The comparison is in")
    written = {path.name for path in (tmp_path / "all").iterdir()}
    assert {"table.md", "seconds.csv", "bars_knn.svg", "per_class.png"} <= written


def test_without_a_comparison_there_is_nothing_to_export(
    qtbot: QtBot, window: Window, page: ComparePage
) -> None:
    assert not page.export.isEnabled()
    press(window, "Ctrl+Alt+E")
    wait_for_notice(qtbot, window, "no comparison to export")


def test_network_and_width_go_into_the_plan_and_come_back(page: ComparePage) -> None:
    form = page.form
    assert form.plan().options == {}
    form.backbone.setCurrentIndex(form.backbone.findData("vit"))
    form.width.setValue(8)
    plan = form.plan()
    assert plan.options == {"backbone": "vit", "width": 8}
    form.backbone.setCurrentIndex(0)
    form.width.setValue(form.width.minimum())
    form.show_plan(plan)
    assert form.plan().options == plan.options


def test_what_it_will_take_is_said_before_the_start(qtbot: QtBot, page: ComparePage) -> None:
    choose(page, "rotation", "mae", steps=3)
    page.form.budget.setCurrentIndex(0)
    page.form.amount.setValue(60)
    qtbot.waitUntil(lambda: page.said.text() == "3 trainings, about 2 min 16 s.", timeout=LONG)
    page.form.backbone.setCurrentIndex(page.form.backbone.findData("resnet18"))
    qtbot.waitUntil(
        lambda: "Not with this network: Masked autoencoder" in page.said.text(), timeout=LONG
    )


def test_many_methods_are_ticked_at_once(page: ComparePage) -> None:
    choice = page.form.choice
    actions = {action.text(): action for action in choice.menu.actions()}
    actions["None"].trigger()
    assert choice.chosen() == [ALWAYS]
    actions["Contrastive"].trigger()
    assert set(choice.chosen()) == {ALWAYS, "simclr", "moco"}
    actions["All"].trigger()
    assert len(choice.chosen()) == page.form.methods.count()
    assert choice.count.text() == f"{page.form.methods.count()} of {page.form.methods.count()}"


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
