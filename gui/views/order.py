"""Nine tiles as they lie, as a network put them in order, as they belong, and its best answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from gui.views.base import Row, View
from gui.widgets.tile_board import TileBoard

if TYPE_CHECKING:
    from core.puzzles import Ordering


class OrderView(View):
    """Shows an Ordering; `board` is where a person moves the tiles."""

    name = "Order of tiles"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.board = TileBoard()
        self.column.addWidget(self.board)
        self.setFocusProxy(self.board)
        self._shown: Ordering | None = None

    def show_ordering(self, found: Ordering, told: bool) -> None:
        """The tiles, and where `told` the answers and the truth."""
        self._shown = found if told else None
        answers = found.orders if told else found.orders[:0]
        self.board.show_tiles(found.tiles, found.laid, answers, found.probabilities, told)
        self.ready()

    def table(self) -> list[Row]:
        head = ("order", "probability", *(f"place {n}" for n in range(1, 10)))
        rows: list[Row] = [head, ("as it lies", "", *(self.board.laid + 1).tolist())]
        if self._shown is not None:
            rows += [
                (f"answer {n}", float(chance), *(order + 1).tolist())
                for n, (order, chance) in enumerate(
                    zip(self._shown.orders, self._shown.probabilities, strict=True), 1
                )
            ]
        return rows
