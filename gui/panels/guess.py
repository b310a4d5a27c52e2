"""What the method answers to its own question, picture by picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from gui.panels.base import Panel
from gui.session import Session
from gui.views.guess import GuessView

if TYPE_CHECKING:
    from core.observer import Answer


class GuessPanel(Panel):
    """The pretext question of the chosen pictures, with the probabilities the method gives."""

    title = "Guesses"
    ability = "Guesses"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.view = GuessView()
        self.view.problem.connect(self.problem)
        self.body.addWidget(self.view)

    def ask(self) -> bool:
        from core import questions

        return self.put(questions.guess, self._show)

    def refused(self, reason: str) -> None:
        self.view.clear(reason)

    def _show(self, answer: Answer) -> None:
        self.view.set_stamp(self.stamp(answer.step))
        self.view.show_picture(answer.value)
