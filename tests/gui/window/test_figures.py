"""A figure is drawn of the chosen pictures, one's own before them; its pictures are linked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.observer import Answer
from core.pictures import ImageGrid, Matrix
from gui.panels.figures import FiguresPanel
from gui.window import Window
from tests.gui.window.acts import LONG

BLANK = np.zeros((2, 4, 4, 3), np.uint8)


@dataclass
class Shown:
    """The panel in front, and the pictures that were chosen in it."""

    panel: FiguresPanel
    picked: list[int]

    def show(self, picture: Any) -> None:
        self.panel._show(Answer("figure", 0, picture))


@pytest.fixture
def shown(qtbot: QtBot, at_desk: Window) -> Shown:
    desk = at_desk.workbench.desk()
    assert desk is not None
    panel = next(p for p in desk.panels if isinstance(p, FiguresPanel))
    desk.toggle("figures", True)
    qtbot.waitUntil(lambda: panel.view is not None, timeout=LONG)
    made = Shown(panel, [])
    panel.session.picked.connect(made.picked.append)
    return made


def test_a_picture_of_a_figure_is_that_of_the_run(shown: Shown) -> None:
    session = shown.panel.session
    session.look_at([7, 3], np.zeros((1, 1, 8, 8), np.uint8))
    shown.show(ImageGrid(BLANK, indices=np.array([2, 0])))
    shown.panel.view.picked.emit(2)  # of one's own picture, 7, 3, ... the third
    shown.panel.view.picked.emit(0)  # one's own is none of the run's
    assert shown.picked == [3]


def test_a_cell_of_a_matrix_is_no_picture_of_the_run(shown: Shown) -> None:
    shown.show(Matrix(np.eye(3)))
    shown.panel.view.picked.emit(1)
    assert shown.picked == []
