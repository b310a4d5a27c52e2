"""The nearest of one point in feature space, wherever they lie on the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.maps.neighbours import METRICS, closest, comparable, distance_blocks
from gui.mapping.point_list import PointList, Row
from gui.tasks import Newest, Tasks
from gui.theme import SPACE
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.embeddings.table import Table

NEIGHBOURS = 8
AT_ONCE = 2_000_000  # numbers in the features that are searched while the window waits: 10 ms


class Nearby(QWidget):
    """A row of pictures for each metric, and for each other run that is asked too."""

    picked = Signal(int)
    hovered = Signal(int)
    problem = Signal(str)
    found = Signal(int, list)  # a point and its nearest by the chosen metric

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = PointList("Click a point to see its nearest by features.")
        self._others: dict[str, np.ndarray] = {}
        self._search = Newest(tasks, "Looking for the nearest", self)
        self.said = label("", "small", "secondary", wrap=True)
        self.said.setMargin(SPACE.small)
        self.said.hide()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(self.said)
        self.column.addWidget(self.list, 1)
        self.list.picked.connect(self.picked)
        self.list.hovered.connect(self.hovered)
        self.list.problem.connect(self.problem)

    def set_others(self, others: dict[str, np.ndarray]) -> None:
        """Features (N, D) of the same pictures by other runs, by what is said of them."""
        self._others = others

    def say(self, words: str) -> None:
        """A sentence about the point; empty: none."""
        self.said.setText(words)
        self.said.setVisible(bool(words))

    def show_point(self, table: Table, stage: str, metric: str, at: int) -> None:
        """Show the nearest of point `at`, those by the chosen metric first, and tell of them."""
        features = table.features(stage)
        asked = [(f"Nearest, {each}", features, each)
                 for each in sorted(METRICS, key=lambda one: one != metric)]  # fmt: skip
        asked += [
            (title, other, metric)
            for title, other in self._others.items()
            if len(other) == len(table)
        ]

        def search(_: object = None) -> list[Row]:
            return [Row(title, *nearest_of(x, at, by)) for title, x, by in asked]

        def show(rows: Sequence[Row]) -> None:
            self.list.show_rows(table, [Row("Picked", np.array([at])), *rows])
            self.found.emit(at, rows[0].indices.tolist())

        if features.size <= AT_ONCE:
            show(search())
        else:
            self._search.ask(search, show, self.problem.emit)


def nearest_of(features: np.ndarray, at: int, metric: str) -> tuple[np.ndarray, list[str]]:
    """The nearest others of one point, (K,), and their distances in words."""
    points = comparable(features, metric)
    _, squares = next(distance_blocks(points, np.array([at])))
    found = closest(squares, min(NEIGHBOURS, len(points) - 1))[0]
    return found, [f"{distance:.2f}" for distance in np.sqrt(squares[0, found])]
