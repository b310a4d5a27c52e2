"""Handles of a box: they lie on its faces, and follow the mouse along their axes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.render.viewpoint import Viewpoint
from gui.widgets.scene.handles import Handles, Pull
from gui.widgets.scene.sight import Sight
from gui.widgets.scene.stage import Stage

LOW, HIGH = (-0.5, -0.6, -0.7), (0.5, 0.8, 0.9)
SIGHT = Sight(Viewpoint().orbit(20, 5), 400, 300)


def pixel(place: np.ndarray) -> QPointF:
    x, y, _ = SIGHT.project(place[None])[0]
    return QPointF(x, y)


@pytest.mark.parametrize("face", range(6))
@pytest.mark.parametrize("by", [-0.3, 0.0, 0.4])
def test_a_pixel_of_the_axis_is_the_place_there(face: int, by: float) -> None:
    handles = Handles(LOW, HIGH)
    place = handles.places[face].copy()
    assert place[face // 2] == (LOW, HIGH)[face % 2][face // 2]
    place[face // 2] += by
    assert handles.place(face, pixel(place), SIGHT) == pytest.approx(place[face // 2])
    if not by:
        assert handles.hit(pixel(place), SIGHT) == face


def test_along_an_axis_no_place_is_pointed_to() -> None:
    front = Sight(Viewpoint().preset("front"), 400, 300)
    handles = Handles(LOW, (0.5, 0.6, 0.7))
    assert [face for face in range(6) if math.isnan(handles.place(face, QPointF(200, 150), front))]


def test_a_pulled_handle_follows_and_the_view_stays(qtbot: QtBot) -> None:
    stage = Stage()
    qtbot.addWidget(stage)
    stage.resize(400, 300)
    stage.set_viewpoint(SIGHT.viewpoint)
    stage.show()
    pull, handles = Pull(stage), Handles(LOW, HIGH)
    stage.set_overlays([handles])
    goal = handles.places[1] + (0.25, 0, 0)
    start, end = pixel(handles.places[1]).toPoint(), pixel(goal).toPoint()
    QTest.mousePress(stage, Qt.MouseButton.LeftButton, pos=start)
    with qtbot.waitSignal(pull.pulled) as told:
        QTest.mouseMove(stage, end)
    assert pull.holds
    face, place = told.args
    assert (face, place) == (1, pytest.approx(0.75, abs=0.02))
    with qtbot.waitSignal(pull.let_go):
        QTest.mouseRelease(stage, Qt.MouseButton.LeftButton, pos=end)
    assert stage.viewpoint == SIGHT.viewpoint
    with qtbot.waitSignal(stage.moved):  # beside the handles the scene turns as ever
        QTest.mousePress(stage, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
        QTest.mouseMove(stage, QPoint(60, 10))
    QTest.mouseRelease(stage, Qt.MouseButton.LeftButton, pos=QPoint(60, 10))
