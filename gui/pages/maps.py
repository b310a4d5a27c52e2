"""The page of maps: anyone's features, one map large or two side by side that say the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from gui.icons import icon
from gui.laboratory import Laboratory
from gui.mapping.colouring import Way
from gui.mapping.instrument import MapInstrument
from gui.pages.map_seat import MapSeat
from gui.tasks import Newest, Tasks
from gui.theme import SPACE
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.progress import Progress

CHANGED = Way(
    "changed", "Changed neighbourhood",
    "How many of the nearest by features differ between the two maps",
)  # fmt: skip
NEAREST = 10  # neighbours that may differ
MOST_CHANGED = 24  # points that "Most changed" chooses


class MapsPage(QWidget):
    """Two seats; the second is there when one compares."""

    problem = Signal(str)
    open_wanted = Signal()  # a file, for the seat that asked last

    def __init__(self, laboratory: Laboratory, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.seats = [MapSeat(laboratory, tasks) for _ in range(2)]
        self.front = self.seats[0]  # the seat that was used last
        self._linking = False  # what one map tells the other is on its way
        self._changes = Newest(tasks, "Comparing neighbourhoods", self)
        self.title = label("Maps", "heading")
        self.said = label("", "small", "secondary", wrap=True)
        self.most = QPushButton("Most changed")
        self.most.setToolTip("Choose the points whose nearest by features differ most")
        self.compare = QPushButton(icon("compare"), "Compare")
        self.compare.setCheckable(True)
        self.compare.setToolTip("Two maps side by side, lying alike, with one choice of points")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE.medium)
        head.addWidget(self.title)
        head.addWidget(self.said, 1)
        head.addWidget(self.most)
        head.addWidget(self.compare)
        self.split = QSplitter()
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(SPACE.medium)
        for seat in self.seats:
            self.split.addWidget(seat)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.large, SPACE.medium, SPACE.large, SPACE.medium)
        column.setSpacing(SPACE.small)
        column.addLayout(head)
        column.addWidget(self.split, 1)
        self.seats[1].hide()
        self.most.hide()

    def _connect(self) -> None:
        self.compare.toggled.connect(self._show_second)
        self.most.clicked.connect(self.choose_most_changed)
        for seat, other in zip(self.seats, reversed(self.seats)):
            seat.problem.connect(self.problem)
            seat.open_wanted.connect(lambda s=seat: self._open_into(s))
            seat.changed.connect(self._relate)
            seat.instrument.colours.add_way(CHANGED)
            seat.instrument.picked.connect(lambda at, s=seat: self._pick(s, at))
            seat.instrument.hovered.connect(lambda at, o=other: self._hover(o, at))
            seat.instrument.framed.connect(lambda frame, s=seat: self._framed(s, frame))
            seat.instrument.wanted.connect(lambda what, s=seat: self._want(s, what))
            seat.selection.changed.connect(lambda s=seat, o=other: self._share(s, o))

    # --- what is shown ----------------------------------------------------------------------------

    def refresh(self) -> None:
        """List the runs anew."""
        for seat in self.seats:
            seat.list_runs()

    def show_run(self, id: str, step: int | None = None) -> None:
        """Map a run large."""
        self.seats[0].show_run(id, step)

    def show_file(self, path: Path) -> None:
        """Map a file in the seat that asked, else large."""
        self.front.show_file(path)

    @property
    def instrument(self) -> MapInstrument:
        """The one that commands are meant for."""
        return self.front.instrument

    @property
    def related(self) -> bool:
        """Whether both maps show the same points, so that one says something of the other."""
        first, second = (seat.instrument.table for seat in self.seats)
        if not self.compare.isChecked() or first is None or second is None:
            return False
        if len(first) != len(second):
            return False
        if first.images is not None and second.images is not None:
            return np.array_equal(first.images, second.images)
        return list(first.names) == list(second.names)

    def _open_into(self, seat: MapSeat) -> None:
        self.front = seat
        self.open_wanted.emit()

    def _show_second(self, on: bool) -> None:
        self.seats[1].setVisible(on)
        if not on:
            self.front = self.seats[0]
        self._relate()

    def _relate(self) -> None:
        """Lay the second map as the first lies, where they show the same points."""
        first, second = (seat.instrument for seat in self.seats)
        related = self.related
        second.layouter.fixed = first.layouter.places if related else None
        self.most.setVisible(related)
        if not self.compare.isChecked() or first.table is None or second.table is None:
            self.said.setText("")
            return
        self.said.setText(
            "The same points: the maps lie alike, and what is chosen in one is chosen in both."
            if related
            else "These maps show different points, so each stands for itself."
        )
        if related:
            second.lay_out()
            for instrument in (first, second):
                instrument.colours.renew()

    def _framed(self, seat: MapSeat, frame: object) -> None:
        """A final map of the first is what the second is laid over."""
        first, second = self.seats
        if seat is first and self.related and getattr(frame, "final", False):
            second.instrument.layouter.fixed = first.instrument.layouter.places
            second.instrument.align()

    # --- linking ----------------------------------------------------------------------------------

    def _pick(self, seat: MapSeat, at: int) -> None:
        self.front = seat
        for each in self.seats if self.related else [seat]:
            each.instrument.pick(at)

    def _hover(self, other: MapSeat, at: int) -> None:
        if self.related:
            other.instrument.view.highlight(at)

    def _share(self, seat: MapSeat, other: MapSeat) -> None:
        self.front = seat
        if self._linking or not self.related:
            return
        self._linking = True
        other.selection.choose(seat.selection.chosen)
        other.selection.isolate(seat.selection.isolated)
        self._linking = False

    # --- how much differs -------------------------------------------------------------------------

    def _want(self, seat: MapSeat, what: str) -> None:
        if what == CHANGED.id:
            self._ask_changes(
                lambda found: seat.instrument.colours.give(CHANGED.id, found, CHANGED.title)
            )

    def choose_most_changed(self) -> None:
        """Choose the points whose neighbourhoods differ most between the two maps."""
        self._ask_changes(
            lambda found: self.seats[0].selection.choose(np.argsort(-found)[:MOST_CHANGED])
        )

    def _ask_changes(self, then) -> None:  # type: ignore[no-untyped-def]
        if not self.related:
            self.problem.emit("Compare two maps of the same points first: nothing can differ yet.")
            return
        pair = [(seat.instrument.features(), seat.instrument.metric) for seat in self.seats]

        def work(_: Progress) -> np.ndarray:
            from core.maps.change import jaccard
            from core.maps.neighbours import nearest

            return jaccard(*(nearest(features, NEAREST, metric) for features, metric in pair))

        self._changes.ask(work, then, self.problem.emit)

    def end(self) -> None:
        """End the processes of the maps."""
        for seat in self.seats:
            seat.end()
