"""Several methods side by side: one click trains and judges all of them in a queue."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.config import ConfigError
from core.pictures import Table
from core.progress import Progress
from core.registry import note
from core.runs import RunError
from gui.laboratory import Laboratory
from gui.pages.compare_form import ALWAYS, CompareForm
from gui.tasks import Task, Tasks
from gui.theme import SPACE
from gui.views.curve import CurveView
from gui.views.table import TableView
from gui.widgets.bars import Bar, Bars
from gui.widgets.numbers import duration
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.comparison.book import Comparison
    from core.comparison.results import Results
    from core.progress import Tick

NOTHING = (
    "Choose methods at the left and press Compare. All are trained on the same pictures with the "
    "same budget, then judged alike; closing the window only pauses them."
)
NO_CURVE = "Accuracy against the number of labels appears here once a method was judged by it."
FORM_WIDTH = 330
KINDS = "Markdown (*.md);;Comma separated (*.csv);;LaTeX (*.tex)"


class ComparePage(QWidget):
    """A form, a queue, and its results as table, bars and curves."""

    problem = Signal(str)
    done = Signal(str)
    open_run = Signal(str)

    def __init__(self, laboratory: Laboratory, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._laboratory, self._tasks = laboratory, tasks
        self._task: Task | None = None
        self._comparison: Comparison | None = None
        self._results: Results | None = None
        self._stale = False  # set in the queue's thread when an entry came further
        self.form = CompareForm()
        self.earlier, self.column = QComboBox(), QComboBox()
        self.earlier.setAccessibleName("Comparisons")
        self.column.setAccessibleName("What the bars show")
        self.start, self.export = QPushButton("Compare"), QPushButton("Export table…")
        self.start.setProperty("kind", "primary")
        self.bar = QProgressBar()
        self.bar.hide()
        self.said = label("", "small", "secondary", wrap=True)
        self.table, self.trainings = TableView(), TableView()
        self.bars, self.curve = Bars(), CurveView()
        self.tabs = QTabWidget()
        self.new_file: Callable[[str], str] = self._new_file
        self._lay_out()
        self._connect()
        self._show(None)

    def _lay_out(self) -> None:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(SPACE.wide, SPACE.large, SPACE.small, SPACE.large)
        column.setSpacing(SPACE.small)
        column.addWidget(label("Compare", "heading"))
        column.addWidget(self.earlier)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(scroll.horizontalScrollBarPolicy().ScrollBarAlwaysOff)
        scroll.setWidget(self.form)
        column.addWidget(scroll, 1)
        for part in (self.bar, self.said, self.start):
            column.addWidget(part)
        graph = QWidget()
        shown = QVBoxLayout(graph)
        shown.setContentsMargins(SPACE.small, SPACE.small, SPACE.small, SPACE.small)
        self.column.setMaximumWidth(FORM_WIDTH)
        shown.addWidget(self.column)
        below = QScrollArea()
        below.setWidgetResizable(True)
        below.setFrameShape(QScrollArea.Shape.NoFrame)
        below.setWidget(self.bars)
        shown.addWidget(below, 1)
        self.tabs.setDocumentMode(True)
        for part, title in ((self.table, "Table"), (graph, "Bars"), (self.curve, "Few labels"),
                            (self.trainings, "Trainings")):  # fmt: skip
            self.tabs.addTab(part, title)
        self.tabs.setCornerWidget(self.export)
        splitter = QSplitter()
        splitter.addWidget(side)
        splitter.addWidget(self.tabs)
        splitter.setSizes([FORM_WIDTH, 1000])
        splitter.setStretchFactor(1, 1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(splitter)

    def _connect(self) -> None:
        self.start.clicked.connect(self.start_or_stop)
        self.export.clicked.connect(self._export)
        self.earlier.activated.connect(self._open_chosen)
        self.column.currentIndexChanged.connect(self._draw_bars)
        self.trainings.picked.connect(self._open_training)
        self._tasks.progress.connect(self._show_progress)
        for view in (self.table, self.bars, self.curve, self.trainings):
            view.problem.connect(self.problem)

    # --- choosing ---------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._laboratory.is_warm:
            self._list()
        else:
            self.said.setText("The engine is being loaded…")
            self._laboratory.when_warm(self._list)

    def _list(self) -> None:
        """The comparisons there are, newest first, after a new one."""
        from core.comparison.book import Book

        self.said.setText("")
        mine = self._comparison.id if self._comparison is not None else ""
        self.earlier.clear()
        self.earlier.addItem("New comparison", "")
        for id in Book(self._laboratory.store).ids():
            self.earlier.addItem(f"{id[:4]}-{id[4:6]}-{id[6:8]} {id[9:11]}:{id[11:13]}, "
                                 f"{id[16:].rsplit('-', 1)[0]}", id)  # fmt: skip
        self.earlier.setCurrentIndex(max(0, self.earlier.findData(mine)))

    def _open_chosen(self) -> None:
        from core.comparison.book import Book

        if self._task is not None:
            self.problem.emit("A comparison is at work; stop it before another one is opened")
            self._list()
            return
        id = self.earlier.currentData()
        try:
            self._show(Book(self._laboratory.store).open(id) if id else None)
        except RunError as error:
            self.problem.emit(str(error))

    # --- working ----------------------------------------------------------------------------------

    def start_or_stop(self) -> None:
        """Begin a comparison, go on with the one shown, stop the one at work, or clear the page."""
        if self._task is not None:
            self._tasks.cancel(self._task)
            return
        if self._comparison is not None and self._comparison.ended:
            self._show(None)  # the form keeps what was compared
            self._list()
            return
        self._laboratory.when_warm(self._start)

    def _start(self) -> None:
        from core.comparison.book import Book
        from core.comparison.work import Work

        store = self._laboratory.store
        if self._comparison is None:
            try:
                self._comparison = Book(store).begin(self.form.plan(self._laboratory.threads or 1))
            except (ConfigError, RunError) as error:
                self.problem.emit(str(error))
                return
            self._list()
        comparison: Comparison = self._comparison

        def changed(_: object) -> None:
            self._stale = True

        def work(progress: Progress) -> None:
            Work(comparison, store).go_on(progress, changed)

        self._task = self._tasks.start("Comparing", work, lambda _: self._end(""), self._end)
        self.bar.setRange(0, 0)
        self.bar.show()
        self._refresh()

    def _end(self, why: str) -> None:
        self._task = None
        self.bar.hide()
        if self._comparison is not None and not self._comparison.path.exists():
            self._show(None)  # it could not be begun; the form keeps what was wanted
            self._list()
        self._refresh()
        if why:
            self.said.setText("Stopped. Press Continue to go on where it stands."
                              if why == "Cancelled." else why)  # fmt: skip
        else:
            self.done.emit("The comparison is finished.")
        self._laboratory.runs_changed.emit()

    def _show_progress(self, task: Task, tick: Tick) -> None:
        if task is not self._task:
            return
        self.bar.setRange(0, max(1, tick.total))
        self.bar.setValue(tick.done)
        left = f", {duration(tick.remaining)} left" if tick.remaining is not None else ""
        self.said.setText(f"{self._now()}{left}")
        if self._stale:
            self._stale = False
            self._refresh()

    def _now(self) -> str:
        """What is being done, in words."""
        assert self._comparison is not None
        entries = self._comparison.entries
        ended = sum(entry.ended for entry in entries)
        now = next((e for e in entries if not e.ended), None)
        if now is None:
            return f"{ended} of {len(entries)}"
        return f"{ended} of {len(entries)}: {note(now.method).title}, seed {now.seed}, {now.state}"

    # --- showing ----------------------------------------------------------------------------------

    def _show(self, comparison: Comparison | None) -> None:
        self._comparison = comparison
        if comparison is not None:
            self.form.show_plan(comparison.plan)
        self._refresh()

    def _refresh(self) -> None:
        """Bring all tabs and the button up to date."""
        from core.pictures import Curve

        comparison = self._comparison
        self.form.setEnabled(comparison is None)
        self.start.setText(self._next())
        self.export.setEnabled(comparison is not None)
        if comparison is None:
            self._results = None
            for view in (self.table, self.curve, self.trainings):
                view.clear(NOTHING)
            self.bars.show_bars([], "")
            self.column.clear()
            return
        from core.comparison.results import results

        self._results = found = results(comparison, self._laboratory.store)
        self.table.show_picture(found.table())
        curve: Curve | None = found.label_curve()
        if curve is None:
            self.curve.clear(NO_CURVE)
        else:
            self.curve.show_picture(curve)
        self._list_columns(found)
        self._draw_bars()
        rows = [[note(e.method).title, e.seed, e.state, f"{e.steps:,}" if e.steps else "",
                 f"{e.seconds:.0f}" if e.seconds else "", e.message or e.run]
                for e in comparison.entries]  # fmt: skip
        columns = ["method", "seed", "state", "steps", "seconds", "run"]
        self.trainings.show_picture(Table(columns, rows, "A click on a row opens its run."))

    def _next(self) -> str:
        """What the button does now."""
        if self._task is not None:
            return "Stop"
        if self._comparison is None:
            return "Compare"
        return "New comparison" if self._comparison.ended else "Continue"

    def _list_columns(self, found: Results) -> None:
        before = self.column.currentText()
        self.column.blockSignals(True)
        self.column.clear()
        self.column.addItems(list(found.columns))
        self.column.setCurrentIndex(max(0, self.column.findText(before or "linear probe")))
        self.column.blockSignals(False)

    def _draw_bars(self) -> None:
        found, column = self._results, self.column.currentText()
        if found is None or not column:
            return
        bars = [
            Bar(row.title, 100 * row.mean(column), 100 * (row.spread(column) or 0.0),
                row.method in ("", ALWAYS, "supervised"))
            for row in found.rows
        ]  # fmt: skip
        bars.sort(key=lambda bar: -np.nan_to_num(bar.value, nan=-1.0))
        self.bars.show_bars(bars, f"{column}, accuracy in per cent")

    def _open_training(self, at: int) -> None:
        if self._comparison is not None and self._comparison.entries[at].run:
            self.open_run.emit(self._comparison.entries[at].run)

    # --- handing out ------------------------------------------------------------------------------

    def _new_file(self, name: str) -> str:
        return QFileDialog.getSaveFileName(self, "Export the table", name, KINDS)[0]

    def _export(self) -> None:
        """Write the table as Markdown, CSV or LaTeX, by the ending of the name."""
        from core.comparison.formats import FORMATS

        if self._results is None or self._comparison is None:
            return
        chosen = self.new_file(f"{self._comparison.id}.md")
        if not chosen:
            return
        path = Path(chosen)
        write = FORMATS.get(path.suffix.removeprefix(".").lower())
        if write is None:
            listed = ", ".join(f".{name}" for name in FORMATS)
            self.problem.emit(f"{path.name}: the ending is not one of {listed}")
            return
        try:
            path.write_text(write(self._results.table()), encoding="utf-8")
        except OSError as error:
            self.problem.emit(f"{path.name} could not be written: {error.strerror}")
            return
        self.done.emit(f"The table is in {path}.")
