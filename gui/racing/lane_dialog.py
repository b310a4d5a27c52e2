"""A chooser of one more lane: the method, and every option of it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.racing.plan import DATA, LanePlan
from core.registry import note
from gui.theme import SPACE
from gui.widgets.form import ConfigForm
from gui.widgets.text import label

OWN = "Its defaults"


class LaneDialog(QDialog):
    """Gives a plan with the options that differ from the method's own."""

    chosen = Signal(object)  # LanePlan

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        from core.racing.plan import racers

        self.setWindowTitle("Add a lane")
        self._usual: dict[str, Any] = {}
        self.form: ConfigForm | None = None
        self.method, self.trial, self.name = QComboBox(), QComboBox(), QLineEdit()
        for id in racers():
            self.method.addItem(note(id).title, id)
        self.method.setAccessibleName("Method")
        self.trial.setAccessibleName("Variant")
        self.name.setAccessibleName("Name of the lane")
        self.name.setPlaceholderText("Named by what differs")
        self.sentence = label("", "small", "secondary", wrap=True)
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.add, leave = QPushButton("Add"), QPushButton("Cancel")
        self.add.setProperty("kind", "primary")
        column = QVBoxLayout(self)
        column.setSpacing(SPACE.small)
        column.addWidget(label("Without a number of steps of its own, a lane's schedule is "
                               "stretched to the length of the race.", tone="secondary",
                               wrap=True))  # fmt: skip
        for part in (self.method, self.sentence, self.trial, self.name):
            column.addWidget(part)
        column.addWidget(self.scroll, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(leave)
        row.addWidget(self.add)
        column.addLayout(row)
        leave.clicked.connect(self.reject)
        self.add.clicked.connect(self._give)
        self.method.currentIndexChanged.connect(lambda _: self._show_method())
        self.trial.activated.connect(lambda _: self._try())
        self._show_method()

    def sizeHint(self) -> QSize:
        return QSize(480, 680)

    def _show_method(self) -> None:
        from core.config import to_dict
        from core.experiment import Experiment
        from core.registry import method_class

        id = self.method.currentData()
        cls = method_class(id)
        self.sentence.setText(note(id).sentence)
        self._usual = to_dict(Experiment(id, DATA).config())
        self.trial.clear()
        self.trial.addItem(OWN, {})
        for title, options in cls.trials.items():
            self.trial.addItem(title, dict(options))
        self.form = ConfigForm(cls.Config)
        self.form.set_values(self._usual)
        self.form.validity_changed.connect(self.add.setEnabled)
        self.scroll.setWidget(self.form)
        self.add.setEnabled(True)

    def _try(self) -> None:
        assert self.form is not None
        self.form.set_values({**self._usual, **self.trial.currentData()})

    def _give(self) -> None:
        assert self.form is not None
        differing = {n: v for n, v in self.form.values().items() if v != self._usual.get(n)}
        self.chosen.emit(LanePlan(self.method.currentData(), differing, self.name.text().strip()))
        self.accept()
