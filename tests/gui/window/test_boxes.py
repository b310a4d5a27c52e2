"""Boxes in space in the real window: drawn, turned, of another picture, of another score."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.runs import RunStore
from gui.panels.boxes import BoxesPanel
from gui.widgets.scene.overlays import Frusta, Lines, Overlay
from tests.gui.window.acts import LONG, click, desk_in
from tests.gui.window.conftest import OpenWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot, store: RunStore, open_window: OpenWindow) -> BoxesPanel:
    """Of a run of a few steps, with its first picture drawn."""
    from core.engine import Engine
    from core.experiment import Experiment

    options = {"steps": 4, "batch_size": 4, "width": 4}
    small = {"count": 4, "held_out": 3, "side": 48}
    engine = Engine(Experiment("box_detector", "streets", options, small, threads=1), store)
    engine.start()
    engine.join()
    assert engine.state == "finished", engine.message
    window = open_window()
    window.open_run(store.list()[0].id)
    desk = desk_in(qtbot, window, "finished")
    desk.toggle("boxes in space", True)
    found = next(p for p in desk.panels if isinstance(p, BoxesPanel))
    qtbot.waitUntil(lambda: bool(found.stage.overlays), timeout=LONG)
    return found


def boxes(panel: BoxesPanel) -> tuple[int, int]:
    """How many are drawn, found and true; a frustum belongs to each that is found."""
    lines = [part for part in panel.stage.overlays if isinstance(part, Lines)]
    frusta, eye = (part for part in panel.stage.overlays if isinstance(part, Frusta))
    assert len(eye.corners) == 1
    found, true = (len(part.starts) // 14 for part in (lines[2], lines[1]))
    assert len(frusta.corners) == found
    return found, true


def eye_of(overlays: list[Overlay]) -> np.ndarray:
    """Where the camera stands."""
    found = overlays[2]
    assert isinstance(found, Frusta)
    return np.asarray(found.corners[0, 0])


def test_boxes_are_drawn_turned_and_those_of_another_score_and_picture(
    qtbot: QtBot, panel: BoxesPanel
) -> None:
    view, (_, true) = panel.stage.viewpoint, boxes(panel)
    probe = panel.session.probe
    assert probe is not None
    assert probe.truth is not None
    assert true == int(probe.truth[0, :, 0].sum())
    QTest.mousePress(panel.stage, LEFT, pos=QPoint(60, 60))
    QTest.mouseMove(panel.stage, QPoint(100, 70))
    QTest.mouseRelease(panel.stage, LEFT, pos=QPoint(100, 70))
    assert panel.stage.viewpoint.azimuth != view.azimuth
    panel.sure.setValue(5)
    qtbot.waitUntil(lambda: boxes(panel)[0] > 0, timeout=LONG)
    panel.sure.setValue(95)
    qtbot.waitUntil(lambda: boxes(panel)[0] == 0, timeout=LONG)
    before = panel.stage.overlays
    click(panel.turner.after)
    qtbot.waitUntil(lambda: panel.stage.overlays is not before, timeout=LONG)
    assert not np.allclose(eye_of(before), eye_of(panel.stage.overlays))
