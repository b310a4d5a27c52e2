"""What is to be compared: methods, pictures, budget, seeds, protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.config import ConfigError
from core.data.sources import source, sources
from core.evaluate.protocols import PROTOCOLS
from core.registry import notes
from gui.theme import SPACE
from gui.widgets.form import ConfigForm
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.comparison.plan import Plan

BUDGETS = (
    ("seconds", "Processor seconds each", 60.0),
    ("steps", "Steps each", 500.0),
    ("images", "Pictures seen each", 50_000.0),
    ("own", "Each method's own", 0.0),
)
USUAL = ("rotation", "simclr", "supervised")  # chosen at first
ALWAYS = "random_network"
_ID = Qt.ItemDataRole.UserRole


class CompareForm(QWidget):
    """Gives a `Plan`. The random network is always in it."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.methods = QListWidget()
        self.methods.setAccessibleName("Methods")
        for note in notes():
            item = QListWidgetItem(note.title)
            item.setData(_ID, note.id)
            item.setToolTip(note.sentence)
            chosen = note.id in (*USUAL, ALWAYS)
            item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
            if note.id == ALWAYS:
                item.setFlags(Qt.ItemFlag.ItemIsEnabled)
                item.setToolTip("Always among them: what a result must beat to be worth anything")
            self.methods.addItem(item)
        self.methods.setMinimumHeight(180)
        self.source = QComboBox()
        self.source.setAccessibleName("Pictures")
        for known in sources():
            self.source.addItem(known.title, known.id)
        self.source.setCurrentIndex(self.source.findData("toyland"))
        self.budget, self.amount = QComboBox(), QDoubleSpinBox(decimals=0, minimum=1, maximum=1e8)
        self.budget.setAccessibleName("Budget")
        self.amount.setAccessibleName("Amount of the budget")
        for kind, title, usual in BUDGETS:
            self.budget.addItem(title, (kind, usual))
        self.seeds = QSpinBox(minimum=1, maximum=20, value=3)
        self.seeds.setAccessibleName("Seeds")
        for box in (self.amount, self.seeds):
            box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.seeds.setToolTip("How many networks of each method the mean and spread are over")
        self.boxes = {id: QCheckBox(each.title) for id, each in PROTOCOLS.items()}
        for id, each in PROTOCOLS.items():
            self.boxes[id].setToolTip(each.help)
            self.boxes[id].setChecked(each.usual)
        self.data_form: ConfigForm | None = None
        self._data_place = QVBoxLayout()
        self._lay_out()
        self.source.currentIndexChanged.connect(self._source_chosen)
        self.budget.currentIndexChanged.connect(self._budget_chosen)
        self._source_chosen()
        self._budget_chosen()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, SPACE.medium, 0)
        column.setSpacing(SPACE.small)
        column.addWidget(label("Methods", "strong"))
        column.addWidget(self.methods, 1)
        column.addWidget(label("Budget", "strong"))
        column.addWidget(self.budget)
        amounts = QHBoxLayout()
        amounts.addWidget(self.amount, 1)
        amounts.addWidget(label("Seeds", "small", "secondary"))
        amounts.addWidget(self.seeds)
        column.addLayout(amounts)
        column.addWidget(label("Judged by", "strong"))
        for box in self.boxes.values():
            column.addWidget(box)
        column.addWidget(label("Pictures", "strong"))
        column.addWidget(self.source)
        self._data_place.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._data_place)

    def _source_chosen(self) -> None:
        if self.data_form is not None:
            self._data_place.removeWidget(self.data_form)
            self.data_form.hide()
            self.data_form.deleteLater()
        self.data_form = ConfigForm(source(self.source.currentData()).Options)
        self.data_form.layout().setContentsMargins(0, SPACE.small, 0, 0)
        self._data_place.addWidget(self.data_form)

    def _budget_chosen(self) -> None:
        kind, usual = self.budget.currentData()
        self.amount.setEnabled(kind != "own")
        self.amount.setValue(usual)

    def chosen(self) -> list[str]:
        """Ids of the methods that are ticked."""
        items = [self.methods.item(i) for i in range(self.methods.count())]
        return [i.data(_ID) for i in items if i.checkState() == Qt.CheckState.Checked]

    def show_plan(self, plan: Plan) -> None:
        """Show what a comparison was begun with."""
        for at in range(self.methods.count()):
            item = self.methods.item(at)
            on = item.data(_ID) in plan.all_methods
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.source.setCurrentIndex(self.source.findData(plan.data))
        assert self.data_form is not None
        self.data_form.set_values(plan.data_options)
        kinds = [kind for kind, _, _ in BUDGETS]
        self.budget.setCurrentIndex(kinds.index(plan.budget.kind))
        self.amount.setValue(plan.budget.amount)
        self.seeds.setValue(len(plan.seeds))
        for id, box in self.boxes.items():
            box.setChecked(id in plan.protocols)

    def plan(self, threads: int = 1) -> Plan:
        """What is asked for; raises ConfigError in words."""
        from core.comparison.plan import Budget, Plan

        assert self.data_form is not None
        self.data_form.config()
        methods = [m for m in self.chosen() if m != ALWAYS]
        if not methods:
            raise ConfigError("tick at least one method to compare with the random network")
        kind, _ = self.budget.currentData()
        protocols = tuple(id for id, box in self.boxes.items() if box.isChecked())
        options: dict[str, Any] = self.data_form.changes()
        amount = 0.0 if kind == "own" else self.amount.value()
        seeds = tuple(range(self.seeds.value()))
        return Plan(methods, self.source.currentData(), options, Budget(kind, amount), seeds,
                    protocols, threads=threads)  # fmt: skip
