"""Hiding parts of pictures and laying tiles, by mouse and by keys, in the real window."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.runs import RunStore
from gui.panels.attention import AttentionPanel
from gui.panels.fill import FillPanel
from gui.panels.order import OrderPanel
from gui.window import Window
from tests.gui.window.acts import LONG, click, desk_in, key
from tests.gui.window.conftest import OpenWindow

TINY = {"steps": 3, "batch_size": 8, "width": 4}
RUNS = (
    ("jigsaw", {"orders": 10}),
    ("mae", {}),
    ("inpainting", {"objective": "l2"}),
    ("inpainting", {"objective": "both"}),
)
Opener = Callable[[str], Window]
P = TypeVar("P", FillPanel, OrderPanel, AttentionPanel)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="session")
def puzzled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of finished runs that can be set puzzles."""
    from core.engine import Engine
    from core.experiment import Experiment

    root = tmp_path_factory.mktemp("puzzled") / "runs"
    for method, options in RUNS:
        experiment = Experiment(method, "digits", options={**TINY, **options}, threads=1)
        engine = Engine(experiment, RunStore(root))
        engine.start()
        engine.join()
        assert engine.state == "finished", engine.message
    return root


@pytest.fixture
def opened(qtbot: QtBot, store: RunStore, puzzled: Path, open_window: OpenWindow) -> Opener:
    """Opens a window with the newest run of a method."""
    shutil.copytree(puzzled, store.root)

    def open_(method: str) -> Window:
        window = open_window()
        window.open_run(next(r.id for r in store.list() if f"-{method}-" in r.id))
        desk_in(qtbot, window, "finished")
        return window

    return open_


def panel_of(window: Window, kind: type[P], dock: str) -> P:
    """The panel in front."""
    desk = window.workbench.desk()
    desk.toggle(dock, True)
    return next(p for p in desk.panels if isinstance(p, kind))


def fill_panel(qtbot: QtBot, window: Window) -> FillPanel:
    panel = panel_of(window, FillPanel, "hide by hand")
    qtbot.waitUntil(lambda: panel._mine is not None, timeout=LONG)
    return panel


def order_panel(qtbot: QtBot, window: Window) -> OrderPanel:
    panel = panel_of(window, OrderPanel, "puzzle by hand")
    qtbot.waitUntil(lambda: panel._found is not None, timeout=LONG)
    return panel


def at(panel: FillPanel, x: float, y: float) -> QPoint:
    """Where a pixel of the picture with the hole is painted."""
    area, side = panel.canvas.place_of(0, 0), panel.canvas.hidden.shape[1]
    scale = area.width() / side
    return (area.topLeft() + QPointF((x + 0.5) * scale, (y + 0.5) * scale)).toPoint()


def drag(widget: object, start: QPoint, *points: QPoint) -> None:
    QTest.mousePress(widget, LEFT, pos=start)
    for point in points:
        QTest.mouseMove(widget, point)
    QTest.mouseRelease(widget, LEFT, pos=points[-1])


# --- holes ----------------------------------------------------------------------------------------


def test_a_stroke_hides_pixels_and_the_answer_follows(qtbot: QtBot, opened: Opener) -> None:
    panel = fill_panel(qtbot, opened("inpainting"))
    click(panel.clear)
    assert not panel.canvas.hidden.any()
    panel.brush.setValue(1)
    drag(panel.canvas, at(panel, 1, 3), at(panel, 3, 3), at(panel, 6, 3))
    expected = np.zeros((8, 8), bool)
    expected[3, 1:7] = True
    np.testing.assert_array_equal(panel.canvas.hidden, expected)
    qtbot.waitUntil(lambda: np.array_equal(panel._mine.hidden, expected), timeout=LONG)
    made, truth = panel._mine.made[0], panel._mine.truth[0]
    np.testing.assert_array_equal(made[~expected], truth[~expected])
    assert panel.percent.text() == "9%"


def test_a_stroke_is_taken_back_and_painted_over(qtbot: QtBot, opened: Opener) -> None:
    panel = fill_panel(qtbot, opened("inpainting"))
    canvas = panel.canvas
    click(panel.clear)
    panel.brush.setValue(1)
    canvas.setFocus()
    for x in (2, 5):
        drag(canvas, at(panel, x, 2), at(panel, x, 2))
    key(canvas, Qt.Key.Key_X)
    assert panel.shows.isChecked()
    drag(canvas, at(panel, 5, 2), at(panel, 5, 2))
    assert np.argwhere(canvas.hidden).tolist() == [[2, 2]]
    QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert np.argwhere(canvas.hidden).tolist() == [[2, 2], [2, 5]]
    key(canvas, Qt.Key.Key_Delete)
    assert not canvas.hidden.any()


def test_the_brush_s_keys_are_its_own_while_it_has_the_focus(qtbot: QtBot, opened: Opener) -> None:
    """Elsewhere the brackets go through the snapshots."""
    window = opened("inpainting")
    panel = fill_panel(qtbot, window)
    panel.brush.setValue(2)
    panel.canvas.setFocus()
    step = panel.session.step
    for code, size in ((Qt.Key.Key_BracketRight, 3), (Qt.Key.Key_BracketLeft, 2)):
        QTest.keyClick(panel.canvas.window().focusWidget(), code)
        assert panel.brush.value() == size
    assert panel.session.step == step
    click(panel.clear)
    key(panel.canvas, Qt.Key.Key_Right)
    key(panel.canvas, Qt.Key.Key_Space)
    assert panel.canvas.hidden.any()


def test_the_slider_hides_that_share_of_the_patches(qtbot: QtBot, opened: Opener) -> None:
    panel = fill_panel(qtbot, opened("mae"))
    assert panel.share.value() == 75  # as in training
    side, grain = panel.canvas.hidden.shape[0], panel.canvas.grain
    count = (side // grain) ** 2
    for percent in (0, 50, 95):
        before = panel._mine
        panel.share.setValue(percent)
        patches = min(count - 1, round(percent / 100 * count))
        qtbot.waitUntil(lambda p=patches: panel._mine.hidden.sum() == p * grain**2, timeout=LONG)
        assert panel._mine is not before
        np.testing.assert_array_equal(panel.canvas.hidden, panel._mine.hidden)
    hidden = panel.canvas.hidden.copy()
    click(panel.draw)
    qtbot.waitUntil(lambda: (panel.canvas.hidden != hidden).any(), timeout=LONG)


def test_a_click_on_a_patch_hides_it_and_another_shows_it(qtbot: QtBot, opened: Opener) -> None:
    panel = fill_panel(qtbot, opened("mae"))
    click(panel.clear)
    grain = panel.canvas.grain
    for _ in range(2):
        drag(panel.canvas, at(panel, 3, 3), at(panel, 3, 3))
        assert panel.canvas.hidden.sum() in (grain**2, 0)
    assert not panel.canvas.hidden.any()


def test_where_every_patch_is_hidden_it_says_what_to_do(qtbot: QtBot, opened: Opener) -> None:
    panel = fill_panel(qtbot, opened("mae"))
    click(panel.clear)
    panel.brush.setMaximum(40)
    panel.brush.setValue(40)
    drag(panel.canvas, at(panel, 4, 4), at(panel, 4, 4))
    qtbot.waitUntil(lambda: "leave one to be seen" in panel.said.text(), timeout=LONG)
    key(panel.canvas, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "leave one" not in panel.said.text(), timeout=LONG)


def test_other_runs_fill_the_same_hole_beside(qtbot: QtBot, opened: Opener, tmp_path: Path) -> None:
    window = opened("inpainting")
    panel = fill_panel(qtbot, window)
    for nth in range(2):
        panel.others.menu().aboutToShow.emit()
        actions = panel.others.menu().actions()
        assert len(actions) == 2  # not the jigsaw
        actions[nth].trigger()
    qtbot.waitUntil(lambda: len(panel._theirs) == 2, timeout=LONG)
    titles = [column.title for column in panel.canvas.columns]
    assert titles == ["Given", "both, inpainting", *titles[2:4], "Truth"]
    assert set(titles[2:4]) == {"l2, inpainting", "mae"}
    assert all(column.images is not None for column in panel.canvas.columns)
    panel.all.setChecked(True)
    qtbot.waitUntil(
        lambda: all(c.images is not None and len(c.images) == 8 for c in panel.canvas.columns),
        timeout=LONG,
    )
    panel.view.save(tmp_path / "holes.png")
    panel.view.save(tmp_path / "holes.csv")
    assert len((tmp_path / "holes.csv").read_text().splitlines()) == 2 + 5 * 8


def test_each_panel_has_its_own_runs_beside(qtbot: QtBot, opened: Opener) -> None:
    window = opened("inpainting")
    panel = fill_panel(qtbot, window)
    other = panel.session.comparable("Fills")[0][0]
    panel.put_beside(other)
    attention = panel_of(window, AttentionPanel, "attention")
    for id, _ in panel.session.comparable():
        attention.beside.setCurrentIndex(attention.beside.findData(id))
        qtbot.waitUntil(attention.other_view.can_save, timeout=LONG)
        assert attention.other.run.id == id
    attention.beside.setCurrentIndex(0)
    assert attention.other is None
    assert [s.run.id for s in panel._beside] == [other]
    panel.put_beside(other, False)
    assert panel._beside == []


def test_ones_own_picture_is_taken_in_hand(qtbot: QtBot, opened: Opener, tmp_path: Path) -> None:
    window = opened("inpainting")
    panel = fill_panel(qtbot, window)
    path = tmp_path / "mine.png"
    Image.fromarray(np.full((20, 20, 3), 90, np.uint8)).save(path)
    panel.turner.turn(3)
    window.actions_of_window.choosers.file = lambda *_: str(path)
    click(panel.turner.own)
    qtbot.waitUntil(lambda: bool((panel._mine.truth == 90).all()), timeout=LONG)
    assert (panel.turner.at, panel.turner.count) == (0, 9)


# --- tiles ----------------------------------------------------------------------------------------


def tile(panel: OrderPanel, place: int) -> QPoint:
    return panel.view.board.place_of(place).center().toPoint()


def test_a_tile_dragged_onto_another_changes_places_with_it(qtbot: QtBot, opened: Opener) -> None:
    panel = order_panel(qtbot, opened("jigsaw"))
    laid = panel.view.board.laid.tolist()
    board = panel.view.board
    drag(board, tile(panel, 0), tile(panel, 1), tile(panel, 4))
    laid[0], laid[4] = laid[4], laid[0]
    assert board.laid.tolist() == laid
    for place in (2, 7):  # and by a click on each
        QTest.mouseClick(board, LEFT, pos=tile(panel, place))
    laid[2], laid[7] = laid[7], laid[2]
    assert board.laid.tolist() == laid
    board.setFocus()
    for code in (Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Space):
        key(board, code)
    laid[0], laid[1] = laid[1], laid[0]
    assert board.laid.tolist() == laid
    assert panel.session.state == "finished"  # Space did not train on


def test_asked_it_shows_its_order_and_says_whether_it_is_right(
    qtbot: QtBot, opened: Opener
) -> None:
    panel = order_panel(qtbot, opened("jigsaw"))
    board = panel.view.board
    assert not len(board.answers)
    click(panel.ask_button)
    qtbot.waitUntil(lambda: len(board.answers) == 5, timeout=LONG)
    assert board.shows_truth
    assert panel.said.text().startswith(("Right", "Wrong"))
    click(panel.shuffle)
    qtbot.waitUntil(lambda: not len(board.answers), timeout=LONG)
    click(panel.solve)
    assert board.laid.tolist() == list(range(9))


def test_an_order_unknown_to_it_is_said_to_be_so(qtbot: QtBot, opened: Opener) -> None:
    window = opened("jigsaw")
    panel = order_panel(qtbot, window)
    click(panel.solve)
    panel.always.setChecked(True)
    drag(panel.view.board, tile(panel, 0), tile(panel, 1))
    qtbot.waitUntil(lambda: "not among the 10" in panel.said.text(), timeout=LONG)
    assert "shares 7 of 9 tiles" in panel.said.text()


def test_the_pictures_are_turned_by_keys(qtbot: QtBot, opened: Opener) -> None:
    panel = order_panel(qtbot, opened("jigsaw"))
    first = panel._found.tiles
    panel.view.board.setFocus()
    key(panel.view.board, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: not np.array_equal(panel._found.tiles, first), timeout=LONG)
    assert panel.turner.at == 1
