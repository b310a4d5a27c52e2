"""What is to be compared: methods, pictures, budget, seeds, protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.config import ConfigError
from core.data.sources import source, sources
from core.evaluate.protocols import PROTOCOLS
from gui.pages.compare_methods import ALWAYS, MethodsChooser
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
OWN = "Each method's own"  # of network and width


class CompareForm(QWidget):
    """Gives a `Plan`. The random network is always in it."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = MethodsChooser()
        self.methods = self.choice.list
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
        self.backbone, self.width = QComboBox(), QSpinBox(minimum=0, maximum=0)
        self.backbone.addItem(OWN, "")
        self.backbone.setAccessibleName("Network")
        self.backbone.setToolTip("The same network for all methods that let one choose")
        self.width.setSpecialValueText(OWN)  # at its least value
        self.width.setAccessibleName("Width of the network")
        self.width.setToolTip("Channels of the first stage, the same for all methods")
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
        self._tell_changes()

    def _tell_changes(self) -> None:
        """Say `changed` for whatever a person changes here."""
        self.choice.changed.connect(self.changed)
        for box in (self.source, self.budget, self.backbone):
            box.currentIndexChanged.connect(self.changed)
        for number in (self.amount, self.seeds, self.width):
            number.valueChanged.connect(self.changed)
        for tick in self.boxes.values():
            tick.toggled.connect(self.changed)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, SPACE.medium, 0)
        column.setSpacing(SPACE.small)
        column.addWidget(self.choice, 1)
        column.addWidget(label("Budget", "strong"))
        column.addWidget(self.budget)
        amounts = QHBoxLayout()
        amounts.addWidget(self.amount, 1)
        amounts.addWidget(label("Seeds", "small", "secondary"))
        amounts.addWidget(self.seeds)
        column.addLayout(amounts)
        column.addWidget(label("Network", "strong"))
        column.addWidget(self.backbone)
        widths = QHBoxLayout()
        widths.addWidget(label("Width", "small", "secondary"))
        widths.addWidget(self.width, 1)
        column.addLayout(widths)
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

    def offer_networks(self) -> None:
        """List the networks there are. Imports torch, so it is called when that is there."""
        from core.config import options_of
        from core.method import MethodConfig

        known = {option.name: option for option in options_of(MethodConfig)}
        if self.backbone.count() == 1:
            for name in known["backbone"].choices:
                self.backbone.addItem(str(name), name)
            self.width.setRange(int(known["width"].low or 1) - 1, int(known["width"].high or 512))
            self.width.setValue(self.width.minimum())

    def show_plan(self, plan: Plan) -> None:
        """Show what a comparison was begun with."""
        self.choice.choose(plan.all_methods)
        self.source.setCurrentIndex(self.source.findData(plan.data))
        assert self.data_form is not None
        self.data_form.set_values(plan.data_options)
        kinds = [kind for kind, _, _ in BUDGETS]
        self.budget.setCurrentIndex(kinds.index(plan.budget.kind))
        self.amount.setValue(plan.budget.amount)
        self.seeds.setValue(len(plan.seeds))
        self.offer_networks()
        at = self.backbone.findData(plan.options.get("backbone", ""))
        self.backbone.setCurrentIndex(max(0, at))
        self.width.setValue(int(plan.options.get("width", self.width.minimum())))
        for id, box in self.boxes.items():
            box.setChecked(id in plan.protocols)

    def hold(self, plan: Plan | None) -> None:
        """Let only more be asked for than a comparison was begun with; all with None."""
        for part in (self.source, self.data_form, self.budget, self.backbone, self.width):
            part.setEnabled(plan is None)
        self.amount.setEnabled(plan is None and self.budget.currentData()[0] != "own")
        self.choice.keep(plan.all_methods if plan is not None else ())
        self.seeds.setMinimum(len(plan.seeds) if plan is not None else 1)
        for id, box in self.boxes.items():
            kept = plan is not None and id in plan.protocols
            box.setChecked(box.isChecked() or kept)
            box.setEnabled(not kept)

    def extended(self, plan: Plan) -> Plan:
        """A plan that was begun, with what is ticked besides."""
        methods = [m for m in self.choice.chosen() if m != ALWAYS]
        return plan.adding(methods, range(self.seeds.value()), self._protocols())

    def _protocols(self) -> tuple[str, ...]:
        return tuple(id for id, box in self.boxes.items() if box.isChecked())

    def plan(self, threads: int = 1) -> Plan:
        """What is asked for; raises ConfigError in words."""
        from core.comparison.plan import Budget, Plan

        assert self.data_form is not None
        self.data_form.config()
        methods = [m for m in self.choice.chosen() if m != ALWAYS]
        if not methods:
            raise ConfigError("tick at least one method to compare with the random network")
        kind, _ = self.budget.currentData()
        data_options: dict[str, Any] = self.data_form.changes()
        amount = 0.0 if kind == "own" else self.amount.value()
        seeds = tuple(range(self.seeds.value()))
        return Plan(tuple(methods), self.source.currentData(), data_options, Budget(kind, amount),
                    seeds, self._protocols(), self._network(), threads)  # fmt: skip

    def _network(self) -> dict[str, Any]:
        """The options that all methods get; none where each keeps its own."""
        found: dict[str, Any] = {}
        if self.backbone.currentData():
            found["backbone"] = self.backbone.currentData()
        if self.width.value() > self.width.minimum():
            found["width"] = self.width.value()
        return found
