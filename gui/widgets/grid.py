"""Cards of equal width in as many columns as fit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from gui.theme import SPACE

_WIDTH, _HEIGHT = 330, 200  # least size of a card


class CardGrid(QWidget):
    """Rearranges its cards when its width allows another number of columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: list[QWidget] = []
        self._columns = 0
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(SPACE.small, 0, SPACE.small, SPACE.small)
        self._layout.setSpacing(SPACE.medium)

    def set_cards(self, cards: Sequence[QWidget]) -> None:
        """Show these cards in this order; others are let go by their owner."""
        self._cards = list(cards)
        self._columns = 0
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a card has become wider or narrower
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        least = max([_WIDTH, *(card.minimumSizeHint().width() for card in self._cards)])
        columns = max(1, min(self.width() // least, len(self._cards)))
        if columns == self._columns:
            return
        self._columns = columns
        while self._layout.takeAt(0) is not None:
            pass
        for column in range(max(columns, self._layout.columnCount())):
            self._layout.setColumnStretch(column, 1 if column < columns else 0)
        for at, card in enumerate(self._cards):
            card.setMinimumHeight(_HEIGHT)
            self._layout.addWidget(card, at // columns, at % columns)
            card.show()
