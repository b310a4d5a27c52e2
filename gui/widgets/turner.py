"""Which of the looked-at pictures is in hand: one before, one after, or one of the person's own."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gui.icons import icon
from gui.theme import SPACE
from gui.widgets.text import label


class Turner(QWidget):
    """`turned` tells of another position; after the last comes the first."""

    turned = Signal(int)
    own_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.at, self.count = 0, 0
        self._said = label("", "small", "secondary")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.hair)
        self.before = self._button("chevron-left", "Picture before (Page Up)", -1)
        self.after = self._button("chevron-right", "Next picture (Page Down)", 1)
        self.own = QToolButton(text="Own…")
        self.own.setToolTip("Open a picture of your own, or drop one on the strip below")
        self.own.setAccessibleName("Open a picture of your own")
        self.own.clicked.connect(self.own_wanted)
        for widget in (self.before, self._said, self.after, self.own):
            row.addWidget(widget)

    def _button(self, symbol: str, words: str, step: int) -> QToolButton:
        made = QToolButton(icon=icon(symbol), toolTip=words)
        made.setAccessibleName(words)
        made.clicked.connect(lambda: self.turn(step))
        return made

    def set_count(self, count: int, at: int | None = None) -> None:
        """How many pictures there are; the position stays, or becomes `at`, without telling."""
        self.count = count
        self.at = min(self.at if at is None else at, max(0, count - 1))
        self._said.setText(f"{self.at + 1} of {count}" if count else "no picture")
        for button in (self.before, self.after):
            button.setEnabled(count > 1)

    def turn(self, step: int) -> None:
        """To the picture that many further."""
        if self.count > 1:
            self.set_count(self.count, (self.at + step) % self.count)
            self.turned.emit(self.at)
