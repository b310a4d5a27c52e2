"""All runs on the disk: open, continue, overlay, compare, throw away and bring back."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QSortFilterProxyModel, Qt, QTimer, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.runs import RunError, RunSummary
from gui.laboratory import Laboratory
from gui.pages.columns import rows_of
from gui.theme import SPACE
from gui.widgets.live_curves import LiveCurves
from gui.widgets.text import label

COLUMNS = ("Run", "Method", "Data", "State", "Step", "Result", "Started")
ID = Qt.ItemDataRole.UserRole
SORT = Qt.ItemDataRole.UserRole + 1
RESULTS = ("held-out/accuracy", "accuracy", "held-out/loss", "loss")
REFRESH_MS = 400


class RunsPage(QWidget):
    """A table of runs over the curves of those that are chosen."""

    open_run = Signal(str)
    continue_run = Signal(str)
    problem = Signal(str)
    done = Signal(str)

    def __init__(self, laboratory: Laboratory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._laboratory = laboratory
        self._runs: dict[str, RunSummary] = {}
        self._deleted: list[str] = []
        self.search = QLineEdit(placeholderText="Search runs", clearButtonEnabled=True)
        self.search.setAccessibleName("Search runs")
        self.table = QTableView()
        self.curves = LiveCurves()
        self._model = QStandardItemModel(0, len(COLUMNS), self)
        self._model.setHorizontalHeaderLabels(list(COLUMNS))
        self._proxy = QSortFilterProxyModel(self, filterKeyColumn=-1)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._proxy.setSortRole(SORT)
        self._proxy.setSourceModel(self._model)
        self.buttons = {
            name: QPushButton(name) for name in ("Open", "Continue", "Rename", "Delete", "Restore")
        }
        self._lay_out()
        self._soon = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._soon.timeout.connect(self.refresh)
        self.search.textChanged.connect(self._proxy.setFilterFixedString)
        self.table.doubleClicked.connect(self._open)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.buttons["Open"].clicked.connect(self._open)
        self.buttons["Continue"].clicked.connect(self._continue)
        self.buttons["Rename"].clicked.connect(self._rename)
        self.buttons["Delete"].clicked.connect(self._delete)
        self.buttons["Restore"].clicked.connect(self._restore)
        self._model.itemChanged.connect(self._renamed)
        self._selected()

    def _lay_out(self) -> None:
        table = self.table
        table.setModel(self._proxy)
        table.setSortingEnabled(True)
        table.sortByColumn(len(COLUMNS) - 1, Qt.SortOrder.DescendingOrder)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setAlternatingRowColors(False)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setHighlightSections(False)
        table.setAccessibleName("Runs")
        head = QHBoxLayout()
        head.addWidget(label("Runs", "heading", "primary"))
        head.addStretch()
        self.search.setMaximumWidth(260)
        head.addWidget(self.search)
        foot = QHBoxLayout()
        for button in self.buttons.values():
            foot.addWidget(button)
        foot.addStretch()
        self.hint = label("", "small", "secondary")
        foot.addWidget(self.hint)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(table)
        splitter.addWidget(self.curves)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.wide, SPACE.large, SPACE.wide, SPACE.large)
        column.setSpacing(SPACE.medium)
        column.addLayout(head)
        column.addWidget(splitter, 1)
        column.addLayout(foot)

    def refresh_soon(self) -> None:
        """Read the runs again shortly, if the page is seen."""
        if self.isVisible():
            self._soon.start()

    def refresh(self) -> None:
        """Read the runs from the disk."""
        chosen = self.chosen()
        self._runs = {run.id: run for run in self._laboratory.store.list()}
        self._model.blockSignals(True)
        self._model.removeRows(0, self._model.rowCount())
        for run in self._runs.values():
            self._model.appendRow(_cells(run))
        self._model.blockSignals(False)
        self._model.layoutChanged.emit()
        for column, width in enumerate((0, 110, 100, 100, 110, 190, 140)):
            if width:
                self.table.setColumnWidth(column, width)
        for row in range(self._proxy.rowCount()):
            if self._proxy.index(row, 0).data(ID) in chosen:
                self.table.selectRow(row)
        self._selected()

    def chosen(self) -> list[str]:
        """Ids of the chosen runs, in the order of the table."""
        rows = {i.row() for i in self.table.selectionModel().selectedIndexes()}
        return [self._proxy.index(row, 0).data(ID) for row in sorted(rows)]

    def _selected(self, *_: object) -> None:
        chosen = [self._runs[i] for i in self.chosen() if i in self._runs]
        whole = [run for run in chosen if not run.problem]
        self.buttons["Open"].setEnabled(len(whole) == 1)
        self.buttons["Rename"].setEnabled(len(whole) == 1)
        self.buttons["Continue"].setEnabled(
            len(whole) == 1 and whole[0].resume_step is not None and whole[0].writer is None
        )
        self.buttons["Delete"].setEnabled(bool(chosen))
        self.buttons["Restore"].setEnabled(bool(self._laboratory.store.trash()))
        count = len(self._runs)
        self.hint.setText(
            "Choose several to lay their curves over one another."
            if count > 1
            else ""
            if count
            else "There are no runs yet. Train a method from the gallery."
        )
        self._overlay(whole)

    def _overlay(self, runs: list[RunSummary]) -> None:
        """The curves of the chosen runs over one another."""
        self.curves.clear()
        for run in runs[:8]:
            try:
                columns = self._laboratory.store.open(run.id).metrics()
            except RunError as error:
                self.problem.emit(str(error))
                continue
            title = run.info.title if run.info else run.id
            self.curves.extend(rows_of(columns), f"{title} {run.id[9:15]}")

    def _open(self, *_: object) -> None:
        for id in self.chosen()[:1]:
            if self._runs[id].problem:
                self.problem.emit(f"{id} cannot be opened: {self._runs[id].problem}")
            else:
                self.open_run.emit(id)

    def _continue(self) -> None:
        for id in self.chosen()[:1]:
            self.continue_run.emit(id)

    def _rename(self) -> None:
        index = self.table.currentIndex()
        self.table.edit(index.siblingAtColumn(0))

    def _renamed(self, item: QStandardItem) -> None:
        id = item.data(ID)
        try:
            with self._laboratory.store.open(id, write=True) as run:
                run.rename(item.text().strip() or id)
        except RunError as error:
            self.problem.emit(str(error))
        self._soon.start()

    def _delete(self) -> None:
        for id in self.chosen():
            try:
                self._laboratory.store.delete(id)
                self._deleted.append(id)
            except RunError as error:
                self.problem.emit(str(error))
        self.refresh()

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


def _cells(run: RunSummary) -> list[QStandardItem]:
    started = ""
    if run.info is not None:
        created = datetime.fromisoformat(run.info.created).astimezone()
        started = created.strftime("%d %b %Y, %H:%M")
    texts = (
        run.info.title if run.info else run.id,
        run.info.method if run.info else "",
        run.info.data if run.info else "",
        "damaged" if run.problem else run.status,
        f"{run.step:,} of {run.steps:,}",
        next((f"{name} {run.last[name]:.3f}" for name in RESULTS if name in (run.last or {})), ""),
        started,
    )
    keys = (*texts[:4], run.step, texts[5], run.info.created if run.info else "")
    items = []
    for column, (text, key) in enumerate(zip(texts, keys)):
        item = QStandardItem(text)
        item.setData(run.id, ID)
        item.setData(key, SORT)
        item.setEditable(column == 0 and not run.problem)
        item.setToolTip(run.problem or run.message or run.id)
        items.append(item)
    return items
