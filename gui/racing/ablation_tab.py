"""Ablations: a table that fills row by row, and the same held-out view as every row sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.pictures import ImageGrid, Table, as_images
from core.racing.plan import DATA, SECONDS, LanePlan
from core.registry import note
from gui.icons import icon
from gui.tasks import Task, Tasks
from gui.theme import SPACE
from gui.views.image_grid import ImageGridView
from gui.views.table import TableView
from gui.widgets.numbers import duration
from gui.widgets.readout import Readout
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.data.imageset import ImageSet
    from core.progress import Progress, Tick
    from core.racing.ablations import Row

POLL_MS = 100
PICTURES = 3  # in a row
EMPTY = "Start, and each idea of the method is taken away in turn; a row comes as it is trained."
DELTA = "Δ is to the complete method. "
NOTES = (
    "Paper: table 2 of Mildenhall et al. 2020, means of eight scenes "
    "of 800 x 800 after 200,000 steps or more. Here: this scene, as many seconds of work a row. "
    "Compare signs and order, not decibels."
)


class AblationTab(QWidget):
    """Trains one variant after the other in a thread; what is done stays when it is cancelled."""

    problem = Signal(str)

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task | None = None
        self._data: ImageSet | None = None
        self._options: dict[str, Any] = {}
        self._came: list[tuple[ImageSet, Row]] = []  # the working thread leaves rows here
        self.rows: list[Row] = []
        self.method = QComboBox()
        self.method.setAccessibleName("Method")
        self.seconds = QDoubleSpinBox(minimum=0.5, maximum=36_000, decimals=1, suffix=" s")
        self.seconds.setValue(SECONDS)
        self.seconds.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.seconds.setAccessibleName("Seconds of work of each row")
        self.start = QPushButton(icon("play", "accent_text"), "Start")
        self.start.setProperty("kind", "primary")
        self.start.setToolTip("Train the method whole, then without each idea (Shift+F8)")
        self.bar, self.said = QProgressBar(), Readout()
        self.bar.setFixedWidth(160)
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.table, self.pictures = TableView(), ImageGridView()
        self.table.clear(EMPTY)
        self.pictures.clear("A held-out view, and how each row shows it.")
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._take)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE.small)
        for part in (self.start, label("Method", "small", "secondary"), self.method,
                     label("Each row", "small", "secondary"), self.seconds, self.bar):  # fmt: skip
            top.addWidget(part)
        top.addWidget(self.said, 1)
        both = QSplitter()
        both.addWidget(self.table)
        both.addWidget(self.pictures)
        both.setSizes([760, 420])
        both.setStretchFactor(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE.small, 0, 0)
        column.setSpacing(SPACE.small)
        column.addLayout(top)
        column.addWidget(both, 1)

    def _connect(self) -> None:
        self.start.clicked.connect(self.start_or_cancel)
        self.table.problem.connect(self.problem)
        self.pictures.problem.connect(self.problem)
        self._tasks.progress.connect(self._show_progress)

    def fill_methods(self) -> None:
        """Offer what learns a scene; torch is there by then."""
        from core.racing.plan import racers

        known = racers()
        for id in sorted(known, key=lambda id: id != "nerf"):  # whose table the paper has
            self.method.addItem(note(id).title, id)

    def set_scene(self, options: dict[str, Any]) -> None:
        """What is trained on from now on; what was measured on another scene goes."""
        if options != self._options:
            self._options = dict(options)
            self.cancel()
            self.rows, self._data = [], None
            self.table.clear(EMPTY)
            self.pictures.clear("A held-out view, and how each row shows it.")

    # --- the work ---------------------------------------------------------------------------------

    def start_or_cancel(self) -> None:
        """Begin with the first row; while it goes, cancel."""
        if self._task is not None:
            self.cancel()
            return
        id, options, seconds = self.method.currentData(), self._options, self.seconds.value()
        if id is None:
            return
        came: list[tuple[ImageSet, Row]] = []
        self._came, self.rows = came, []
        self.table.clear("The first row comes when the complete method is trained.")

        def work(progress: Progress) -> None:
            from core import device
            from core.data.sources import load
            from core.racing.ablations import ablate, ablations_of

            device.use_threads(1)
            data = load(DATA, options, progress)
            ablate(LanePlan(id), ablations_of(id), data, options, progress, seconds,
                   on_row=lambda row: came.append((data, row)))  # fmt: skip

        def ended(why: str = "") -> None:
            self._take()
            if task is self._task:
                self._idle(why)

        def failed(why: str) -> None:
            ended("Cancelled; the rows that were done stay." if why == "Cancelled." else why)
            if why != "Cancelled.":
                self.problem.emit(why)

        task = self._task = self._tasks.start("Ablations", work, lambda _: ended(), failed)
        self.start.setText("Cancel")
        self.start.setIcon(icon("stop", "accent_text"))
        self.bar.show()
        self.bar.setRange(0, 0)
        self.said.setText("Preparing…")
        self._timer.start()

    def cancel(self) -> None:
        """End after the step in hand."""
        if self._task is not None:
            self._tasks.cancel(self._task)

    def _idle(self, why: str) -> None:
        self._task = None
        self._timer.stop()
        self.bar.hide()
        self.start.setText("Start")
        self.start.setIcon(icon("play", "accent_text"))
        self.said.setText(why or f"{len(self.rows)} rows")

    def _show_progress(self, task: Task, tick: Tick) -> None:
        if task is not self._task:
            return
        self.bar.setRange(0, tick.total)
        self.bar.setValue(tick.done)
        left = f", {duration(tick.remaining)} left" if tick.remaining is not None else ""
        self.said.setText(f"{tick.what}{left}")

    def _take(self) -> None:
        """Show the rows that have come since."""
        fresh = len(self._came) > len(self.rows)
        if fresh:
            self._data = self._came[-1][0]
            self.rows = [row for _, row in self._came]
            self._show_rows()

    def _show_rows(self) -> None:
        from core.racing.ablations import COLUMNS, PAPERS, numbers_of

        published = any(row.ablation.published is not None for row in self.rows)
        kept = [at for at in range(len(COLUMNS)) if published or at not in PAPERS]
        rows = [numbers_of(row, self.rows) for row in self.rows]
        cut = [[row[at] for at in kept] for row in rows]
        notes = DELTA + (NOTES if published else "")
        self.table.show_picture(Table([COLUMNS[at] for at in kept], cut, notes))
        assert self._data is not None
        truth = as_images(np.asarray(self._data.held_out.images[:1]))
        shown = np.concatenate([truth, np.stack([row.picture for row in self.rows])])
        captions = ["Truth", *(row.ablation.title for row in self.rows)]
        self.pictures.show_picture(ImageGrid(shown, captions, columns=PICTURES))

    def end(self) -> None:
        """Stop what is on."""
        self.cancel()
        self._timer.stop()
