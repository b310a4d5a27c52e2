"""Where each stage of the network is active, over the chosen pictures; two runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QLabel, QSplitter, QWidget

from core.runs import RunError
from gui.panels.base import Panel
from gui.session import Session
from gui.views.heat_maps import HeatMapsView

if TYPE_CHECKING:
    from core.observer import Answer

POWERS = (1.0, 2.0, 4.0)


class AttentionPanel(Panel):
    """Sum over channels of |A|^p for every stage, beside the same of another run."""

    title = "Attention"
    ability = "Attends"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.other: Session | None = None  # the run that stands beside
        self.power = QComboBox()
        self.power.setAccessibleName("Power of the activations")
        self.power.setToolTip(
            "p of the sum over channels of |A|^p: a larger p keeps only the peaks"
        )
        for p in POWERS:
            self.power.addItem(f"p = {p:g}", p)
        self.power.setCurrentIndex(1)
        self.beside = QComboBox()
        self.beside.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.beside.setMinimumContentsLength(14)
        self.beside.setAccessibleName("Run shown beside")
        self.beside.setToolTip("Another run's attention over the same pictures")
        self.controls.addWidget(self.power)
        self.controls.addStretch()
        self.controls.addWidget(QLabel("Beside"))
        self.controls.addWidget(self.beside)
        self.view, self.other_view = HeatMapsView(), HeatMapsView()
        for view in (self.view, self.other_view):
            view.problem.connect(self.problem)
        self.other_view.hide()
        splitter = QSplitter()
        splitter.addWidget(self.view)
        splitter.addWidget(self.other_view)
        self.body.addWidget(splitter, 1)
        session.run_ready.connect(self._list_others)
        self.power.currentIndexChanged.connect(self.refresh)
        self.beside.currentIndexChanged.connect(self._choose_other)

    def _list_others(self, *_: object) -> None:
        """Offer the runs on the same pictures, a companion's first."""
        others = self.session.comparable()
        chosen = self.beside.currentData()
        self.beside.blockSignals(True)
        self.beside.clear()
        self.beside.addItem("nothing" if others else "no other run on these pictures", None)
        for id, title in others:
            self.beside.addItem(title, id)
        self.beside.setCurrentIndex(max(0, self.beside.findData(chosen)))
        self.beside.setEnabled(bool(others))
        self.beside.blockSignals(False)

    def showEvent(self, event: QShowEvent) -> None:
        self._list_others()
        super().showEvent(event)

    def ask(self) -> bool:
        from core import questions

        question = questions.attention(self.power.currentData())
        other = self.other
        if other is not None:
            near = other.nearest(self.session.step)
            other.ask(self.key, question, self._show_other, self.session.pictures, near)
        return self.put(question, self._show)

    def refused(self, reason: str) -> None:
        self.view.clear(reason)

    def _choose_other(self) -> None:
        chosen = self.beside.currentData()
        self.other = None
        try:
            self.other = next(
                iter(self.session.put_beside(self.key, [chosen] if chosen else [])), None
            )
        except RunError as error:
            self.problem.emit(str(error))
        self.other_view.setVisible(self.other is not None)
        self.refresh()

    def _show(self, answer: Answer) -> None:
        self.view.set_stamp(self.stamp(answer.step))
        self.view.show_picture(answer.value)

    def _show_other(self, answer: Answer) -> None:
        other = self.other
        if answer.error:
            self.other_view.clear(answer.error)
        elif other is not None and other.run is not None:
            self.other_view.set_stamp(f"{other.run.id}, step {answer.step:,}")
            self.other_view.show_picture(answer.value)
