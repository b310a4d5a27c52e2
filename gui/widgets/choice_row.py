"""Buttons side by side of which one is down: what a panel shows."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from gui.theme import SPACE


class ChoiceRow(QWidget):
    """`chosen` tells the key of the button that went down."""

    chosen = Signal(str)

    def __init__(
        self, choices: Mapping[str, tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        """`choices`: key -> the button's words and its tooltip; the first is down."""
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.hair)
        group = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        for key, (words, hint) in choices.items():
            button = QToolButton(text=words, toolTip=hint, checkable=True)
            button.setAccessibleName(hint)
            group.addButton(button)
            row.addWidget(button)
            self.buttons[key] = button
            button.toggled.connect(lambda on, k=key: self.chosen.emit(k) if on else None)
        row.addStretch(1)
        self.key = next(iter(choices))
        self.buttons[self.key].setChecked(True)
        self.chosen.connect(self._remember)

    def choose(self, key: str) -> None:
        """Put that button down, and tell."""
        self.buttons[key].setChecked(True)

    def _remember(self, key: str) -> None:
        self.key = key
