"""Has the points of a map coloured as is chosen; what takes a while is done beside the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from gui.mapping.colouring import CLASS, OF_THE_MAP, PLAIN, Paint, Way, paint, ways
from gui.mapping.controls import Controls
from gui.mapping.map_view import MapView
from gui.tasks import Newest, Tasks

if TYPE_CHECKING:
    from core.embeddings.table import Table


class Colourist(QObject):
    """Knows the ways to colour: those of every table, and those that the owner answers."""

    wanted = Signal(str)  # the id of a way of the owner's
    problem = Signal(str)

    def __init__(self, controls: Controls, view: MapView, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._controls, self._view = controls, view
        self._own: list[Way] = []
        self._table: Table | None = None
        self._judged: dict[str, np.ndarray] = {}  # the measures of each point on the final map
        self._work = Newest(tasks, "Colouring the map", self)
        controls.recoloured.connect(lambda _: self.renew())

    def add_way(self, way: Way) -> None:
        """A way to colour that the owner answers with `give` when `wanted` tells its id."""
        self._own.append(way)

    def show_table(self, table: Table) -> None:
        """Offer the ways of a table."""
        self._table = table
        self._controls.set_ways([*ways(table), *self._own])

    def judge(self, measures: dict[str, np.ndarray]) -> None:
        """The measures of each point, (N,) by name; none while the map is forming."""
        self._judged = measures
        if self.way in OF_THE_MAP:
            self.renew()

    @property
    def way(self) -> str:
        return str(self._controls.colour.currentData())

    def renew(self) -> None:
        """Colour the points anew."""
        table, way, controls = self._table, self.way, self._controls
        if table is None:
            return
        if way in (CLASS.id, PLAIN.id) or (way in OF_THE_MAP and way not in self._judged):
            self._view.show_paint(
                Paint(table.labels, table.classes) if way == CLASS.id else Paint()
            )
            return
        if any(way == own.id for own in self._own):
            self.wanted.emit(way)
            return
        stage, metric = controls.stage.currentText(), str(controls.metric.currentData())
        judged = self._judged
        self._work.ask(
            lambda _: paint(way, table, stage, metric, judged),
            lambda found: self._show(len(table), way, found),
            self.problem.emit,
        )

    def give(self, way: str, values: np.ndarray, title: str) -> None:
        """The owner's answer to a way to colour: a number a point."""
        self._show(len(values), way, Paint(values=values, title=title))

    def _show(self, count: int, way: str, found: Paint) -> None:
        """Show what was found, unless other points or another way have come since."""
        if self._table is not None and len(self._table) == count and way == self.way:
            self._view.show_paint(found)
