"""The instrument: a map with its tools, what is chosen and near, and how far it can be believed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from core.maps.align import procrustes
from core.maps.worker import Frame
from gui.mapping.asking import Asking
from gui.mapping.belief import Belief
from gui.mapping.chosen_bar import ChosenBar
from gui.mapping.colouring import COLUMN, OF_THE_MAP
from gui.mapping.colourist import Colourist
from gui.mapping.controls import Controls
from gui.mapping.exporter import Exporter
from gui.mapping.layouter import Layouter
from gui.mapping.map_view import MapView
from gui.mapping.nearby import Nearby
from gui.mapping.options import LayoutOptions
from gui.mapping.point_list import MOST, PointList, Row, counted_by_class, told
from gui.mapping.tool_strip import ToolStrip
from gui.selection import Selection
from gui.tasks import Tasks
from gui.theme import SPACE
from gui.widgets.text import label
from gui.widgets.work_bar import WorkBar

if TYPE_CHECKING:
    from core.embeddings.table import Column, Table

BELOW = 168  # pixels of what stands under the map where there is little room
BESIDE = (220, 340)  # ... beside it, at least and at most
WIDE = 760  # pixels from which on there is room beside it


class MapInstrument(QWidget):
    """Shows a table of features. `open`: the tabs are there before something is picked."""

    picked = Signal(int)
    hovered = Signal(int)
    problem = Signal(str)
    wanted = Signal(str)  # a way to colour of the owner's, or "film", "export", "cloud", "trails"
    framed = Signal(object)  # the Frame that is shown now

    def __init__(
        self, selection: Selection, tasks: Tasks, open: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.selection = selection
        self.table: Table | None = None
        self.at = -1  # the picked point
        self.columns: dict[str, Column] = {}  # of the person's own, kept from table to table
        self._split_once = False
        self._stamp = ""  # of whose features the map is
        self._given = False  # whether the places came from outside, as those of a film do
        self.tools, self.view = ToolStrip(), MapView()
        self.controls = Controls(self.tools)
        self.options = LayoutOptions(self)
        self.trust = label("", "small", "secondary", wrap=True)
        self.work = WorkBar()
        self.exporter = Exporter(self, tasks)
        self.bar = ChosenBar(selection)
        self.near = Nearby(tasks)
        self.chosen = PointList("Draw around points with the lasso to choose them.")
        self.belief = Belief()
        self.layouter = Layouter(self)
        self.colours = Colourist(self.controls, self.view, tasks, self)
        self.asking = Asking(self.belief, tasks, self)
        self._lay_out_widgets(open)
        self._connect()

    # --- building ---------------------------------------------------------------------------------

    def _lay_out_widgets(self, open: bool) -> None:
        self.view.setMinimumSize(160, 150)
        self.below = QTabWidget()
        self.below.setDocumentMode(True)
        for widget, title in (
            (self.near, "Nearest"), (self.chosen, "Chosen"), (self.belief, "Belief"),
        ):  # fmt: skip
            self.below.addTab(widget, title)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.tight)
        column.addWidget(self.controls)
        column.addWidget(self.view, 1)
        column.addWidget(self.trust)
        column.addWidget(self.work)
        column.addWidget(self.bar)
        self.split = QSplitter()
        self.split.addWidget(left)
        self.split.addWidget(self.below)
        self.split.setStretchFactor(0, 1)
        self.split.setCollapsible(0, False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.split)
        self.below.setVisible(open)
        self.controls.hide()  # until there is something to lay out

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What belongs to the map stands beside it where there is room, else under it."""
        super().resizeEvent(event)
        wide = self.width() >= WIDE
        way = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if self.split.orientation() != way or not self._split_once:
            self._split_once = True
            self.split.setOrientation(way)
            beside = min(max(self.width() * 3 // 10, BESIDE[0]), BESIDE[1])
            self.split.setSizes([10_000, beside if wide else BELOW])

    def _connect(self) -> None:
        controls, tools, map_, selection = self.controls, self.tools, self.view.map, self.selection
        controls.relaid.connect(lambda: self.lay_out(warm=False))
        self.colours.wanted.connect(self.wanted)
        self.colours.problem.connect(self.problem)
        controls.searched.connect(self.search)
        tools.tool_chosen.connect(map_.set_tool)
        map_.tool_changed.connect(tools.show_tool)
        tools.switched.connect(self.switch)
        tools.pressed.connect(self._press)
        map_.chosen.connect(selection.choose)
        map_.legend_chosen.connect(self._choose_class)
        map_.set_caption(self._caption)
        self.view.picked.connect(self.picked)
        self.view.hovered.connect(self.hovered)
        self.view.problem.connect(self.problem)
        selection.changed.connect(self._show_chosen)
        selection.groups_changed.connect(self._show_chosen)
        self.bar.real_asked.connect(self.ask_whether_real)
        self.bar.problem.connect(self.problem)
        for shown in (self.near, self.chosen):
            shown.picked.connect(self.picked)
            shown.hovered.connect(self.hovered)
            shown.hovered.connect(self.view.highlight)
            shown.problem.connect(self.problem)
        self.near.found.connect(self.view.map.set_neighbours)
        self.asking.problem.connect(self.problem)
        self.below.currentChanged.connect(lambda _: self._measure())
        self.belief.problem.connect(self.problem)
        self.layouter.framed.connect(self._draw)
        self.layouter.failed.connect(self.clear)
        self.options.changed.connect(lambda: self.lay_out(warm=False))

    # --- what is shown ----------------------------------------------------------------------------

    def show_table(self, table: Table, stamp: str = "", lay: bool = True) -> None:
        """Map these features; as many points as before glide from where they are."""
        fresh = self.table is None or len(self.table) != len(table)
        pictured = self.table is not None and self.table.images is table.images
        self.table = table
        self.controls.show()
        self.selection.reset(len(table))
        if fresh and table.groups:
            self.selection.set_groups(dict(table.groups))
        self.controls.set_stages(list(table.stages), table.usual)
        self.colours.show_table(table)
        self._stamp = stamp
        self.view.set_stamp(stamp)
        if not pictured:
            self.view.map.set_images(table.images)
            self.tools.offer("thumbnails", table.images is not None)
        if fresh:
            self.at = -1
            self.layouter.forget()
            if table.places is not None:
                self.show_places(table.places)
                self.trust.setText("As it lies in the file; choose a layout to map it anew.")
                self.refresh()
                return
        if lay:
            self.lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Everything beside the places that follows from the features."""
        self.show_near()
        self._measure()
        self.colours.renew()

    def add_columns(self, path: Path) -> None:
        """Let the points be coloured by the columns of a person's table."""
        if self.table is None:
            return
        try:
            table = self.table.with_columns_of(path)
        except ValueError as error:
            self.problem.emit(str(error))
            return
        added = {name: found for name, found in table.columns.items()
                 if name not in self.table.columns}  # fmt: skip
        self.columns |= added
        self.table = table
        self.colours.show_table(table)
        if added:
            self.controls.colour_by(COLUMN + next(iter(added)))

    def say(self, words: str) -> None:
        """A sentence under the map, until the next measure."""
        self.trust.setText(words)

    def clear(self, reason: str) -> None:
        """Say why there is no map."""
        self.view.clear(reason)

    @property
    def stage(self) -> str:
        return self.controls.stage.currentText()

    @property
    def metric(self) -> str:
        return str(self.controls.metric.currentData())

    @property
    def layout_id(self) -> str:
        return str(self.controls.layout_choice.currentData())

    def params(self) -> dict[str, Any]:
        """Of the layout, as they stand."""
        dims = 3 if self.tools.buttons["cube"].isChecked() else 2
        return {**self.options.values(self.layout_id), "metric": self.metric, "dims": dims}

    def features(self) -> np.ndarray:
        """Those that are mapped, (N, D)."""
        assert self.table is not None
        return self.table.features(self.stage)

    def lay_out(self, warm: bool = True) -> None:
        """Begin the map of the features as they are now."""
        if self.table is None:
            return
        self._given = False
        self.colours.judge({})
        self.layouter.lay_out(self.features(), self.layout_id, self.params(), warm)
        if not warm:
            self.refresh()

    def show_places(self, places: np.ndarray, quality: Mapping[str, float] | None = None) -> None:
        """Places that are known already: those of a film, or of a file."""
        assert self.table is not None
        self._given = True
        self.layouter.places = np.asarray(places, np.float32)
        self.view.show_places(self.table, self.layouter.places)
        self.colours.judge({})
        if quality:
            self._say_quality(quality, "")

    def align(self) -> None:
        """Lay the map as it is now over the one that it is compared with."""
        below, places = self.layouter.fixed, self.layouter.places
        if self.table is None or below is None or places is None or below.shape != places.shape:
            return
        self.layouter.places = procrustes(places, below).apply(places)
        self.view.show_places(self.table, self.layouter.places)

    def _draw(self, frame: Frame) -> None:
        if self.table is None or self._given or len(frame.xy) != len(self.table):
            return
        self.view.show_places(self.table, frame.xy)
        if frame.quality:
            self._say_quality(frame.quality, frame.note if frame.final else "Still forming. ")
        if frame.final and frame.belief is not None:
            self.colours.judge({name: getattr(frame.belief, name) for name in OF_THE_MAP})
        self.framed.emit(frame)

    def _say_quality(self, quality: Mapping[str, float], before: str) -> None:
        self.trust.setText(
            f"{before} Trust {quality['trust']:.2f}, continuity {quality['continuity']:.2f}, "
            f"{quality['preserved']:.0%} of neighbours kept".strip()
        )
        said = ", ".join(f"{name} {value}" for name, value in self.params().items())
        self.view.set_stamp(f"{self._stamp}; {self.layout_id}, {said}; {self.trust.text()}")
        self.belief.show_measures(quality)

    # --- one point --------------------------------------------------------------------------------

    def pick(self, index: int) -> None:
        """Take a point in hand: its nearest by features are shown, wherever they lie on the map."""
        if index != self.at:
            self.near.say("")
        self.at = index
        if index >= 0:
            self.below.show()
            self.below.setCurrentWidget(self.near)
        self.show_near()
        if self.tools.buttons["cloud"].isChecked():
            self.wanted.emit("cloud")

    def set_others(self, others: dict[str, np.ndarray]) -> None:
        """Features of the same pictures by other runs, by what is said of them."""
        self.near.set_others(others)
        self.show_near()

    def show_near(self) -> None:
        """The nearest of the picked point, as pictures and as lines on the map."""
        table, at = self.table, self.at
        if table is None or not 0 <= at < len(table):
            self.view.map.set_neighbours(-1, [])
            return
        self.near.show_point(table, self.stage, self.metric, at)

    def _caption(self, index: int) -> list[str]:
        return told(self.table, index) if self.table is not None else []

    # --- choosing ---------------------------------------------------------------------------------

    def search(self, words: str) -> None:
        """Choose what is found."""
        from core.embeddings.search import find

        if self.table is None:
            return
        try:
            found = find(self.table, words)
        except ValueError as error:
            words = str(error)
            self.problem.emit(f"{words[:1].upper()}{words[1:]}.")
            return
        self.selection.choose(found)
        if not len(found):
            self.problem.emit(f"Nothing here is called {words!r}")

    def _choose_class(self, label: int) -> None:
        labels = self.view.labels()
        if labels is not None:
            self.selection.choose(np.flatnonzero(labels == label))

    def _show_chosen(self) -> None:
        selection, table = self.selection, self.table
        if table is None:
            return
        self.view.map.select(selection.chosen)
        self.view.map.isolate(selection.chosen if selection.isolated else None)
        self.bar.say(counted_by_class(table, selection.chosen))
        shown = selection.chosen[:MOST]
        more = f", the first {MOST}" if len(selection.chosen) > MOST else ""
        self.chosen.show_rows(table, [Row(f"{len(selection.chosen):,} chosen{more}", shown)])
        if len(selection.chosen):
            self.below.show()
            if self.below.currentWidget() is self.near:
                self.below.setCurrentWidget(self.chosen)
        self.wanted.emit("chosen")

    # --- belief -----------------------------------------------------------------------------------

    def ask_whether_real(self) -> None:
        """Put what is chosen to the test; the answer comes in the tab of belief."""
        if self.table is None:
            return
        members = self.selection.chosen
        said = counted_by_class(self.table, members, 2) or f"{len(members):,} points"
        self.below.show()
        self.below.setCurrentWidget(self.belief)
        self.asking.ask(self.features(), members, self.metric, said)

    def _measure(self) -> None:
        if self.table is not None:
            self.asking.measure(self.features(), f"{self.table.title}, {self.stage}")

    # --- tools ------------------------------------------------------------------------------------

    def set_tool(self, id: str) -> None:
        self.tools.show_tool(id)
        self.view.map.set_tool(id)

    def toggle(self, id: str) -> None:
        """Turn a switch over, as by a click on it."""
        self.tools.buttons[id].click()

    def switch(self, id: str, on: bool) -> None:
        """Turn one of the drawn things on or off."""
        if id == "thumbnails":
            self.view.map.set_thumbnails(on)
        elif id == "cube":
            self.lay_out(warm=False)
        elif on:
            self.wanted.emit(id)
        elif id == "cloud":
            self.view.map.set_cloud(-1, None, None)
        elif id == "trails":
            self.view.map.set_trails(None, np.zeros(0, np.intp))

    def _press(self, id: str) -> None:
        if id == "settings":
            self.options.open(self.layout_id, self.tools.buttons["settings"])
        else:
            self.wanted.emit(id)

    def end(self) -> None:
        """Stop what works, and end the process of the map."""
        self.asking.stop()
        self.layouter.end()
