"""What a comparison found, in tabs: tables, graphs, and the networks side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.evaluate.protocols import axis_of
from core.pictures import Curve, Table
from core.progress import Progress
from core.registry import notes
from gui.laboratory import Laboratory
from gui.pages.compare_attention import CompareAttention
from gui.pages.compare_maps import CompareMaps
from gui.tasks import Newest, Tasks
from gui.theme import SPACE
from gui.views.curve import CurveView
from gui.views.matrix import MatrixView
from gui.views.table import TableView
from gui.widgets.bars import Bars
from gui.widgets.savable import Savable
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.comparison.book import Comparison
    from core.comparison.per_class import PerClass
    from core.comparison.results import Results
    from core.comparison.side_by_side import Shown

NOTHING = (
    "Choose methods at the left and press Compare. All are trained on the same pictures with the "
    "same budget, then judged alike; closing the window only pauses them."
)
NO_CURVE = "Accuracy against the number of labels appears here once a method was judged by it."
NO_TIME = "Accuracy against seconds of training appears here once a method was trained and judged."
NO_CLASSES = "Accuracy class by class appears here once a linear probe was judged."
CHOICE_WIDTH = 330


@dataclass(frozen=True)
class Found:
    """All that the tabs show, read from the disk."""

    comparison: Comparison
    results: Results
    seconds: Curve | None
    per_class: PerClass | None
    networks: Sequence[Shown]
    trainings: Table


class CompareResults(QTabWidget):
    """Shows one comparison; what it has to read is read in a thread."""

    problem = Signal(str)
    open_run = Signal(str)
    shown = Signal()  # what `show_comparison` asked for is on screen

    def __init__(self, laboratory: Laboratory, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._laboratory = laboratory
        self._reading = Newest(tasks, "Reading the comparison", self)
        self._wanted: Comparison | None = None
        self.found: Found | None = None
        self.titles: Mapping[str, str] = {note.id: note.title for note in notes()}
        self.table, self.trainings = TableView(), TableView()
        self.bars, self.labels, self.seconds = Bars(), CurveView(), CurveView()
        self.classes = MatrixView()
        self.column, self.order = QComboBox(), QComboBox()
        self.column.setAccessibleName("What the bars show")
        self.order.setAccessibleName("What the methods are ordered by")
        self.order.setToolTip("Best first by this class")
        self.maps = CompareMaps(laboratory, tasks)
        self.attention = CompareAttention(laboratory, tasks)
        below = QScrollArea()
        below.setWidgetResizable(True)
        below.setFrameShape(QFrame.Shape.NoFrame)
        below.setWidget(self.bars)
        self.setDocumentMode(True)
        for part, title in (
            (self.table, "Table"), (_under("Show", self.column, below), "Bars"),
            (self.labels, "Few labels"), (self.seconds, "Seconds"),
            (_under("Ordered by", self.order, self.classes), "Classes"), (self.maps, "Maps"),
            (self.attention, "Attention"), (self.trainings, "Trainings"),
        ):  # fmt: skip
            self.addTab(part, title)
        self.column.currentIndexChanged.connect(self._draw_bars)
        self.order.currentIndexChanged.connect(self._draw_classes)
        self.trainings.picked.connect(self._open_training)
        for view in (self.table, self.bars, self.labels, self.seconds, self.classes, self.maps,
                     self.attention, self.trainings):  # fmt: skip
            view.problem.connect(self.problem)
        self._show_nothing()

    def show_comparison(self, comparison: Comparison | None) -> None:
        """Show what is known of it by now, as soon as that is read; None shows nothing."""
        if comparison is None or comparison is not self._wanted:
            self._show_nothing()
        self._wanted = comparison
        if comparison is None:
            return
        store = self._laboratory.store

        def read(_: Progress) -> Found:
            from core.comparison import over_time
            from core.comparison.per_class import per_class
            from core.comparison.results import results
            from core.comparison.side_by_side import shown

            return Found(
                comparison,
                results(comparison, store),
                over_time.curve(over_time.tracks_of(comparison, store)),
                per_class(comparison, store),
                shown(comparison),
                self._list(comparison),
            )

        self._reading.ask(read, self._take, self._failed)

    @property
    def reading(self) -> bool:
        """Whether something newer is about to be shown."""
        return self._reading.busy

    def figure(self) -> Savable | None:
        """The picture of the tab in front, if there is one to save."""
        tab = self.currentWidget()
        seen = [tab] if isinstance(tab, Savable) else tab.findChildren(Savable)
        return next((figure for figure in seen if figure.isVisible() and figure.can_save()), None)

    def _take(self, found: Found) -> None:
        if found.comparison is self._wanted:
            self._show(found)
        self.shown.emit()

    def _failed(self, why: str) -> None:
        if why != "Cancelled.":
            self.problem.emit(why)

    def _show_nothing(self) -> None:
        self.found = None
        for view in (self.table, self.labels, self.seconds, self.classes, self.trainings):
            view.clear(NOTHING)
        self.bars.show_bars([], "")
        for choice in (self.column, self.order):
            choice.clear()
            choice.setEnabled(False)
        self.maps.offer(())
        self.attention.offer(())

    def _show(self, found: Found) -> None:
        self.found = found
        stamp = found.comparison.id
        for figure in (self.table, self.bars, self.labels, self.seconds, self.classes,
                       self.maps.maps, self.attention.view, self.trainings):  # fmt: skip
            figure.set_stamp(stamp)
        self.table.show_picture(found.results.table())
        self.trainings.show_picture(found.trainings)
        for view, curve, why in ((self.labels, found.results.label_curve(), NO_CURVE),
                                 (self.seconds, found.seconds, NO_TIME)):  # fmt: skip
            if curve is None:
                view.clear(why)
            else:
                view.show_picture(curve)
        _offer(self.column, found.results.columns, "linear probe")
        _offer(self.order, found.per_class.columns if found.per_class else [], "")
        self._draw_bars()
        self._draw_classes()
        self.maps.offer(found.networks)
        self.attention.offer(found.networks)

    def _draw_bars(self) -> None:
        column = self.column.currentText()
        if self.found is not None and column:
            from core.comparison.export import bars_of

            bars = bars_of(self.found.results, column)
            self.bars.show_bars(bars, axis_of(column))

    def _draw_classes(self) -> None:
        if self.found is not None and self.found.per_class is not None and self.order.count():
            self.classes.show_picture(self.found.per_class.matrix(self.order.currentText()))
        elif self.found is not None:
            self.classes.clear(NO_CLASSES)

    def _list(self, comparison: Comparison) -> Table:
        rows = [[self.titles.get(e.method, e.method), e.seed, e.state,
                 f"{e.steps:,}" if e.steps else "", f"{e.seconds:.0f}" if e.seconds else "",
                 e.message or e.run] for e in comparison.entries]  # fmt: skip
        columns = ["method", "seed", "state", "steps", "seconds", "run"]
        return Table(columns, rows, "A click on a row opens its run.")

    def _open_training(self, at: int) -> None:
        if self.found is not None and self.found.comparison.entries[at].run:
            self.open_run.emit(self.found.comparison.entries[at].run)


def _under(title: str, choice: QComboBox, part: QWidget) -> QWidget:
    """A part with what it shows chosen above it."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(SPACE.small, SPACE.small, SPACE.small, SPACE.small)
    choice.setMinimumWidth(CHOICE_WIDTH // 2)
    choice.setMaximumWidth(CHOICE_WIDTH)
    row = QHBoxLayout()
    row.addWidget(label(title, "small", "secondary"))
    row.addWidget(choice)
    row.addStretch(1)
    column.addLayout(row)
    column.addWidget(part, 1)
    return made


def _offer(choice: QComboBox, items: Sequence[str], usual: str) -> None:
    """List the items; what was chosen before stays so."""
    before = choice.currentText()
    choice.blockSignals(True)
    choice.clear()
    choice.addItems(list(items))
    choice.setCurrentIndex(max(0, choice.findText(before or usual)))
    choice.setEnabled(bool(len(items)))
    choice.blockSignals(False)
