"""A comparison handed out: its table, the graph in front, or everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from core.progress import Progress
from gui.icons import icon
from gui.laboratory import Laboratory
from gui.pages.compare_results import CompareResults
from gui.tasks import Tasks

TABLES = "Markdown (*.md);;Comma separated (*.csv);;LaTeX (*.tex)"
GRAPHS = "Picture (*.png);;Drawing (*.svg);;Numbers (*.csv)"


class CompareExport(QToolButton):
    """A button with a menu; `new_file` and `folder` ask where to."""

    problem = Signal(str)
    done = Signal(str)

    def __init__(
        self,
        results: CompareResults,
        laboratory: Laboratory,
        tasks: Tasks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._results, self._laboratory, self._tasks = results, laboratory, tasks
        self.new_file: Callable[[str, str], str] = self._new_file
        self.folder: Callable[[str], str] = self._folder
        self.setText("Export")
        self.setIcon(icon("export"))
        self.setToolTip("Write the table, the graph in front, or everything as files")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        self.setMenu(menu)
        self.table_action = menu.addAction("Table…", self.write_table)
        self.graph_action = menu.addAction("This graph as picture…", self.write_graph)
        self.all_action = menu.addAction("Everything into a folder…", self.write_all)
        menu.aboutToShow.connect(self._allow)
        results.shown.connect(self._allow)
        results.currentChanged.connect(self._allow)
        self._allow()

    def write_table(self) -> None:
        """The table as Markdown, CSV or LaTeX, by the ending of the name."""
        from core.comparison.formats import FORMATS

        found = self._results.found
        chosen = self.new_file(f"{found.comparison.id}.md", TABLES) if found is not None else ""
        if found is None or not chosen:
            return
        path = Path(chosen)
        write = FORMATS.get(path.suffix.removeprefix(".").lower())
        if write is None:
            listed = ", ".join(f".{name}" for name in FORMATS)
            self.problem.emit(f"{path.name}: the ending is not one of {listed}")
            return
        try:
            path.write_text(write(found.results.table()), encoding="utf-8")
        except OSError as error:
            self.problem.emit(f"{path.name} could not be written: {error.strerror}")
            return
        self.done.emit(f"The table is in {path}.")

    def write_graph(self) -> None:
        """What the tab in front shows, as PNG, SVG or CSV."""
        figure = self._results.figure()
        if figure is None:
            self.problem.emit("There is no graph in this tab yet")
            return
        chosen = self.new_file(f"{figure.name.lower()}.png", GRAPHS)
        if not chosen:
            return
        path = Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.png")
        try:
            figure.save(path)
        except (OSError, ValueError) as error:
            self.problem.emit(str(error))
            return
        self.done.emit(f"Saved {path}.")

    def write_all(self) -> None:
        """Tables, numbers and graphs, and the maps and attention where they were looked at."""
        found = self._results.found
        if found is None:
            self.problem.emit("There is no comparison to export yet; open one or begin one")
            return
        chosen = self.folder("Export the comparison into")
        if not chosen:
            return
        folder, store = Path(chosen), self._laboratory.store

        def work(_: Progress) -> None:
            from core.comparison.export import export_all

            export_all(found.comparison, store, folder)

        self._tasks.start(
            "Exporting the comparison", work, lambda _: self._end(folder), self.problem.emit
        )

    def _end(self, folder: Path) -> None:
        """Add what only the window has."""
        results = self._results
        try:
            for name, figure in (("per_class", results.classes), ("maps", results.maps.maps),
                                 ("attention", results.attention.view)):  # fmt: skip
                if figure.can_save():
                    figure.save(folder / f"{name}.png")
                    figure.save(folder / f"{name}.svg")
            if results.maps.maps.can_save():
                results.maps.maps.save(folder / "maps.csv")
        except OSError as error:
            self.problem.emit(str(error))
            return
        self.done.emit(f"The comparison is in {folder}.")

    def _allow(self, *_: object) -> None:
        there = self._results.found is not None
        self.setEnabled(there)
        self.table_action.setEnabled(there)
        self.all_action.setEnabled(there)
        self.graph_action.setEnabled(self._results.figure() is not None)

    def _new_file(self, name: str, kinds: str) -> str:
        return QFileDialog.getSaveFileName(self, "Export", name, kinds)[0]

    def _folder(self, title: str) -> str:
        return QFileDialog.getExistingDirectory(self, title)
