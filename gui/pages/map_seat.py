"""One of the maps side by side: whose features it shows, and the instrument that shows them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.laboratory import Laboratory
from gui.mapping.instrument import MapInstrument
from gui.selection import Selection
from gui.tasks import Task, Tasks
from gui.theme import SPACE
from gui.widgets.numbers import count

if TYPE_CHECKING:
    from core.embeddings.table import Table
    from core.progress import Progress, Tick

PICTURES = (
    ("fixed", "Fixed pictures"), ("held-out", "All held out"),
    ("training", "All of the training"), ("all", "All there are"),
)  # fmt: skip
EMPTY = (
    "Choose a run, or open features that another program made: NumPy, CSV, Parquet, or a "
    "TensorBoard projector."
)


class MapSeat(QWidget):
    """Reads a run's snapshot or a file beside the window, then maps it."""

    problem = Signal(str)
    open_wanted = Signal()
    changed = Signal()  # other features are shown

    def __init__(self, laboratory: Laboratory, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._laboratory, self._tasks = laboratory, tasks
        self._task: Task | None = None
        self.run, self.path = "", Path()
        self.runs, self.step, self.pictures = QComboBox(), QComboBox(), QComboBox()
        for box, name, help, letters in (
            (self.runs, "Run", "Whose features are mapped", 18),
            (self.step, "Snapshot", "Of which step of the training", 9),
            (self.pictures, "Pictures", "Which pictures are mapped", 9),
        ):
            box.setAccessibleName(name)
            box.setToolTip(help)
            policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            box.setSizeAdjustPolicy(policy)
            box.setMinimumContentsLength(letters)
        for id, title in PICTURES:
            self.pictures.addItem(title, id)
        self.open = QPushButton(icon("folder"), "Open file…")
        self.open.setToolTip("Map features that another program made")
        self.selection = Selection(parent=self)
        self.instrument = MapInstrument(self.selection, tasks, open=True)
        for button in ("film", "trails", "cloud"):
            self.instrument.tools.offer(button, False)  # these follow a training: on its own desk
        head = QHBoxLayout()
        head.setSpacing(SPACE.small)
        head.addWidget(self.runs, 2)
        head.addWidget(self.step, 1)
        head.addWidget(self.pictures, 1)
        head.addWidget(self.open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.small)
        column.addLayout(head)
        column.addWidget(self.instrument, 1)
        self.runs.activated.connect(lambda _: self.show_run(self.runs.currentData()))
        for box in (self.step, self.pictures):
            box.activated.connect(lambda _: self._read_run())
        self.open.clicked.connect(self.open_wanted)
        self.instrument.problem.connect(self.problem)
        self.instrument.wanted.connect(self._want)
        self.instrument.work.stopped.connect(self._stop)
        tasks.progress.connect(self._show_progress)
        self.instrument.clear(EMPTY)
        self._offer_snapshots(False)

    def list_runs(self) -> None:
        """Offer the runs that have features, the newest first."""
        known = [
            (run.info.title, run.id)
            for run in self._laboratory.store.list()
            if run.info is not None and not run.problem and _encodes(run.info.method)
        ]
        with QSignalBlocker(self.runs):
            self.runs.clear()
            self.runs.addItem("Choose a run…" if known else "There are no runs yet", "")
            for title, id in known:
                self.runs.addItem(f"{title} ({id[9:15]})", id)
            self.runs.setCurrentIndex(max(0, self.runs.findData(self.run)))

    def show_run(self, id: str, step: int | None = None) -> None:
        """Map a run at a snapshot, the last unless said."""
        if not id:
            return
        try:
            snapshots = self._laboratory.store.open(id).snapshots()
        except ValueError as error:
            self.problem.emit(str(error))
            return
        if not snapshots:
            self.problem.emit("This run has no snapshot yet; train it a little first.")
            return
        self.run, self.path = id, Path()
        with QSignalBlocker(self.step):
            self.step.clear()
            for each in snapshots:
                self.step.addItem(f"step {count(each)}", each)
            at = self.step.findData(step) if step is not None else self.step.count() - 1
            self.step.setCurrentIndex(max(0, at))
        self._offer_snapshots(True)
        self.runs.setCurrentIndex(max(0, self.runs.findData(id)))
        self._read_run()

    def show_file(self, path: Path) -> None:
        """Map the features in a file."""

        def work(progress: Progress) -> Table:
            from core.embeddings import files

            return files.read(path, progress)

        self.run, self.path = "", path
        self.runs.setCurrentIndex(0)
        self._offer_snapshots(False)
        self._read(f"Reading {path.name}", work, path.name)

    def _offer_snapshots(self, on: bool) -> None:
        """A run has snapshots and other pictures too; a file has not."""
        self.step.setVisible(on)
        self.pictures.setVisible(on)

    def _read_run(self) -> None:
        store, id, step = self._laboratory.store, self.run, self.step.currentData()
        pictures = self.pictures.currentData()

        def work(progress: Progress) -> Table:
            from core.embeddings.of_run import table_of_run

            return table_of_run(store.open(id), step, progress=progress, pictures=pictures)

        self._read("Taking the features", work, f"{id}, step {step:,}")

    def _read(self, title: str, work, stamp: str) -> None:  # type: ignore[no-untyped-def]
        instrument = self.instrument

        def done(table: Table) -> None:
            self._task = None
            instrument.work.end()
            instrument.show_table(table, stamp)
            self.changed.emit()

        def failed(why: str) -> None:
            self._task = None
            instrument.work.end()
            if instrument.table is None:
                instrument.clear(why)
            self.problem.emit(why)

        self._stop()
        instrument.work.begin(title)
        self._task = self._tasks.start(title, work, done, failed)

    def _stop(self) -> None:
        if self._task is not None:
            self._tasks.cancel(self._task)

    def _show_progress(self, task: Task, tick: Tick) -> None:
        if task is self._task:
            self.instrument.work.tell(tick)

    def _want(self, what: str) -> None:
        if what == "export":
            self.instrument.exporter.ask(None)

    def end(self) -> None:
        """End what works for this map."""
        self._stop()
        self.instrument.end()


def _encodes(method: str) -> bool:
    """Whether a method of that id is there and has features."""
    from gui.session import has_ability

    return has_ability(method, "Encodes")
