"""The map's manners: gliding, the mouse with every tool, selection, isolation, looks."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.theme import manager
from gui.widgets.points.map import PointMap

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
GRID = np.stack(np.meshgrid(np.arange(8.0), np.arange(6.0)), axis=-1).reshape(-1, 2)


def make(qtbot: QtBot, xy: np.ndarray, names: tuple[str, ...] = ("cat", "dog")) -> PointMap:
    made = PointMap()
    qtbot.addWidget(made)
    made.resize(500, 420)
    made.show()
    made.set_points(xy)
    made.colour_by_label(np.arange(len(xy)) % 2, names)
    made.grab()  # settles the layout
    return made


@pytest.fixture
def pair(qtbot: QtBot) -> PointMap:
    return make(qtbot, np.array([[0.0, 0.0], [1.0, 1.0]]))


@pytest.fixture
def grid(qtbot: QtBot) -> PointMap:
    return make(qtbot, GRID)


def drag(map_: PointMap, corners: list[QPointF], held: Qt.KeyboardModifier = NONE) -> None:
    canvas = map_.canvas
    first, *others = [corner.toPoint() for corner in corners]
    QTest.mousePress(canvas, LEFT, held, first)
    for a, b in zip([first, *others], others):
        for step in range(1, 9):
            QTest.mouseMove(canvas, a + (b - a) * (step / 8))
    QTest.mouseRelease(canvas, LEFT, held, others[-1])


def around(map_: PointMap, indices: list[int]) -> list[QPointF]:
    """Corners of a square path round these points, 12 pixels away."""
    places = map_.canvas.positions()[indices]
    (left, top), (right, low) = places.min(axis=0) - 12, places.max(axis=0) + 12
    return [QPointF(left, top), QPointF(right, top), QPointF(right, low), QPointF(left, low),
            QPointF(left, top + 3)]  # fmt: skip


def image(map_: PointMap) -> np.ndarray:
    found = map_.picture(320, 240)
    rows = np.frombuffer(found.constBits(), np.uint8).reshape(240, -1, 4)
    return rows[..., 2::-1].astype(int)


def at(map_: PointMap, index: int, side: int = 3) -> np.ndarray:
    """The picture's pixels around a point."""
    from PySide6.QtCore import QSize

    project = map_.canvas.projection(QSize(320, 240))
    x, y = project(map_.canvas._xy[[index]])[0].round().astype(int)
    return image(map_)[y - side : y + side + 1, x - side : x + side + 1]


def test_a_new_layout_of_the_same_points_glides_there(qtbot: QtBot, pair: PointMap) -> None:
    pair.set_points(np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert pair.canvas._xy[0, 0] < 1.0
    qtbot.waitUntil(lambda: pair.canvas._xy[0, 0] == 1.0)


def test_what_the_legend_fades_cannot_be_hit(pair: PointMap) -> None:
    pair.fade({1})
    cat, dog = (QPointF(*place) for place in pair.canvas.positions())
    assert pair.canvas.hit(cat) == -1
    assert pair.canvas.hit(dog) == 1
    pair.fade(set())
    assert pair.canvas.hit(cat) == 0


def test_a_camera_moved_by_hand_stays_when_new_points_come(pair: PointMap) -> None:
    pair.canvas.zoomed(3.0, QPointF(200, 150))
    held = pair.canvas.view().camera
    pair.set_points(np.array([[0.0, 9.0], [9.0, 1.0]]), move=False)
    assert pair.canvas.view().camera == held


def test_a_saved_map_is_drawn_as_fine_as_the_picture(pair: PointMap) -> None:
    picture = QImage(1000, 840, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(2.0)
    pair.render(picture)
    assert pair.canvas._layer.image.devicePixelRatio() == 2.0
    painter = QPainter(picture)
    pair.render(painter, QPoint())
    painter.end()
    assert pair.canvas._layer.image.devicePixelRatio() == 2.0
    pair.grab()
    assert pair.canvas._layer.image.devicePixelRatio() == 1.0


@pytest.mark.parametrize("tool", ["lasso", "box"])
def test_dragging_a_tool_chooses_what_lies_inside(grid: PointMap, tool: str) -> None:
    heard: list[tuple[list[int], str]] = []
    grid.chosen.connect(lambda found, how: heard.append((sorted(found.tolist()), how)))
    inside = [9, 10, 11, 17, 18, 19]
    corners = around(grid, inside)
    path = corners if tool == "lasso" else [corners[0], corners[2]]
    grid.set_tool(tool)
    drag(grid, path)
    drag(grid, path, SHIFT)
    drag(grid, path, CTRL)
    assert heard == [(inside, "replace"), (inside, "add"), (inside, "subtract")]


def test_a_lasso_leaves_out_the_faded_and_the_not_isolated(grid: PointMap) -> None:
    heard: list[list[int]] = []
    grid.chosen.connect(lambda found, _how: heard.append(sorted(found.tolist())))
    grid.set_tool("lasso")
    grid.fade({1})
    grid.isolate(np.arange(0, 18))
    grid.canvas.hide()  # ends the gliding
    grid.canvas.show()
    drag(grid, around(grid, [9, 10, 11, 17, 18, 19]))
    assert heard == [[9, 11, 17]]


def test_tools_are_chosen_by_keys_while_the_map_has_the_focus(grid: PointMap) -> None:
    told: list[str] = []
    grid.tool_changed.connect(told.append)
    for key in (Qt.Key.Key_L, Qt.Key.Key_B, Qt.Key.Key_V, Qt.Key.Key_L, Qt.Key.Key_Escape):
        QTest.keyClick(grid.canvas, key)
    assert told == ["lasso", "box", "move", "lasso", "move"]


def test_escape_drops_the_lasso_that_is_being_drawn(grid: PointMap) -> None:
    heard: list[object] = []
    grid.chosen.connect(lambda *given: heard.append(given))
    grid.set_tool("lasso")
    QTest.mousePress(grid.canvas, LEFT, NONE, QPoint(20, 20))
    QTest.mouseMove(grid.canvas, QPoint(80, 20))
    QTest.keyClick(grid.canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(grid.canvas, LEFT, NONE, QPoint(80, 80))
    assert not heard
    assert grid.tool == "lasso"


def test_all_and_all_others_are_chosen_from_the_keyboard(grid: PointMap) -> None:
    heard: list[int] = []
    grid.chosen.connect(lambda found, _how: heard.append(len(found)))
    QTest.keyClick(grid.canvas, Qt.Key.Key_A, CTRL)
    grid.select(np.arange(5))
    QTest.keyClick(grid.canvas, Qt.Key.Key_I, CTRL | SHIFT)
    assert heard == [len(GRID), len(GRID) - 5]


def test_a_click_on_empty_ground_selects_nothing(qtbot: QtBot, grid: PointMap) -> None:
    grid.select([3])
    with qtbot.waitSignal(grid.chosen) as heard:
        QTest.mouseClick(grid.canvas, LEFT, NONE, QPoint(3, 3))
    assert heard.args[0].size == 0
    assert heard.args[1] == "replace"


def test_a_click_picks_and_a_shift_click_adds(qtbot: QtBot, grid: PointMap) -> None:
    place = QPointF(*grid.canvas.positions()[20]).toPoint()
    with qtbot.waitSignal(grid.picked) as heard:
        QTest.mouseClick(grid.canvas, LEFT, NONE, place)
    assert heard.args == [20]
    with qtbot.waitSignal(grid.chosen) as heard:
        QTest.mouseClick(grid.canvas, LEFT, SHIFT, place)
    assert (heard.args[0].tolist(), heard.args[1]) == ([20], "add")


def test_a_selection_keeps_its_colours_and_dims_the_others(grid: PointMap) -> None:
    before = [at(grid, index) for index in (0, 21)]
    grid.select([21])
    after = [at(grid, index) for index in (0, 21)]
    np.testing.assert_array_equal(after[1], before[1])
    paper = np.array(manager().theme.color("plot_background").getRgb()[:3])
    assert 0 < abs(after[0] - paper).sum() < 0.4 * abs(before[0] - paper).sum()
    grid.select([])
    np.testing.assert_array_equal(at(grid, 0), before[0])


def test_isolating_hides_the_others_from_sight_and_mouse_and_fits_the_rest(grid: PointMap) -> None:
    whole = grid.canvas.view().camera.scale
    grid.isolate([0, 1, 8, 9])
    grid.canvas.hide()
    grid.canvas.show()
    assert grid.canvas.view().camera.scale > 2 * whole
    other = QPointF(*grid.canvas.positions()[10])
    assert grid.canvas.hit(other) == -1
    grid.isolate(None)
    grid.canvas.hide()
    assert grid.canvas.view().camera.scale == pytest.approx(whole)


def test_a_thumbnail_stands_where_there_is_room(grid: PointMap) -> None:
    pictures = np.zeros((len(GRID), 8, 8, 3), np.uint8)
    pictures[:] = (250, 20, 30)
    grid.set_images(pictures)
    assert (image(grid) == (250, 20, 30)).all(axis=-1).sum() == 0
    grid.set_thumbnails(True)
    assert (image(grid) == (250, 20, 30)).all(axis=-1).sum() > 20 * 200


def test_trails_and_clouds_are_drawn_and_taken_away(grid: PointMap) -> None:
    plain = image(grid)
    grid.set_trails(np.linspace(GRID[[0, 7]], GRID[[47, 40]], 6, axis=1), [47, 40])
    trailed = image(grid)
    grid.set_trails(None)
    grid.set_cloud(20, GRID[20] + np.array([[0.5, 0.5], [-0.5, 0.4]]))
    clouded = image(grid)
    assert (trailed != plain).any()
    assert (clouded != plain).any()
    grid.set_cloud(-1, None)
    np.testing.assert_array_equal(image(grid), plain)


def test_unknown_values_are_grey_whatever_the_scale(grid: PointMap) -> None:
    values = np.linspace(-1, 1, len(GRID))
    values[5] = np.nan
    for diverging in (False, True):
        grid.colour_by_value(values, "loss", diverging)
        red, green, blue = grid.scene.tints().rgba()[5, :3].astype(int)
        assert max(red, green, blue) - min(red, green, blue) < 30
    assert grid.scale.isVisible()
    assert not grid.legend.isVisible()


def test_sixty_classes_differ_in_colour_or_shape_and_their_legend_stays_low(grid: PointMap) -> None:
    grid.colour_by_label(np.arange(len(GRID)), [f"a class named {n}" for n in range(60)])
    pairs = {(n % 12, shape) for n, shape in enumerate(grid.scene.shapes)}
    assert len(pairs) == 60
    grid.grab()
    assert grid.legend.visibleRegion().boundingRect().height() < 100
    assert len(grid.legend.keys) == len(GRID)


def test_a_name_clicked_twice_asks_for_its_points_and_fades_nothing(
    qtbot: QtBot, grid: PointMap
) -> None:
    button = grid.legend._buttons["1"]
    with qtbot.waitSignal(grid.legend_chosen) as heard:
        QTest.mouseDClick(button, LEFT)
    assert heard.args == [1]
    assert grid.legend.shown() == {"0", "1"}


def test_the_card_says_what_it_is_told_to(grid: PointMap) -> None:
    assert grid.scene.said(3) == ["Picture 3", "dog"]
    grid.set_caption(lambda index: [f"row {index}"])
    assert grid.scene.said(3) == ["row 3"]


def test_other_points_forget_the_selection_of_those_before(grid: PointMap) -> None:
    grid.select([1, 2])
    grid.set_points(GRID[:10])
    assert grid.scene.selected is None
    assert grid.scene.count == 10


def test_as_many_colours_as_points_are_asked_for(grid: PointMap) -> None:
    with pytest.raises(ValueError, match="3 values for 48 points"):
        grid.colour_by_value(np.zeros(3), "loss")


def test_panning_shows_the_same_as_painting_anew(grid: PointMap) -> None:
    grid.grab()
    held = grid.canvas._layer.image
    grid.canvas.moved(37, -21)
    panned = grid.canvas.grab().toImage()
    assert grid.canvas._layer.image is held
    grid.canvas.forget()
    assert grid.canvas.grab().toImage() == panned


def test_trails_and_clouds_of_another_number_of_axes_are_left_out(grid: PointMap) -> None:
    plain = image(grid)
    grid.set_trails(np.zeros((1, 5, 3)), [0])
    grid.set_cloud(0, np.zeros((4, 3)))
    np.testing.assert_array_equal(image(grid), plain)


def test_colouring_by_a_number_fades_nothing_by_a_legend_out_of_sight(grid: PointMap) -> None:
    grid.fade({0})
    grid.colour_by_value(np.arange(48.0), "loss")
    assert grid.scene.allowed() is None


def test_a_thumbnail_is_hit_where_it_is_painted_even_after_a_film(grid: PointMap) -> None:
    grid.set_images(np.zeros((len(GRID), 8, 8, 3), np.uint8))
    grid.set_thumbnails(True)
    grid.grab()
    place = QPointF(*grid.canvas.positions()[20]) + QPointF(10, 10)
    assert grid.canvas._thumbs.hit(place) == 20
    grid.picture(120, 90)
    assert grid.canvas._thumbs.hit(place) == 20
    assert grid.canvas.hit(place) == 20


def test_thumbnails_hold_still_while_points_glide(grid: PointMap) -> None:
    grid.set_images(np.zeros((len(GRID), 8, 8, 3), np.uint8))
    grid.set_thumbnails(True)
    grid.set_points(GRID[:, ::-1].copy() * 0.7)
    shown = []
    for share in (0.1, 0.4, 0.8):
        grid.canvas._on_moved(share)
        grid.grab()
        shown.append(set(grid.canvas._thumbs._shown[0].tolist()))
    assert shown[0] == shown[1] == shown[2] != set()
