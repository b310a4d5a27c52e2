"""Cards beside each other: one row of up to three, else two rows; saved as one picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtWidgets import QGridLayout, QWidget

from gui.theme import SPACE
from gui.widgets.savable import Savable

C = TypeVar("C", bound=QWidget)


class CardGrid(Savable, Generic[C]):
    """Shares its room out evenly. A subclass says the numbers of its cards by `table`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: list[C] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE.small)

    def set_cards(self, cards: Sequence[C]) -> None:
        """These, from left to right."""
        while self._grid.takeAt(0) is not None:
            pass
        self.cards = list(cards)
        columns = len(cards) if len(cards) <= 3 else -(-len(cards) // 2)
        for column in range(max(columns, self._grid.columnCount())):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        for row in range(max(2, self._grid.rowCount())):
            self._grid.setRowStretch(row, 1 if row * columns < len(cards) else 0)
        for at, card in enumerate(cards):
            self._grid.addWidget(card, at // columns, at % columns)
            card.show()

    def can_save(self) -> bool:
        return bool(self.cards)
