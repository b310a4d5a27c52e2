"""Some points of a table as pictures under titles, or as rows where they have no pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from core.pictures import ImageGrid
from core.pictures import Table as Rows
from gui.views.image_grid import ImageGridView
from gui.views.table import TableView
from gui.widgets.text import placeholder

if TYPE_CHECKING:
    from core.embeddings.table import Table

MOST = 400  # pictures shown of what is chosen
SIDE = 48


@dataclass(frozen=True)
class Row:
    """Points under one title, each with its words (or none)."""

    title: str
    indices: np.ndarray
    words: Sequence[str] = ()


class PointList(QWidget):
    """Pictures that are linked with the map: `picked` and `hovered` carry the point."""

    picked = Signal(int)
    hovered = Signal(int)
    problem = Signal(str)

    def __init__(self, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid, self.rows, self._empty = ImageGridView(), TableView(), placeholder(empty)
        self._empty.setWordWrap(True)
        self.grid.set_side(SIDE)
        self._stack = QStackedLayout(self)
        for widget in (self._empty, self.grid, self.rows):
            self._stack.addWidget(widget)
        for view in (self.grid, self.rows):
            view.problem.connect(self.problem)
        self.grid.picked.connect(self.picked)
        self.grid.hovered.connect(self.hovered)

    def show_rows(self, table: Table, rows: Sequence[Row]) -> None:
        """The points of each row under its title; none at all says what one might do."""
        rows = [row for row in rows if len(row.indices)]
        if not rows:
            self._stack.setCurrentWidget(self._empty)
            return
        indices = np.concatenate([row.indices for row in rows]).astype(int)
        words = [
            word
            for row in rows
            for word in (row.words or [name_of(table, int(at)) for at in row.indices])
        ]
        if table.images is None:
            titles = [row.title for row in rows for _ in row.indices]
            lines = [(title, int(at), word) for title, at, word in zip(titles, indices, words)]
            self.rows.show_picture(Rows(("what", "point", "name"), lines))
            self._stack.setCurrentWidget(self.rows)
            return
        groups = [(row.title, len(row.indices)) for row in rows]
        self.grid.show_picture(
            ImageGrid(np.asarray(table.images[indices]), words, 0, indices, groups)
        )
        self._stack.setCurrentWidget(self.grid)

    def highlight(self, index: int) -> None:
        """Show a point as under the mouse (it is, on the map); -1 for none."""
        self.grid.highlight(index)


def name_of(table: Table, index: int) -> str:
    """The class of a point, else its name, else nothing."""
    if table.labels is not None and 0 <= table.labels[index] < len(table.classes):
        return table.classes[int(table.labels[index])]
    return table.names[index] if len(table.names) else ""


def told(table: Table, index: int) -> list[str]:
    """The lines that say what a point is."""
    named = table.names[index] if len(table.names) else f"Picture {index}"
    if table.images is None and not len(table.names):
        named = f"Point {index}"
    said = name_of(table, index)
    return [named] if said in ("", named) else [named, said]


def counted_by_class(table: Table, indices: np.ndarray, most: int = 4) -> str:
    """ "cat (30), dog (4)" of the points with a class, the most frequent first."""
    if table.labels is None:
        return ""
    labels = np.asarray(table.labels)[indices]
    found, counts = np.unique(labels[labels >= 0], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    said = [
        f"{table.classes[found[at]] if table.classes else found[at]} ({counts[at]:,})"
        for at in order[:most]
    ]
    return ", ".join(said) + (", …" if len(order) > most else "")
