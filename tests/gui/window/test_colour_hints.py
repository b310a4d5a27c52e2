"""Telling a grey picture its colours by mouse and by keys, in the real window."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.runs import RunStore
from gui.panels.colour_hints import ColourHintsPanel
from tests.gui.window.acts import LONG, click, desk_in, key
from tests.gui.window.conftest import OpenWindow

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
PanelOf = Callable[[], ColourHintsPanel]


@pytest.fixture(scope="session")
def coloured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run of colorization."""
    from core.engine import Engine
    from core.experiment import Experiment

    root = tmp_path_factory.mktemp("coloured") / "runs"
    options = {"steps": 3, "batch_size": 8, "width": 4}
    pictures = {"count": 40, "held_out": 20}
    experiment = Experiment("colorization", "toyland", options, data_options=pictures, threads=1)
    engine = Engine(experiment, RunStore(root))
    engine.start()
    engine.join()
    assert engine.state == "finished", engine.message
    return root


@pytest.fixture
def panel(
    qtbot: QtBot, store: RunStore, coloured: Path, open_window: OpenWindow
) -> ColourHintsPanel:
    shutil.copytree(coloured, store.root)
    window = open_window()
    window.open_run(store.list()[0].id)
    desk_in(qtbot, window, "finished")
    desk = window.workbench.desk()
    desk.toggle("colour hints", True)
    found = next(p for p in desk.panels if isinstance(p, ColourHintsPanel))
    qtbot.waitUntil(lambda: found._found is not None, timeout=LONG)
    return found


def press(panel: ColourHintsPanel, place: tuple[int, int], picture: int = 0, button=LEFT) -> None:
    point = panel.canvas.point_of(place, picture).toPoint()
    QTest.mouseClick(panel.canvas, button, pos=point)


def test_a_place_and_a_swatch_make_a_hint_and_the_prediction_follows(
    qtbot: QtBot, panel: ColourHintsPanel
) -> None:
    plain = panel._found
    press(panel, (8, 24))
    assert panel.place == (8, 24)
    qtbot.waitUntil(lambda: bool(panel.swatches.colours), timeout=LONG)
    colour = panel.swatches.colours[1]
    click(panel.swatches.buttons[1])
    assert [(h.x, h.y, h.colour) for h in panel.hints] == [(8, 24, colour.getRgb()[:3])]
    qtbot.waitUntil(lambda: "1 hint:" in panel.said.text(), timeout=LONG)
    assert (panel._found.made != plain.made).any()
    np.testing.assert_array_equal(panel._found.given, plain.given)
    rows = panel.view.table()
    assert rows[1][:4] == ("hint", 8, 24, 2)
    assert rows[-1][-1] == pytest.approx(panel._found.distance)


def test_hints_are_moved_taken_away_and_brought_back(panel: ColourHintsPanel) -> None:
    panel.ask_colour = lambda _first: QColor("#d03020")
    canvas = panel.canvas
    canvas.setFocus()
    press(panel, (8, 8))
    key(canvas, Qt.Key.Key_C)
    press(panel, (20, 20), 2)  # on the truth
    assert [(h.x, h.y) for h in panel.hints] == [(8, 8), (20, 20)]
    assert panel.hints[1].colour == tuple(int(c) for c in panel._found.truth[20, 20])
    QTest.mousePress(canvas, LEFT, pos=canvas.point_of((8, 8)).toPoint())
    for x in (9, 11, 13):
        QTest.mouseMove(canvas, canvas.point_of((x, 8)).toPoint())
    QTest.mouseRelease(canvas, LEFT, pos=canvas.point_of((13, 8)).toPoint())
    assert [(h.x, h.y) for h in panel.hints] == [(13, 8), (20, 20)]
    panel.size.setValue(5)
    assert [h.side for h in panel.hints] == [5, 2]  # of the one in hand
    for expected in ([(13, 8), (20, 20)], [(8, 8), (20, 20)], [(8, 8)]):  # a drag is one change
        QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert [(h.x, h.y) for h in panel.hints] == expected
    click(panel.redo_button)
    press(panel, (20, 20), 0, RIGHT)
    assert [(h.x, h.y) for h in panel.hints] == [(8, 8)]
    click(panel.clear_button)
    assert panel.hints == ()
    assert not panel.clear_button.isEnabled()


def test_hints_belong_to_their_picture(qtbot: QtBot, panel: ColourHintsPanel) -> None:
    press(panel, (5, 6), 2)
    assert len(panel.hints) == 1
    first = panel._found.truth
    panel.turner.turn(1)
    assert panel.hints == ()
    qtbot.waitUntil(lambda: (panel._found.truth != first).any(), timeout=LONG)
    key(panel.canvas, Qt.Key.Key_Right)
    assert panel.place == (16, 16)
    key(panel.canvas, Qt.Key.Key_Right)
    assert panel.place == (17, 16)
