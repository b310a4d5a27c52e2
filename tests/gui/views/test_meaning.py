"""What each view draws lies where it should: pixels with a meaning."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.pictures import (
    Curve,
    Guess,
    HeatMaps,
    Histogram,
    ImageGrid,
    Line,
    Matrix,
    Picture,
    Points,
    Table,
)
from gui.theme import manager
from gui.views import view_for
from gui.widgets.grouped import TITLE


def shown(qtbot: QtBot, picture: Picture, width: int = 420, height: int = 320):
    view = view_for(picture)()
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    view.show_picture(picture)
    return view


def pixel(widget: QWidget, x: float, y: float) -> QColor:
    return widget.grab().toImage().pixelColor(round(x), round(y))


def shares(image: QImage, colour: QColor, near: int = 40) -> np.ndarray:
    """Where an image has about this colour: booleans (H, W)."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    wanted = (colour.blue(), colour.green(), colour.red())
    return (abs(flat[:, : image.width(), :3].astype(int) - wanted) < near).all(axis=-1)


def test_images_lie_in_reading_order_with_crisp_pixels(qtbot: QtBot) -> None:
    images = np.zeros((3, 2, 2, 3), np.uint8)
    images[1, :, 0] = 255  # the second image: left half white, right half black
    view = shown(qtbot, ImageGrid(images, columns=2))
    place = view.tiles.layout_for(view.tiles.viewport().width()).rect(1)
    middle = place.center().x()
    assert pixel(view.tiles.viewport(), middle - 2, place.center().y()).red() == 255
    assert pixel(view.tiles.viewport(), middle + 3, place.center().y()).red() == 0


def test_a_click_on_an_image_tells_the_number_of_the_run(qtbot: QtBot) -> None:
    view = shown(qtbot, ImageGrid(np.zeros((4, 4, 4, 3), np.uint8), indices=np.array([7, 5, 3, 1])))
    place = view.tiles.layout_for(view.tiles.viewport().width()).rect(2).center()
    with qtbot.waitSignals([view.hovered, view.picked], check_params_cbs=[_is(3), _is(3)]):
        QTest.mouseMove(view.tiles.viewport(), place)
        QTest.mouseClick(view.tiles.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_images_are_walked_and_picked_from_the_keyboard(qtbot: QtBot) -> None:
    view = shown(qtbot, ImageGrid(np.zeros((9, 4, 4, 3), np.uint8), columns=3))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        qtbot.keyClick(view.tiles, key)
    with qtbot.waitSignal(view.picked, check_params_cb=_is(4)):
        qtbot.keyClick(view.tiles, Qt.Key.Key_Return)


def test_only_tiles_in_sight_are_painted(qtbot: QtBot) -> None:
    view = shown(qtbot, ImageGrid(np.zeros((10_000, 4, 4, 3), np.uint8)))
    painted = []
    view.tiles.paint_tile = lambda _painter, index, _area: painted.append(index)
    view.tiles.verticalScrollBar().setValue(view.tiles.verticalScrollBar().maximum())
    view.tiles.viewport().grab()
    assert 0 < len(set(painted)) < 100
    assert max(painted) == 9999


def test_groups_of_images_stand_under_titles_and_begin_a_line(qtbot: QtBot) -> None:
    groups = [("three", 3), ("none", 0), ("two", 2)]
    view = shown(qtbot, ImageGrid(np.zeros((5, 4, 4, 3), np.uint8), columns=2, groups=groups))
    layout = view.tiles.layout_for(view.tiles.viewport().width())
    left, step = layout.rect(0).left(), layout.tile.height() + layout.gap
    assert [layout.rect(i).left() == left for i in range(5)] == [True, False, True, True, False]
    assert layout.rect(2).top() - layout.rect(0).top() == step
    assert layout.rect(3).top() - layout.rect(2).top() == step + 2 * TITLE
    assert [layout.at(layout.rect(i).center()) for i in range(5)] == [0, 1, 2, 3, 4]
    assert layout.at(layout.title(2).center()) == -1
    assert layout.between(0, layout.size.height()) == range(5)
    assert layout.size.height() == layout.rect(4).bottom() + 1 + layout.gap


def test_the_greatest_cell_of_a_matrix_is_the_brightest(qtbot: QtBot) -> None:
    values = np.zeros((5, 5))
    values[1, 3] = 1.0
    view = shown(qtbot, Matrix(values))
    image = view.cells.grab().toImage()
    corners = [view.cells.cell_rect(*divmod(at, 5)).topLeft().toPoint() for at in range(25)]
    light = [image.pixelColor(corner + QPoint(4, 4)).lightness() for corner in corners]
    assert divmod(int(np.argmax(light)), 5) == (1, 3)


def test_zero_of_a_diverging_matrix_is_the_colour_of_the_ground(qtbot: QtBot) -> None:
    view = shown(qtbot, Matrix(np.array([[-3.0, 0.0, 1.0]]), diverging=True))
    low, zero, _ = (view.cells._colours[0, column] for column in range(3))
    assert zero.min() > 230
    assert low[2] > low[0]  # less than zero is blue


def test_the_cell_under_the_mouse_is_read_out(qtbot: QtBot) -> None:
    view = shown(qtbot, Matrix(np.eye(2), ("cat", "dog"), ("cat", "dog"), "true", "answered"))
    centre = view.cells.cell_rect(1, 0).center()
    assert view.cells.cell_at(centre) == (1, 0)
    assert view.cells.cell_at(QPointF(0, 0)) == (-1, -1)
    assert view.cells.describe(1, 1) == "true dog, answered dog: 1.000"


def test_heat_lies_where_it_is_hot_and_not_on_the_bare_image(qtbot: QtBot) -> None:
    heat = np.zeros((1, 1, 8, 8))
    heat[0, 0, 1, 6] = 5.0  # not normalised: the view stretches it
    view = shown(qtbot, HeatMaps(np.zeros((1, 32, 32, 3), np.uint8), heat))
    layout = view.tiles.layout_for(view.tiles.viewport().width())
    image = view.tiles.viewport().grab().toImage()
    bare, hot = layout.rect(0), layout.rect(1)
    at = QPoint(round(hot.width() * 6.5 / 8), round(hot.height() * 1.5 / 8))
    assert image.pixelColor(hot.topLeft() + at).lightness() > 90
    assert image.pixelColor(bare.topLeft() + at).lightness() == 0
    assert image.pixelColor(hot.bottomLeft() + QPoint(6, -6)).lightness() < 10


def test_opacity_zero_shows_the_image_alone(qtbot: QtBot) -> None:
    picture = HeatMaps(np.full((1, 8, 8, 3), 200, np.uint8), np.random.rand(1, 1, 4, 4))  # noqa: NPY002
    view = shown(qtbot, picture)
    view.opacity.setValue(0)
    centre = view.tiles.layout_for(view.tiles.viewport().width()).rect(1).center()
    assert pixel(view.tiles.viewport(), centre.x(), centre.y()).getRgb()[:3] == (200, 200, 200)


def test_the_fullest_bin_stands_highest(qtbot: QtBot) -> None:
    view = shown(qtbot, Histogram(np.arange(5.0), {"real": np.array([1.0, 9.0, 2.0, 1.0])}))
    filled = shares(view.plot.grab().toImage(), manager().theme.category(0), 60)
    first_row = int(np.flatnonzero(filled.any(axis=1))[0])
    columns = np.flatnonzero(filled[first_row])
    inside = view.plot.box.mapViewToScene(QPointF(1.5, 5.0)).x()
    assert columns.min() < inside < columns.max()


def test_a_curve_passes_through_its_points(qtbot: QtBot) -> None:
    x = np.linspace(0, 10, 11)
    view = shown(qtbot, Curve({"loss": Line(x, 10 - x)}))
    drawn = shares(view.plot.grab().toImage(), manager().theme.category(0), 60)
    for at in (2.0, 5.0, 8.0):
        place = view.plot.mapFromScene(view.plot.box.mapViewToScene(QPointF(at, 10 - at)))
        assert drawn[place.y() - 3 : place.y() + 4, place.x() - 3 : place.x() + 4].any()


def test_the_legend_reads_the_value_at_the_mouse(qtbot: QtBot) -> None:
    x = np.arange(1.0, 101.0)
    view = shown(qtbot, Curve({"loss": Line(x, 100 / x)}, log_x=True, log_y=True))
    assert view.legend._buttons["loss"].value == "1.00"
    view.plot.pointed.emit(10.0)
    assert view.legend._buttons["loss"].value == "10.0"


def test_a_hidden_line_is_not_drawn(qtbot: QtBot) -> None:
    x = np.arange(50.0)
    view = shown(qtbot, Curve({"a": Line(x, x), "b": Line(x, 50 - x)}))
    assert shares(view.plot.grab().toImage(), manager().theme.category(1), 60).any()
    view.legend._buttons["b"].click()
    assert not shares(view.plot.grab().toImage(), manager().theme.category(1), 60).any()


def test_numbers_sort_by_size_and_unknown_ones_come_last(qtbot: QtBot) -> None:
    rows = [("a", 10.0), ("b", 9.0), ("c", float("nan")), ("d", 100.0)]
    view = shown(qtbot, Table(("name", "value"), rows))
    view.rows.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert [row[0] for row in view.table()[1:]] == ["b", "a", "d", "c"]


def test_numbers_of_a_column_share_their_decimals_and_stand_right(qtbot: QtBot) -> None:
    view = shown(qtbot, Table(("name", "value"), [("a", 0.5), ("b", 0.0421)]))
    cells = [view.rows.model().index(row, 1) for row in range(2)]
    assert [cell.data() for cell in cells] == ["0.5000", "0.0421"]
    assert cells[0].data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight


def test_the_right_answer_has_the_longest_bar_and_the_score_counts_it(qtbot: QtBot) -> None:
    chances = np.array([[0.1, 0.9], [0.8, 0.2]])
    images = np.zeros((2, 8, 8, 3), np.uint8)
    view = shown(qtbot, Guess("Turned?", images, ("no", "yes"), chances, np.array([1, 1]), 2))
    image = view.tiles.viewport().grab().toImage()
    layout = view.tiles.layout_for(view.tiles.viewport().width())
    right, wrong = (image.copy(layout.rect(index)) for index in (0, 1))
    success, danger = (manager().theme.color(token) for token in ("success", "danger"))
    assert [shares(part, success).any() for part in (right, wrong)] == [True, False]
    assert [shares(part, danger).any() for part in (right, wrong)] == [False, True]
    assert view.summary() == "Turned?  ·  1 of 2 right"


def test_a_point_is_drawn_where_it_can_be_hit(qtbot: QtBot) -> None:
    xy = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    view = shown(qtbot, Points(xy, np.array([0, 1, 2]), ("a", "b", "c"), np.array([4, 5, 6])))
    canvas = view.map.canvas
    image = canvas.grab().toImage()
    for index, (x, y) in enumerate(canvas.positions()):
        near = image.copy(round(x) - 3, round(y) - 3, 7, 7)
        assert shares(near, manager().theme.category(index), 110).any()
        assert canvas.hit(QPointF(x, y)) == index
    assert canvas.positions()[1, 1] < canvas.positions()[0, 1]  # y grows upwards
    with qtbot.waitSignal(view.picked, check_params_cb=_is(5)):
        place = QPointF(*canvas.positions()[1]).toPoint()
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)


def _is(number: int):
    return lambda value: value == number
