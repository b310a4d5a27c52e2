"""The figures that only this method has, one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget

from gui.panels.base import Panel
from gui.session import Session
from gui.views import view_for
from gui.views.base import View
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.method import FigureInfo
    from core.observer import Answer

PICTURES = 256  # a figure is drawn of this many, the chosen ones first, the classes in turn


class FiguresPanel(Panel):
    """A figure is asked for by name; the view follows the type of the picture that comes."""

    title = "Figures"

    def __init__(
        self, session: Session, figures: Sequence[FigureInfo], parent: QWidget | None = None
    ) -> None:
        super().__init__(session, parent)
        self.choice = QComboBox()
        self.choice.setAccessibleName("Figure")
        self.choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.choice.setMinimumContentsLength(16)
        for info in figures:
            self.choice.addItem(info.title, info.name)
            self.choice.setItemData(self.choice.count() - 1, info.help, Qt.ItemDataRole.ToolTipRole)
        self._help = {info.name: info.help for info in figures}
        self.help = label("", "small", "secondary", wrap=True)
        self.controls.addWidget(self.choice)
        self.controls.addWidget(self.help, 1)
        self.reason = label("", "", "secondary", wrap=True)
        self.reason.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.body.addWidget(self.reason, 1)
        self.view: View | None = None
        self._asked: list[int] = []  # the probe's number of each picture in question, -1: one's own
        self._linked = False  # the picture says which of them each of its items is
        self.choice.currentIndexChanged.connect(self._chosen)
        self._chosen()

    def ask(self) -> bool:
        from core import questions

        if self.session.probe is None:
            return False
        chosen = self.session.pictures
        more = [i for i in self.session.probe.first_of_each_class(PICTURES) if i not in set(chosen)]
        own = self.session.own_pictures
        self._asked = [*([-1] * len(own) if own is not None else ()), *chosen, *more]
        return self.put(
            questions.figure(self.choice.currentData()), self._show, indices=[*chosen, *more]
        )

    def refused(self, reason: str) -> None:
        self.reason.setText(reason)
        self.reason.show()
        if self.view is not None:
            self.view.hide()

    def _chosen(self) -> None:
        self.help.setText(self._help.get(self.choice.currentData(), ""))
        self.refresh()

    def _show(self, answer: Answer) -> None:
        wanted = view_for(answer.value)
        if type(self.view) is not wanted:
            if self.view is not None:
                self.body.removeWidget(self.view)
                self.view.deleteLater()
            self.view = wanted()
            self.view.picked.connect(self._picked)
            self.view.problem.connect(self.problem)
            self.body.addWidget(self.view, 1)
        self._linked = getattr(answer.value, "indices", None) is not None
        self.reason.hide()
        self.view.show()
        self.view.set_stamp(self.stamp(answer.step))
        self.view.show_picture(answer.value)

    def _picked(self, at: int) -> None:
        if self._linked and 0 <= at < len(self._asked) and self._asked[at] >= 0:
            self.session.picked.emit(self._asked[at])
