"""Which class a model that draws is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QWidget

from core.generative.wishes import EACH, OPEN


class ClassChoice(QComboBox):
    """Each class in turn, none, or one of them; off where the model is not told of any."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offered: Sequence[str] | None = None
        self.setToolTip("The class that is asked for")
        self.setAccessibleName("Class")

    def offer(self, names: Sequence[str]) -> bool:
        """The classes that the model is told of; whether they are other ones than before."""
        if self._offered == names:
            return False
        self._offered = names
        self.clear()
        self.addItem("each in turn" if names else "no classes", EACH)
        if names:
            self.addItem("left open", OPEN)
        for at, name in enumerate(names):
            self.addItem(name, at)
        self.setEnabled(bool(names))
        return True
