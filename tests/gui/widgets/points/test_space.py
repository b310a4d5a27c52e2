"""The camera in space against a case worked by hand, and the real space where OpenGL is there."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.theme import manager
from gui.widgets.points.map import PointMap
from gui.widgets.points.orbit import Orbit, front_most, project

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
FRONT, BACK, RIGHT, TOP = (0, -1, 0), (0, 1, 0), (1, 0, 0), (0, 0, 1)  # seen from azimuth 0


def seen(orbit: Orbit, *places: tuple[float, float, float]) -> np.ndarray:
    return project(np.array(places, float), orbit.matrix(400, 300))


def test_a_level_camera_sees_what_perspective_by_hand_says() -> None:
    found = seen(Orbit(azimuth=0, elevation=0), (0, 0, 0), RIGHT, TOP, FRONT, BACK)
    # The eye is 3.4 radii away; a radius at the middle is 0.93 of half the shorter side.
    np.testing.assert_allclose(found[:3, :2], [[200, 150], [339.5, 150], [200, 10.5]], atol=1e-9)
    np.testing.assert_allclose(found[3:, :2], [[200, 150]] * 2, atol=1e-9)
    assert found[3, 2] < found[0, 2] < found[4, 2]
    corner = seen(Orbit(azimuth=0, elevation=0), (0.5, -1, 0))
    np.testing.assert_allclose(corner[0, 0], 200 + 0.5 * 139.5 * 3.4 / 2.4)


def test_the_nearer_points_go_with_the_mouse() -> None:
    level = Orbit(azimuth=0, elevation=0)
    assert seen(level.turned(50, 0), FRONT)[0, 0] > 200
    assert seen(level.turned(0, 50), FRONT)[0, 1] > 150


def test_zooming_keeps_the_place_under_the_mouse() -> None:
    level = Orbit(azimuth=0, elevation=0)
    before = seen(level, (0.4, 0, 0.3))[0, :2]
    away = (before[0] - 200) / 150, (before[1] - 150) / 150
    np.testing.assert_allclose(seen(level.zoomed(3.0, away), (0.4, 0, 0.3))[0, :2], before)


def test_all_points_are_in_sight_from_every_side() -> None:
    xyz = np.random.default_rng(0).normal(size=(200, 3)) * (1, 5, 2) + (9, 0, -4)
    for azimuth in range(0, 360, 30):
        found = project(xyz, Orbit(azimuth=azimuth).around(xyz).matrix(400, 300))
        assert (found[:, :2] > 0).all()
        assert (found[:, :2] < (400, 300)).all()
        assert (abs(found[:, 2]) < 1).all()


def test_the_point_nearer_to_the_eye_is_hit_before_one_behind_it() -> None:
    places = np.array([[100, 100, 0.3], [102, 100, -0.2], [112, 100, -0.9]])
    assert front_most(places, (100, 100), 4, 14, None) == 1
    assert front_most(places, (100, 100), 4, 14, np.array([True, False, True])) == 0
    assert front_most(places, (120, 100), 4, 14, None) == 2
    assert front_most(places, (160, 100), 4, 14, None) == -1


def in_space(qtbot: QtBot) -> PointMap:
    made = PointMap()
    qtbot.addWidget(made)
    made.resize(460, 400)
    made.show()
    cube = np.stack(np.meshgrid(*[np.arange(3.0)] * 3), axis=-1).reshape(-1, 3)
    made.set_points(cube)
    made.colour_by_label(np.arange(27) % 3, ("a", "b", "c"))
    made.grab()
    return made


def drawn_in_space(qtbot: QtBot) -> PointMap:
    """Where the machine has OpenGL, even of software."""
    made = in_space(qtbot)
    assert made.space is not None
    if made.space._refusal:
        pytest.skip(made.space._refusal)
    return made


def test_without_opengl_the_map_says_so_and_the_plane_goes_on(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gui.widgets.points import space
    from gui.widgets.points.room import NoOpenGL

    def refuse() -> None:
        raise NoOpenGL("no OpenGL context could be made")

    monkeypatch.setattr(space, "Room", refuse)
    made = in_space(qtbot)
    assert "no OpenGL" in made.space._refusal
    assert made.space.hit(made.space.rect().center().toPointF()) == -1
    made.set_points(np.zeros((27, 2)))
    assert made.canvas.isVisible()


def test_a_map_in_the_plane_imports_no_vispy() -> None:
    import subprocess

    words = "import sys, gui.widgets.points.map as m; assert 'vispy' not in sys.modules"
    subprocess.run([sys.executable, "-c", words], check=True, timeout=60)


@pytest.mark.display
def test_a_point_is_drawn_where_it_can_be_hit_and_lassoed(qtbot: QtBot) -> None:
    made = drawn_in_space(qtbot)
    assert made.space is not None
    picture = made.space.grab().toImage()
    seen_first = project(made.space._xy, made.space.matrix())[:, 2].argmin()
    x, y = made.space.positions()[seen_first]
    expected = manager().theme.category(int(seen_first) % 3)
    assert picture.pixelColor(round(x), round(y)) == expected
    with qtbot.waitSignal(made.picked) as heard:
        QTest.mouseClick(made.space, LEFT, NONE, QPointF(x, y).toPoint())
    assert heard.args == [seen_first]
    made.set_tool("box")
    QTest.mousePress(made.space, LEFT, NONE, QPoint(2, 2))
    QTest.mouseMove(made.space, QPoint(200, 200))
    with qtbot.waitSignal(made.chosen) as heard:
        QTest.mouseRelease(made.space, LEFT, NONE, QPoint(made.space.width() - 2,
                                                          made.space.height() - 2))  # fmt: skip
    assert len(heard.args[0]) == 27


@pytest.mark.display
def test_turning_the_space_changes_its_picture_and_a_selection_dims(qtbot: QtBot) -> None:
    made = drawn_in_space(qtbot)
    before = made.picture(300, 240)
    QTest.keyClick(made.space, Qt.Key.Key_Left)
    turned = made.picture(300, 240)
    assert turned != before
    made.select([0])
    assert made.picture(300, 240) != turned
