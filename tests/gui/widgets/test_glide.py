"""A stage glides to a named view, a hand takes it over, and it jumps where motion is not wanted."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QProxyStyle, QStyle
from pytestqt.qtbot import QtBot

from core.render.viewpoint import Viewpoint
from core.viewing import Ellipsoids, OpenRay
from gui.scene.dressing import Dressing
from gui.widgets.scene.ellipses import Ellipses
from gui.widgets.scene.sight import Sight
from gui.widgets.scene.stage import Stage

TOP = Viewpoint().preset("top")


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    made = Stage()
    qtbot.addWidget(made)
    made.resize(200, 150)
    made.show()
    return made


def test_it_comes_by_what_lies_between_and_one_step_back_undoes_it(
    qtbot: QtBot, stage: Stage
) -> None:
    told: list[Viewpoint] = []
    stage.moved.connect(told.append)
    stage.go(TOP, glide=True)
    assert stage.moving
    qtbot.waitUntil(lambda: stage.viewpoint == TOP)
    assert len(told) > 2
    assert all(25 <= view.elevation <= 90 for view in told)
    stage.undo()
    assert stage.viewpoint == Viewpoint()


def test_a_hand_takes_over_a_glide(qtbot: QtBot, stage: Stage) -> None:
    stage.go(TOP, glide=True)
    qtbot.waitUntil(lambda: stage.viewpoint.elevation > 30)
    QTest.mousePress(stage, Qt.MouseButton.LeftButton, pos=QPoint(80, 80))
    assert not stage._glide.running
    QTest.mouseRelease(stage, Qt.MouseButton.LeftButton, pos=QPoint(80, 80))
    assert stage.viewpoint != TOP


class Still(QProxyStyle):
    """A system that asks for less motion."""

    def styleHint(self, hint: QStyle.StyleHint, *more: object) -> int:
        if hint == QStyle.StyleHint.SH_Widget_Animation_Duration:
            return 0
        return super().styleHint(hint, *more)  # type: ignore[arg-type]


def test_it_jumps_where_the_system_asks_for_less_motion(stage: Stage) -> None:
    still = Still()
    still.setParent(stage)
    stage.setStyle(still)
    stage.go(TOP, glide=True)
    assert stage.viewpoint == TOP


def test_a_ball_is_outlined_by_a_circle_where_it_stands() -> None:
    view, size = Viewpoint(distance=4.0), 0.1
    axes = np.eye(3)[None].repeat(2, 0) * size
    means = np.array([[0.0, 0, 0], view.eye + 4 * view.axes[2]])  # the second behind the eye
    grey = np.full((2, 3), 90, np.uint8)
    order, outlines = Ellipses(means, axes, grey).outlines(Sight(view, 400, 300))
    assert order.tolist() == [0]
    focal = 300 / (2 * np.tan(np.radians(view.field) / 2))
    halves = np.linalg.norm(outlines[0, 2:].reshape(2, 2), axis=1)
    np.testing.assert_allclose(outlines[0, :2], [200, 150], atol=1e-9)
    np.testing.assert_allclose(halves, focal * size / 4.0)


def test_the_gaussians_that_an_open_ray_meets_stand_out(qtbot: QtBot) -> None:
    view, away = Viewpoint(distance=4.0), np.array([3.9, 4.0])
    direction = -view.eye / np.linalg.norm(view.eye)
    weight, colours = np.array([0.9, 0.0]), np.array([[1.0, 0, 0], [0, 1, 0]])
    axes = np.eye(3)[None].repeat(2, 0) * 0.1
    met = Ellipsoids(view.eye + away[:, None] * direction, axes, np.zeros((2, 3), np.uint8), 2)
    nothing = np.zeros(2)
    dressing = Dressing()
    dressing.ray = OpenRay((200, 150), view.eye, direction, away, weight, nothing, weight, colours,
                           None, np.ones(3), np.ones(3), met)  # fmt: skip
    found = [part for part in dressing.overlays(set(), view) if isinstance(part, Ellipses)]
    assert len(found) == 1
    assert len(found[0].means) == 1  # what stops no light is left out
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    found[0].paint(painter, Sight(view, 400, 300))
    painter.end()
    inside = image.pixelColor(202, 152)
    assert inside.red() > 200 > inside.green()
    assert image.pixelColor(5, 5) == Qt.GlobalColor.white
