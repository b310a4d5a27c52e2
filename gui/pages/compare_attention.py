"""Where the networks of a comparison look, over the same pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from core.pictures import HeatMaps
from core.progress import Progress
from gui.icons import icon
from gui.laboratory import Laboratory
from gui.pages.compare_beside import NOTHING, Beside
from gui.tasks import Tasks
from gui.views.heat_maps import HeatMapsView

ROWS = 8  # pictures
SIDES = 84, 104  # pixels of one: names stay readable, and several rows are seen at once
STAGES = ("Last stage", "The one before", "Two before", "Three before")


class CompareAttention(Beside):
    """A row a picture, a column a method that attends."""

    title = "Attention side by side"

    def __init__(self, laboratory: Laboratory, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(laboratory, tasks, parent)
        self._turn = 0  # how often other pictures were asked for
        self.depth = QComboBox()
        self.depth.setAccessibleName("Stage")
        self.depth.setToolTip(
            "Whose activity is shown: the later the stage, the coarser and the more of meaning. "
            "Heads of a transformer are averaged"
        )
        for depth, title in enumerate(STAGES):
            self.depth.addItem(title, depth)
        self.others = QPushButton(icon("reset"), "Other pictures")
        self.others.setToolTip("Show the next held-out pictures")
        self.controls.addWidget(self.depth)
        self.controls.addWidget(self.others)
        self.view = HeatMapsView()
        self.view.set_side(*SIDES)
        self.view.clear(NOTHING)
        self.body.addWidget(self.view, 1)
        self.depth.activated.connect(self.renew)
        self.others.clicked.connect(self._next)
        self.view.problem.connect(self.problem)

    def work(self) -> Callable[[Progress], Any]:
        store, networks = self._laboratory.store, list(self.networks)
        turn, depth = self._turn, self.depth.currentData()

        def work(progress: Progress) -> HeatMaps:
            from core.comparison import side_by_side as beside

            probe = beside.pictures(store, networks[0].run)
            order = probe.first_of_each_class(len(probe))
            start = turn * ROWS % len(order)
            indices = [*order, *order][start : start + min(ROWS, len(order))]
            return beside.attention(store, networks, probe, indices, depth, progress)

        return work

    def show_result(self, result: HeatMaps) -> None:
        if not result.heat.shape[1]:
            self.empty("None of these methods can show where it looks.")
            return
        self.view.show_picture(result)

    def empty(self, reason: str) -> None:
        self.view.clear(reason)

    def _next(self) -> None:
        self._turn += 1
        self.renew()
