"""Several methods side by side: one click trains and judges all of them in a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.config import ConfigError
from core.progress import Progress
from core.runs import RunError
from gui.laboratory import Laboratory
from gui.pages.compare_export import CompareExport
from gui.pages.compare_form import CompareForm
from gui.pages.compare_results import CompareResults
from gui.tasks import Newest, Task, Tasks
from gui.theme import SPACE
from gui.widgets.numbers import duration
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.comparison.book import Comparison
    from core.comparison.estimate import Estimate
    from core.progress import Tick

FORM_WIDTH = 330
ESTIMATE_MS = 150  # after the last change of the form


class ComparePage(QWidget):
    """A form and a queue at the left, what it found at the right."""

    problem = Signal(str)
    done = Signal(str)
    open_run = Signal(str)

    def __init__(self, laboratory: Laboratory, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._laboratory, self._tasks = laboratory, tasks
        self._task: Task | None = None
        self._comparison: Comparison | None = None
        self._stale = False  # set in the queue's thread when an entry came further
        self.form = CompareForm()
        self.earlier = QComboBox()
        self.earlier.setAccessibleName("Comparisons")
        self.start = QPushButton("Compare")
        self.start.setProperty("kind", "primary")
        self.bar = QProgressBar()
        self.bar.hide()
        self.said = label("", "small", "secondary", wrap=True)
        self.results = CompareResults(laboratory, tasks)
        self.export = CompareExport(self.results, laboratory, tasks)
        self._estimating = Newest(tasks, "Estimating", self)
        self._soon = QTimer(self, singleShot=True, interval=ESTIMATE_MS)
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
        for part in (self.bar, self.start, self.said):
            column.addWidget(part)
        self.results.setCornerWidget(self.export)
        splitter = QSplitter()
        splitter.addWidget(side)
        splitter.addWidget(self.results)
        splitter.setSizes([FORM_WIDTH, 1000])
        splitter.setStretchFactor(1, 1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(splitter)

    def _connect(self) -> None:
        self.start.clicked.connect(self.start_or_stop)
        self.earlier.activated.connect(self._open_chosen)
        self.form.changed.connect(self._form_changed)
        self._soon.timeout.connect(self._estimate)
        self._tasks.progress.connect(self._show_progress)
        for part in (self.results, self.export):
            part.problem.connect(self.problem)
        self.export.done.connect(self.done)
        self.results.open_run.connect(self.open_run)

    # --- choosing ---------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._laboratory.is_warm:
            self._list()
        else:
            self.said.setText("The engine is being loaded…")
            self._laboratory.when_warm(self._list)

    def hideEvent(self, event: QHideEvent) -> None:
        self._soon.stop()
        super().hideEvent(event)

    def _list(self) -> None:
        """The comparisons there are, newest first, after a new one."""
        from core.comparison.book import Book

        self.form.offer_networks()
        mine = self._comparison.id if self._comparison is not None else ""
        self.earlier.clear()
        self.earlier.addItem("New comparison", "")
        for id in Book(self._laboratory.store).ids():
            self.earlier.addItem(f"{id[:4]}-{id[4:6]}-{id[6:8]} {id[9:11]}:{id[11:13]}, "
                                 f"{id[16:].rsplit('-', 1)[0]}", id)  # fmt: skip
        self.earlier.setCurrentIndex(max(0, self.earlier.findData(mine)))
        self._estimate()

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
        """Begin a comparison, go on with or extend the one shown, stop that at work, or clear."""
        if self._task is not None:
            self._tasks.cancel(self._task)
            return
        if self._comparison is not None and self._comparison.ended and not self._asks_more():
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
        wanted = self.form.extended(comparison.plan)

        def changed(_: object) -> None:
            self._stale = True

        def work(progress: Progress) -> None:
            queue = Work(comparison, store)
            if wanted != comparison.plan:
                queue.extend(wanted, progress)
            queue.go_on(progress, changed)

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
        title = self.results.titles[now.method]
        return f"{ended} of {len(entries)}: {title}, seed {now.seed}, {now.state}"

    # --- showing ----------------------------------------------------------------------------------

    def _show(self, comparison: Comparison | None) -> None:
        self._comparison = comparison
        if comparison is not None:
            self.form.show_plan(comparison.plan)
        self._refresh()

    def _refresh(self) -> None:
        """Bring the tabs, the button and the words under it up to date."""
        self.form.setEnabled(self._task is None)
        self.form.hold(self._comparison.plan if self._comparison is not None else None)
        self.start.setText(self._next())
        self.results.show_comparison(self._comparison)
        self._estimate()

    def _next(self) -> str:
        """What the button does now."""
        if self._task is not None:
            return "Stop"
        if self._comparison is None:
            return "Compare"
        if self._asks_more():
            return "Extend"
        return "New comparison" if self._comparison.ended else "Continue"

    def _asks_more(self) -> bool:
        """Whether more is ticked than the comparison shown was begun with."""
        shown = self._comparison
        return shown is not None and self.form.extended(shown.plan) != shown.plan

    def _form_changed(self) -> None:
        self.start.setText(self._next())
        self._soon.start()

    def _estimate(self) -> None:
        """Say under the button how much it would be to do."""
        if self._task is not None or not self._laboratory.is_warm:
            return
        if self._comparison is not None:
            entries = self._comparison.entries
            ended = sum(entry.ended for entry in entries)
            failed = sum(entry.state == "failed" for entry in entries)
            said = f"{ended} of {len(entries)} trainings are done."
            self.said.setText(f"{said} {failed} failed; see Trainings." if failed else said)
            return
        try:
            plan = self.form.plan()
        except ConfigError as error:
            self.said.setText(f"{str(error)[:1].upper()}{str(error)[1:]}.")
            return

        def work(_: Progress) -> Estimate:
            from core.comparison.estimate import estimate

            return estimate(plan)

        self._estimating.ask(work, self._say_estimate)

    def _say_estimate(self, found: Estimate) -> None:
        if self._task is not None or self._comparison is not None:
            return
        time = "" if found.seconds is None else f", about {duration(found.seconds)}"
        said = f"{found.trainings} trainings{time}."
        if found.refused:
            said += f" Not with this network: {', '.join(found.refused)}."
        self.said.setText(said)
