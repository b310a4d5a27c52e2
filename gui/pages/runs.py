"""All runs on the disk: open, continue, overlay, throw away and bring back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, QSortFilterProxyModel, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.progress import Progress
from core.runs import RunError, RunSummary
from gui.laboratory import Laboratory
from gui.pages.columns import rows_of
from gui.pages.run_rows import (
    COLUMNS,
    ID,
    SORT,
    WIDTHS,
    Columns,
    Titles,
    cells,
    curves_of,
    method_titles,
    why,
)
from gui.tasks import Tasks
from gui.theme import SPACE
from gui.widgets.live_curves import LiveCurves
from gui.widgets.text import label

REFRESH_MS = 400
MOST_CURVES = 8  # runs laid over one another
THUMBNAIL = 32
NO_RUNS = "There are no runs yet. Train a method from the gallery: every run is kept here."
READING = "Reading the runs…"
NONE_CHOSEN = "Choose a run to see its curves, or several to lay them over one another."
NO_CURVES = "Nothing has been measured in this run yet."


class RunsPage(QWidget):
    """A table of runs over the curves of those that are chosen."""

    open_run = Signal(str)
    continue_run = Signal(str)
    problem = Signal(str)
    done = Signal(str)

    def __init__(self, laboratory: Laboratory, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._laboratory, self._tasks = laboratory, tasks
        self._runs: dict[str, RunSummary] = {}
        self._titles: Titles = {}
        self._deleted: list[str] = []
        self._reading = self._again = False
        self._filling = False
        self._drawn: list[str] = []
        self.search = QLineEdit(placeholderText="Search runs", clearButtonEnabled=True)
        self.table, self.curves = QTableView(), LiveCurves()
        self._below = QStackedWidget()
        self._said = _sentence(NONE_CHOSEN)
        self._whole = QStackedWidget()
        self._model = QStandardItemModel(0, len(COLUMNS), self)
        self._proxy = QSortFilterProxyModel(self, filterKeyColumn=-1)
        self.buttons = {
            name: QPushButton(name) for name in ("Open", "Continue", "Rename", "Delete", "Restore")
        }
        self._set_up_table()
        self._lay_out()
        self._soon = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._soon.timeout.connect(self.refresh)
        self._connect()
        self._show_chosen()

    # --- building ---------------------------------------------------------------------------------

    def _set_up_table(self) -> None:
        table, proxy = self.table, self._proxy
        self._model.setHorizontalHeaderLabels(list(COLUMNS))
        proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        proxy.setSortRole(SORT)
        proxy.setSourceModel(self._model)
        table.setModel(proxy)
        table.setSortingEnabled(True)
        table.sortByColumn(len(COLUMNS) - 1, Qt.SortOrder.DescendingOrder)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        table.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        for column, width in enumerate(WIDTHS):
            if width:
                table.setColumnWidth(column, width)
        table.setAccessibleName("Runs")

    def _lay_out(self) -> None:
        self.search.setAccessibleName("Search runs")
        self.search.setFixedWidth(260)
        self._below.setProperty("kind", "panel")
        below = QWidget()
        room = QVBoxLayout(below)
        room.setContentsMargins(0, SPACE.medium, 0, 0)
        room.addWidget(self._below)
        self._below.addWidget(self._said)
        self._below.addWidget(self.curves)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.table)
        splitter.addWidget(below)
        splitter.setStyleSheet("QSplitter::handle { background: transparent; }")
        splitter.setSizes([300, 360])
        self._whole.addWidget(_sentence(READING))
        self._whole.addWidget(_sentence(NO_RUNS))
        self._whole.addWidget(splitter)
        head = QHBoxLayout()
        head.addWidget(label("Runs", "heading", "primary"))
        head.addStretch()
        head.addWidget(self.search)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE.small)
        self.buttons["Open"].setProperty("kind", "primary")
        for button in self.buttons.values():
            foot.addWidget(button)
        foot.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.wide, SPACE.large, SPACE.wide, SPACE.large)
        column.setSpacing(SPACE.medium)
        column.addLayout(head)
        column.addWidget(self._whole, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._proxy.setFilterFixedString)
        self.table.activated.connect(self._open)
        self.table.selectionModel().selectionChanged.connect(self._show_chosen)
        self._model.itemChanged.connect(self._renamed)
        self.curves.problem.connect(self.problem)
        answers = {"Open": self._open, "Continue": self._continue, "Rename": self._rename,
                   "Delete": self._delete, "Restore": self._restore}  # fmt: skip
        for name, answer in answers.items():
            self.buttons[name].clicked.connect(answer)

    # --- reading ----------------------------------------------------------------------------------

    def refresh_soon(self) -> None:
        """Read the runs again shortly, if the page is seen."""
        if self.isVisible():
            self._soon.start()

    def refresh(self) -> None:
        """Read the runs from the disk, in a thread."""
        if self._reading or self.table.state() == QAbstractItemView.State.EditingState:
            self._again = True
            return
        self._reading, self._again = True, False
        store = self._laboratory.store

        def read(_: Progress) -> tuple[list[RunSummary], bool, Titles]:
            return store.list(), bool(store.trash()), method_titles()

        self._tasks.start("Reading the runs", read, lambda found: self._fill(*found), self._unread)

    def _unread(self, why: str) -> None:
        self._reading = False
        self.problem.emit(why)

    def _fill(self, runs: Sequence[RunSummary], in_trash: bool, titles: Titles) -> None:
        self._reading, self._titles = False, titles
        chosen = self.chosen()
        self._runs = {run.id: run for run in runs}
        self._filling = True
        self._model.removeRows(0, self._model.rowCount())
        for run in runs:
            self._model.appendRow(cells(run, titles))
        for row in range(self._proxy.rowCount()):
            if self._proxy.index(row, 0).data(ID) in chosen:
                self._select(row)
        self._filling = False
        tall = THUMBNAIL + 8 if any(run.thumbnail for run in runs) else 32
        self.table.verticalHeader().setDefaultSectionSize(tall)
        self.buttons["Restore"].setEnabled(in_trash)
        self._whole.setCurrentIndex(2 if runs else 1)
        self._show_chosen(again=True)
        if self._again:
            self._soon.start()

    def _select(self, row: int) -> None:
        model = self.table.selectionModel()
        model.select(
            self._proxy.index(row, 0), model.SelectionFlag.Select | model.SelectionFlag.Rows
        )

    def chosen(self) -> list[str]:
        """Ids of the chosen runs, in the order of the table."""
        rows = {i.row() for i in self.table.selectionModel().selectedIndexes()}
        return [self._proxy.index(row, 0).data(ID) for row in sorted(rows)]

    # --- showing ----------------------------------------------------------------------------------

    def _show_chosen(self, *_: object, again: bool = False) -> None:
        if self._filling:
            return
        chosen = [self._runs[i] for i in self.chosen() if i in self._runs]
        whole = [run for run in chosen if not run.problem]
        one = len(chosen) == len(whole) == 1
        self.buttons["Open"].setEnabled(one)
        self.buttons["Rename"].setEnabled(one)
        self.buttons["Continue"].setEnabled(
            one
            and whole[0].status != "finished"
            and whole[0].resume_step is not None
            and whole[0].writer is None
        )
        self.buttons["Delete"].setEnabled(bool(chosen))
        shown = [run.id for run in whole]
        if not whole:
            self._drawn = []
            self._say("\n\n".join(map(why, chosen)) or NONE_CHOSEN)
        elif again or shown != self._drawn:
            self._drawn = shown
            self._lay_over(whole[:MOST_CURVES])

    def _say(self, text: str) -> None:
        self._said.setText(text)
        self._below.setCurrentWidget(self._said)

    def _lay_over(self, runs: list[RunSummary]) -> None:
        """The curves of the chosen runs over one another, read in a thread."""
        store, wanted, titles = self._laboratory.store, self._drawn, self._titles

        def read(_: Progress) -> dict[str, Columns]:
            return curves_of(store.open, runs, titles)

        def draw(found: dict[str, Columns]) -> None:
            if self._drawn is wanted:
                self._draw(found)

        self._tasks.start("Reading curves", read, draw, self.problem.emit)

    def _draw(self, found: dict[str, Columns]) -> None:
        self.curves.clear()
        for name, columns in found.items():
            self.curves.extend(rows_of(columns), name)
        if any(found.values()):
            self._below.setCurrentWidget(self.curves)
        else:
            self._say(NO_CURVES)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- doing ------------------------------------------------------------------------------------

    def _open(self, *_: object) -> None:
        for id in self.chosen()[:1]:
            if self._runs[id].problem:
                self.problem.emit(why(self._runs[id]))
            else:
                self.open_run.emit(id)

    def _continue(self) -> None:
        for id in self.chosen()[:1]:
            self.continue_run.emit(id)

    def _rename(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        if rows:
            self.table.edit(rows[0])

    def _renamed(self, item: QStandardItem) -> None:
        if self._filling:
            return
        id = item.data(ID)
        try:
            with self._laboratory.store.open(id, write=True) as run:
                run.rename(item.text().strip() or id)
        except RunError as error:
            self.problem.emit(str(error))
        self._soon.start()

    def _delete(self) -> None:
        """Move the chosen runs to the trash; a desk that shows one is closed."""
        gone = []
        for id in self.chosen():
            try:
                self._close_desk(id)
                self._laboratory.store.delete(id)
                gone.append(id)
            except RunError as error:
                self.problem.emit(str(error))
        self._deleted += gone
        if gone:
            what = f"“{self._runs[gone[0]].title}”" if len(gone) == 1 else f"{len(gone)} runs"
            self.done.emit(f"{what} deleted. Restore brings back what was deleted last.")
        self.refresh()

    def _close_desk(self, id: str) -> None:
        for session in list(self._laboratory.sessions):
            if session.run is not None and session.run.id == id and not session.training:
                self._laboratory.close(session)

    def _restore(self) -> None:
        """Bring back what was deleted last."""
        trash = [run.id for run in self._laboratory.store.trash()]
        wanted = next(
            (i for i in reversed(self._deleted) if i in trash), trash[0] if trash else None
        )
        if wanted is None:
            return
        try:
            self._laboratory.store.restore(wanted)
            self.done.emit(f"{wanted} is back.")
        except RunError as error:
            self.problem.emit(str(error))
        self.refresh()


def _sentence(text: str) -> QWidget:
    """A quiet sentence in the middle of an empty place."""
    made = label(text, "", "secondary", wrap=True)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    made.setMargin(SPACE.wide)
    return made
