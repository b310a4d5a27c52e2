"""The lanes of a race beside each other."""

from __future__ import annotations

from gui.racing.card import LaneCard
from gui.widgets.card_grid import CardGrid
from gui.widgets.savable import Row


class LaneRow(CardGrid[LaneCard]):
    """One card a lane."""

    name = "Lanes"

    def table(self) -> list[Row]:
        told = [
            (c.title.text(), c.psnr.text(), c.said.text(), c.numbers.text()) for c in self.cards
        ]
        return [("lane", "held-out PSNR", "state", "numbers"), *told]
