"""The panel of clusters: any number of them, of any stage, of a run of any method that encodes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.panels.clusters import ClustersPanel
from gui.window import Window
from tests.gui.window.acts import LONG


def panel_of(qtbot: QtBot, window: Window) -> ClustersPanel:
    """The panel in front, with its first clusters."""
    desk = window.workbench.desk()
    assert desk is not None
    desk.toggle("clusters", True)
    panel = next(p for p in desk.panels if isinstance(p, ClustersPanel))
    qtbot.waitUntil(lambda: panel.found is not None, timeout=LONG)
    return panel


def test_there_are_at_first_as_many_clusters_as_classes(qtbot: QtBot, at_desk: Window) -> None:
    panel = panel_of(qtbot, at_desk)
    assert panel.found is not None
    assert len(panel.found.sizes) == 10
    assert panel.found.sizes.sum() == len(panel.session.probe)
    assert "purity" in panel.said.text()
    assert panel.found.stage == panel.found.stages[-1]


def test_the_number_and_the_stage_can_be_changed(qtbot: QtBot, at_desk: Window) -> None:
    panel = panel_of(qtbot, at_desk)
    QTest.keyClick(panel.count, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: len(panel.found.sizes) == 11, timeout=LONG)
    panel.stage.setCurrentIndex(1)
    panel.stage.activated.emit(1)
    qtbot.waitUntil(lambda: panel.found.stage == panel.found.stages[0], timeout=LONG)
    assert len(panel.found.sizes) == 11


def test_a_click_on_a_picture_chooses_it_everywhere(qtbot: QtBot, at_desk: Window) -> None:
    panel = panel_of(qtbot, at_desk)
    tiles = panel.view.tiles
    place = tiles.layout_for(tiles.viewport().width()).rect(0).center()
    wanted = int(panel.found.grid(panel.session.probe.images, 1).indices[0])
    with qtbot.waitSignal(panel.session.picked, check_params_cb=lambda at: at == wanted):
        QTest.mouseClick(tiles.viewport(), Qt.MouseButton.LeftButton, pos=place)
