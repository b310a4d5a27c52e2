"""The map itself as a picture that can be saved, with the numbers behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QWidget

from gui.mapping.colouring import Paint
from gui.views.base import Row, View
from gui.widgets.points.map import PointMap

if TYPE_CHECKING:
    from core.embeddings.table import Table


class MapView(View):
    """A PointMap with its table; `picked` and `hovered` carry the point."""

    name = "Map"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map = PointMap()
        self.column.addWidget(self.map)
        self.setFocusProxy(self.map)
        self.map.picked.connect(self.picked)
        self.map.hovered.connect(self.hovered)
        self._table: Table | None = None
        self._places = np.zeros((0, 2), np.float32)
        self.paint = Paint()

    def show_places(self, table: Table, places: np.ndarray, move: bool = True) -> None:
        """The points of a table at these places, (N, 2 or 3)."""
        other = len(places) != len(self._places)
        self._table, self._places = table, places
        self.map.set_points(places, move)
        if other:
            self.show_paint(self.paint)
        self.ready()

    def show_paint(self, paint: Paint) -> None:
        """Colour the points; where their places are not known yet, as soon as they are."""
        self.paint = paint
        given = paint.labels if paint.values is None else paint.values
        if given is not None and len(given) != len(self._places):
            return
        if paint.values is not None:
            self.map.colour_by_value(paint.values, paint.title, paint.diverging)
        else:
            self.map.colour_by_label(paint.labels, paint.names)

    def labels(self) -> np.ndarray | None:
        """The classes that the points are coloured by, (N,)."""
        return self.paint.labels

    def highlight(self, index: int) -> None:
        self.map.highlight(index)

    def table(self) -> list[Row]:
        from gui.mapping.point_list import name_of

        known, places, paint = self._table, self._places, self.paint
        if known is None:
            return []
        axes = ("x", "y", "z")[: places.shape[1]]
        coloured = () if paint.values is None else (paint.title,)
        rows: list[Row] = [("point", *axes, "name", *coloured)]
        for at, place in enumerate(places.tolist()):
            value = () if paint.values is None else (float(paint.values[at]),)
            rows.append((at, *place, name_of(known, at), *value))
        return rows
