"""The commands of the menu "Map": they are meant for the map that one looks at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gui.mapping.instrument import MapInstrument
    from gui.window import Window

FILES = "Features (*.npz *.npy *.csv *.tsv *.parquet *.pbtxt *.bytes)"
COLUMNS = "Tables (*.csv *.tsv *.parquet)"
NEEDS = ("map.move", "map.lasso", "map.box", "map.all", "map.invert", "map.clear", "map.isolate",
         "map.name", "map.real", "map.find", "map.thumbnails", "map.space", "map.trails",
         "map.views", "map.film", "map.columns", "map.export", "map.reset")  # fmt: skip


class Mapping(QObject):
    """Binds the commands; they are off where no map is in sight."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        bind = window.commands.bind
        bind("map.open", self.open_file)
        bind("map.compare", self.compare)
        bind("map.explore", self.explore)
        for tool in ("move", "lasso", "box"):
            self._bind(f"map.{tool}", lambda m, t=tool: m.set_tool(t))
        for id, switch in (("thumbnails", "thumbnails"), ("space", "cube"), ("trails", "trails"),
                           ("views", "cloud")):  # fmt: skip
            self._bind(f"map.{id}", lambda m, s=switch: m.toggle(s))
        self._bind("map.all", lambda m: m.selection.choose_all())
        self._bind("map.invert", lambda m: m.selection.invert())
        self._bind("map.clear", lambda m: m.selection.clear())
        self._bind("map.isolate", lambda m: m.selection.isolate(not m.selection.isolated))
        self._bind("map.name", lambda m: m.bar.ask_name())
        self._bind("map.real", lambda m: m.ask_whether_real())
        self._bind("map.find", lambda m: m.controls.search.setFocus())
        self._bind("map.reset", lambda m: m.view.map.reset_view())
        self._bind("map.film", lambda m: m.wanted.emit("film"))
        self._bind("map.export", lambda m: m.wanted.emit("export"))
        self._bind("map.columns", self._colour_by_file)
        window.rooms.currentChanged.connect(self.refresh)
        window.workbench.current_changed.connect(self.refresh)
        self.refresh()

    def _bind(self, id: str, do: Callable[[MapInstrument], object]) -> None:
        def run(*_: object) -> None:
            instrument = self.instrument()
            if instrument is not None:
                do(instrument)

        self._window.commands.bind(id, run)

    def instrument(self) -> MapInstrument | None:
        """The map that is looked at: that of the page of maps, else of the desk in front."""
        window = self._window
        if window.page == "maps":
            return window.rooms.maps().instrument
        desk = window.workbench.desk()
        return desk.map if window.page == "workbench" and desk is not None else None

    def refresh(self, *_: object) -> None:
        """Allow what can be done now."""
        on = self._window.page in ("maps", "workbench")
        for id in NEEDS:
            self._window.commands.enable(id, on)

    def open_file(self) -> None:
        """Map features that another program made."""
        path = self._window.actions_of_window.choosers.file("Open features", FILES)
        if path:
            self.open_path(Path(path))

    def open_path(self, path: Path) -> None:
        """Map the features in a file on the page of maps."""
        self._window.go("maps")
        self._window.rooms.maps().show_file(path)

    def compare(self) -> None:
        """Two maps side by side; with a run in front, that run is the first of them."""
        self.explore()
        self._window.rooms.maps().compare.setChecked(True)

    def explore(self) -> None:
        """The run in front on the page of maps, at the step that the timeline shows."""
        desk = self._window.workbench.desk() if self._window.page == "workbench" else None
        self._window.go("maps")
        if desk is not None and desk.session.run is not None:
            self._window.rooms.maps().show_run(desk.session.run.id, desk.session.step)

    def _colour_by_file(self, instrument: MapInstrument) -> None:
        path = self._window.actions_of_window.choosers.file("Colour by a table", COLUMNS)
        if path:
            instrument.add_columns(Path(path))
