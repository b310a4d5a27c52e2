"""A matrix whose rows and columns stand for pictures shows the pair of the chosen cell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.pictures import Matrix
from gui.views.matrix import MatrixView

KINDS = np.array([[2, 1, 0], [1, 2, 0], [0, 0, 2]])
GREYS = np.array([10, 120, 240], np.uint8)


def affinity(scale: float = 1.0) -> Matrix:
    """Three pictures, each of one grey."""
    images = np.repeat(GREYS, 4 * 4 * 3).reshape(3, 4, 4, 3)
    names = ["1a", "1b", "2a"]
    values = scale * np.array([[1.0, 0.5, -0.25], [0.5, 1.0, 0.0], [-0.25, 0.0, 1.0]])
    return Matrix(
        values, names, names, "View", "View", "cosine", diverging=True,
        row_images=images, column_images=images,
        kinds=KINDS, kind_names=("negative", "positive", "the same"),
    )  # fmt: skip


def shown(qtbot: QtBot, picture: Matrix) -> MatrixView:
    view = MatrixView()
    qtbot.addWidget(view)
    view.resize(640, 360)
    view.show()
    view.show_picture(picture)
    qtbot.waitExposed(view)
    return view


def press(view: MatrixView, row: int, column: int) -> None:
    place = view.cells.cell_rect(row, column).center().toPoint()
    QTest.mouseClick(view.cells, Qt.MouseButton.LeftButton, pos=place)


def greys(view: MatrixView) -> tuple[int, int]:
    """What the two large pictures look like on screen."""
    image = view.pair.grab().toImage()
    first, second, _words = view.pair.places()
    return tuple(image.pixelColor(area.center().toPoint()).red() for area in (first, second))


def test_a_click_on_a_cell_shows_its_two_pictures_large(qtbot: QtBot) -> None:
    view = shown(qtbot, affinity())
    press(view, 0, 2)
    pair = view.pair.pair
    assert pair is not None
    assert (pair.names, pair.value, pair.kind) == (
        ("View 1a", "View 2a"), "cosine −0.250", "negative"
    )  # fmt: skip
    assert greys(view) == (10, 240)
    assert view.pair.places()[0].width() >= 80


def test_arrows_move_the_chosen_cell_and_stop_at_the_edge(qtbot: QtBot) -> None:
    view = shown(qtbot, affinity())
    press(view, 0, 0)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right):
        QTest.keyClick(view.cells, key)
    assert view.cells.chosen == (1, 2)
    assert greys(view) == (120, 240)


def test_the_mouse_over_another_cell_leaves_the_pair(qtbot: QtBot) -> None:
    view = shown(qtbot, affinity())
    press(view, 1, 2)
    QTest.mouseMove(view.cells, view.cells.cell_rect(0, 1).center().toPoint())
    assert view.cells.chosen == (1, 2)
    assert greys(view) == (120, 240)


def test_the_chosen_cell_stays_while_the_numbers_change(qtbot: QtBot) -> None:
    view = shown(qtbot, affinity())
    press(view, 0, 1)
    view.show_picture(affinity(0.5))
    assert view.cells.chosen == (0, 1)
    assert view.pair.pair is not None
    assert view.pair.pair.value == "cosine 0.250"


def test_a_matrix_without_pictures_has_no_pair(qtbot: QtBot) -> None:
    view = shown(qtbot, affinity())
    view.show_picture(Matrix(np.eye(4), value_label="share"))
    assert not view.pair.isVisible()
    assert view.cells.chosen == (-1, -1)


def test_the_saved_picture_has_cells_and_pair(qtbot: QtBot, tmp_path: Path) -> None:
    view = shown(qtbot, affinity())
    press(view, 0, 2)
    view.save(tmp_path / "affinity.png")
    saved = QImage(str(tmp_path / "affinity.png"))
    scale = saved.width() / view.width()
    centre = view.pair.mapTo(view, view.pair.places()[1].center().toPoint())
    at = centre * scale
    assert saved.pixelColor(at).red() == 240
