"""The stage of a scene: hands turn it, lines lie where points are, cameras can be chosen."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.render.viewpoint import Viewpoint
from gui.widgets.pixels import to_qimage
from gui.widgets.scene.overlays import Box, Frusta, box_edges, halved, pyramids, surface_lines
from gui.widgets.scene.range_slider import RangeSlider
from gui.widgets.scene.sight import Sight
from gui.widgets.scene.stage import Stage
from gui.widgets.scene.steering import stepped_back

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
GREY = np.full((30, 40, 3), 128, np.uint8)


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    made = Stage()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show_pixels(GREY)
    made.show()
    return made


def drag(stage: Stage, button: Qt.MouseButton, by: QPoint, start: QPoint | None = None) -> None:
    at = start or QPoint(200, 150)
    QTest.mousePress(stage, button, pos=at)
    for share in (0.3, 0.6, 1.0):
        QTest.mouseMove(stage, at + by * share)
    QTest.mouseRelease(stage, button, pos=at + by)


def test_a_drag_turns_the_scene_and_tells_each_step(qtbot: QtBot, stage: Stage) -> None:
    told: list[Viewpoint] = []
    stage.moved.connect(told.append)
    before = stage.viewpoint
    with qtbot.waitSignal(stage.settled):
        drag(stage, LEFT, QPoint(100, 40))
    assert len(told) > 1
    assert told[-1] == stage.viewpoint
    assert stage.viewpoint.azimuth < before.azimuth
    assert stage.viewpoint.elevation > before.elevation
    assert stage.viewpoint.target == before.target


def test_a_drag_with_the_right_button_or_shift_moves_what_is_under_the_mouse(stage: Stage) -> None:
    drag(stage, RIGHT, QPoint(50, -30))
    first = stage.viewpoint.project(np.zeros((1, 3)), 400, 300)[0]
    assert first[0] > 200
    assert first[1] < 150
    stage.undo()
    assert stage.viewpoint == Viewpoint()


def test_the_wheel_goes_nearer(stage: Stage) -> None:
    turned = QPoint(0, 240)
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    event = QWheelEvent(QPointF(200, 150), QPointF(200, 150), QPoint(), turned, Qt.MouseButton(0),
                        Qt.KeyboardModifier(0), Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(stage, event)
    assert stage.viewpoint.distance < Viewpoint().distance


def test_keys_choose_views_and_control_z_leads_back_and_forth(qtbot: QtBot, stage: Stage) -> None:
    QTest.keyClick(stage, Qt.Key.Key_7)
    qtbot.waitUntil(lambda: stage.viewpoint.elevation == 90.0)
    QTest.keyClick(stage, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert stage.viewpoint == Viewpoint()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(stage, Qt.Key.Key_Z, both)
    assert stage.viewpoint.elevation == 90.0


def test_held_keys_fly_until_they_are_let_go(qtbot: QtBot, stage: Stage) -> None:
    QTest.keyPress(stage, Qt.Key.Key_W)
    eye = stage.viewpoint.eye
    qtbot.waitUntil(lambda: float(np.linalg.norm(stage.viewpoint.eye - eye)) > 0.02)
    QTest.keyRelease(stage, Qt.Key.Key_W)
    ahead = (stage.viewpoint.eye - eye) @ -stage.viewpoint.axes[2]
    assert ahead == pytest.approx(float(np.linalg.norm(stage.viewpoint.eye - eye)))
    assert not stage._flying.isActive()


def test_a_linked_viewpoint_is_taken_silently(qtbot: QtBot, stage: Stage) -> None:
    with qtbot.assertNotEmitted(stage.moved):
        stage.set_viewpoint(Viewpoint(azimuth=10.0))
    assert stage.viewpoint.azimuth == 10.0


def test_a_click_tells_its_pixel_and_does_not_move(qtbot: QtBot, stage: Stage) -> None:
    with qtbot.waitSignal(stage.clicked) as told, qtbot.assertNotEmitted(stage.moved):
        QTest.mouseClick(stage, LEFT, pos=QPoint(60, 70))
    assert told.args == [60.0, 70.0]


def test_a_click_on_a_camera_chooses_it(qtbot: QtBot, stage: Stage) -> None:
    cameras = Viewpoint(azimuth=-55.0, distance=1.0).camera(10, 10).pack().numpy()
    frusta = Frusta(pyramids(cameras, (10, 10)), ["accent"], [to_qimage(GREY)])
    stage.set_overlays([Box((-1, -1, -1), (1, 1, 1), "accent"), frusta])
    with qtbot.waitSignal(stage.picked) as told:
        QTest.mouseClick(stage, LEFT, pos=QPoint(200, 150))
    assert told.args == [frusta, 0]


def test_the_divider_is_dragged_and_parts_the_two_pictures(stage: Stage) -> None:
    stage.show_pixels(np.full((30, 40, 3), 250, np.uint8), np.full((30, 40, 3), 5, np.uint8))
    stage.set_divider(0.5)
    view = stage.viewpoint
    drag(stage, LEFT, QPoint(-100, 0), QPoint(200, 90))
    assert stage.divider == pytest.approx(0.25, abs=0.02)
    assert stage.viewpoint == view
    shown = stage.grab().toImage()
    assert shown.pixelColor(60, 200).lightness() > 200
    assert shown.pixelColor(140, 200).lightness() < 50


# --- lines ------------------------------------------------------------------------------------


def test_lines_are_cut_off_at_the_eye_and_not_turned_over() -> None:
    view = Viewpoint(azimuth=0.0, elevation=0.0, distance=2.0)
    sight = Sight(view, 400, 300)
    found = sight.segments(np.array([[0.0, 0.2, 0.0]]), np.array([[5.0, 0.2, 0.0]]))
    start, end = found[0, :2], found[0, 2:]
    assert start[0] > 200
    assert end[0] > start[0]
    assert math.isfinite(end[0])


def test_what_lies_behind_a_surface_is_told_apart() -> None:
    view = Viewpoint(azimuth=0.0, elevation=0.0, distance=2.0)
    sight = Sight(view, 400, 300, np.full((30, 40), 2.0, np.float32))
    assert sight.hidden(np.array([[1.0, 0, 0], [-1.0, 0, 0]])).tolist() == [False, True]


def test_a_box_has_its_twelve_edges() -> None:
    starts, ends = box_edges(np.array([[-1.0, -1, -1]]), np.array([[1.0, 1, 1]]))
    assert len(starts) == 12
    assert np.allclose(np.linalg.norm(starts - ends, axis=1), 2.0)


def test_the_outside_of_cells_is_drawn_and_nothing_between_them() -> None:
    cells = np.zeros((4, 4, 4), bool)
    cells[1:3, 1:3, 1:3] = True
    starts, ends = surface_lines(cells)
    assert np.abs(np.concatenate([starts, ends])).max() == pytest.approx(0.5)
    inner = np.abs((starts + ends) / 2).max(axis=1) < 0.4
    assert not inner.any()
    one = np.zeros((2, 2, 2), bool)
    one[0, 0, 0] = True
    starts, ends = surface_lines(one)
    assert len(starts) == 12
    assert np.concatenate([starts, ends]).min() == -1.0
    assert halved(cells).all()


def test_either_handle_of_a_range_is_dragged_and_they_never_cross(qtbot: QtBot) -> None:
    slider = RangeSlider("Part of x")
    qtbot.addWidget(slider)
    slider.resize(214, 20)
    QTest.mousePress(slider, LEFT, pos=QPoint(57, 10))
    QTest.mouseRelease(slider, LEFT, pos=QPoint(57, 10))
    assert slider.low == pytest.approx(0.25)
    slider.set_range(0.9, 0.1)
    assert slider.low < slider.high


def test_rows_that_no_picture_has_come_for_are_left_empty(stage: Stage) -> None:
    from gui.theme import manager

    stage.clear("")
    for ready in (0.2, 0.4):
        stage.show_pixels(GREY, ready=ready)
    shown = stage.grab().toImage()
    assert shown.pixelColor(200, 100).red() == 128
    assert shown.pixelColor(200, 250) == manager().theme.color("plot_background")


def test_one_steps_back_until_the_cameras_are_seen_and_stays_where_they_are() -> None:
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring = 4 * np.stack([np.cos(turn), np.sin(turn), 0 * turn + 0.3], axis=1)
    near, size = Viewpoint(), (400, 300)
    far = stepped_back(near, ring, size)
    assert far.distance > near.distance
    x, y, ahead = far.project(ring, *size).T
    assert ((ahead > 0) & (x > 0) & (x < 400) & (y > 0) & (y < 300)).all()
    assert stepped_back(far, ring, size) == far
