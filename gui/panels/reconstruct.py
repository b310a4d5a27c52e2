"""What the method makes of a part of each picture: given, made, truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from gui.panels.base import Panel
from gui.session import Session
from gui.views.image_grid import ImageGridView

if TYPE_CHECKING:
    from core.observer import Answer


class ReconstructPanel(Panel):
    """Three pictures a row for each chosen one: what was given, what was made of it, the truth."""

    title = "Reconstruction"
    ability = "Reconstructs"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.view = ImageGridView()
        self.body.addWidget(self.view)

    def ask(self) -> bool:
        from core import questions

        return self.put(questions.reconstruction, self._show)

    def refused(self, reason: str) -> None:
        self.view.clear(reason)

    def _show(self, answer: Answer) -> None:
        self.view.set_stamp(self.stamp(answer.step))
        self.view.show_picture(answer.value)
