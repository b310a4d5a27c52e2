"""The raster, the camera and the map's manners."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from gui.widgets.camera import FARTHEST, NEAREST, Camera
from gui.widgets.point_map import PointMap
from gui.widgets.point_raster import SHAPES, draw_points, make_ink

RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 255)


def ink(radius: float = 3.0, shapes=(0, 0)):
    return make_ink(radius, np.array([RED, BLUE], np.uint8), shapes)


def test_a_later_point_covers_an_earlier_one_whole() -> None:
    xy = np.array([[10.5, 10.5], [10.5, 10.5]])
    drawn = draw_points(xy, np.array([0, 1]), ink(), 21, 21)
    assert tuple(drawn[10, 10]) == BLUE
    assert not drawn[..., 0].any()


def test_points_across_the_edge_show_their_rim_and_far_ones_nothing() -> None:
    xy = np.array([[-1.0, 5.0], [500.0, 5.0]])
    drawn = draw_points(xy, np.array([0, 1]), ink(), 20, 10)
    assert drawn[5, 0, 0] > 0
    assert not drawn[..., 2].any()


@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_every_shape_covers_about_the_area_of_the_disc(shape: int) -> None:
    xy = np.array([[20.0, 20.0]])
    drawn = draw_points(xy, np.array([0]), ink(8.0, (shape, 0)), 40, 40)
    area = drawn[..., 3].sum() / 255
    assert 0.5 * np.pi * 64 < area < 1.5 * np.pi * 64


def test_zooming_keeps_the_point_under_the_mouse_and_its_bounds() -> None:
    xy = np.array([[0.0, 0.0], [4.0, 3.0]])
    whole = Camera.over(xy, 400, 300, 20)
    before = whole.project(xy, 400, 300)[1]
    near = whole.zoomed(2.0, (before[0] - 200, before[1] - 150), whole)
    np.testing.assert_allclose(near.project(xy, 400, 300)[1], before)
    assert whole.zoomed(1e9, (0, 0), whole).scale == pytest.approx(whole.scale * NEAREST)
    assert whole.zoomed(1e-9, (0, 0), whole).scale == pytest.approx(whole.scale * FARTHEST)


@pytest.fixture
def shown(qtbot: QtBot) -> PointMap:
    made = PointMap()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    made.set_points(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([0, 1]), ("cat", "dog"))
    return made


def test_a_new_layout_of_the_same_points_glides_there(qtbot: QtBot, shown: PointMap) -> None:
    shown.set_points(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1]), ("cat", "dog"))
    assert shown.canvas._xy[0, 0] < 1.0
    qtbot.waitUntil(lambda: shown.canvas._xy[0, 0] == 1.0)


def test_isolating_a_class_fades_the_others_and_they_cannot_be_hit(shown: PointMap) -> None:
    shown.isolate({1})
    cat, dog = (QPointF(*place) for place in shown.canvas.positions())
    assert shown.canvas.hit(cat) == -1
    assert shown.canvas.hit(dog) == 1
    shown.isolate(set())
    assert shown.canvas.hit(cat) == 0


def test_a_camera_moved_by_hand_stays_when_new_points_come(shown: PointMap) -> None:
    shown.canvas._zoom(3.0, QPointF(200, 150))
    held = shown.canvas._camera
    shown.set_points(np.array([[0.0, 9.0], [9.0, 1.0]]), None, move=False)
    assert shown.canvas._camera == held


def test_a_saved_map_is_drawn_as_fine_as_the_picture(shown: PointMap) -> None:
    image = QImage(800, 600, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(2.0)
    shown.render(image)
    assert shown.canvas._raster.devicePixelRatio() == 2.0
    painter = QPainter(image)
    shown.render(painter, QPoint())
    painter.end()
    assert shown.canvas._raster.devicePixelRatio() == 2.0
    shown.grab()
    assert shown.canvas._raster.devicePixelRatio() == 1.0
