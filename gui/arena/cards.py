"""The games of the arena beside each other."""

from __future__ import annotations

from gui.arena.card import LaneCard
from gui.widgets.card_grid import CardGrid
from gui.widgets.savable import Row


class CardRow(CardGrid[LaneCard]):
    """One card a game."""

    name = "Games"

    def table(self) -> list[Row]:
        rows: list[Row] = [("game", "what", "x", "y")]
        for card in self.cards:
            rows += [(card.title.text(), *row) for row in card.plane.table()[1:]]
        return rows
