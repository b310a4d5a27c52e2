"""A picture coloured with hints: grey with the hints, coloured, truth; to be saved together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from gui.views.base import Row, View
from gui.widgets.hint_canvas import Dot, HintCanvas

if TYPE_CHECKING:
    from core.colour_hints import Colouring, Hint


class ColourHintsView(View):
    """Shows a Colouring; `canvas` is where a person places hints."""

    name = "Colour hints"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = HintCanvas()
        self.column.addWidget(self.canvas)
        self.setFocusProxy(self.canvas)
        self._shown: tuple[Colouring, Sequence[Hint]] | None = None

    def show_colouring(self, found: Colouring, hints: Sequence[Hint], dots: Sequence[Dot]) -> None:
        """The three pictures, the first with dots where hints are."""
        self._shown = found, hints
        grey, made, truth = found.captions
        titles = (grey, f"{made}, {found.distance:.1f} off", truth)
        self.canvas.show_pictures((found.given, found.made, found.truth), titles, dots)
        self.ready()

    def table(self) -> list[Row]:
        rows: list[Row] = [("what", "x", "y", "side", "red", "green", "blue", "distance in Lab")]
        if self._shown is None:
            return rows
        found, hints = self._shown
        rows += [("hint", h.x, h.y, h.side, *h.colour, "") for h in hints]
        blank = ("",) * 6
        rows.append(("without hints", *blank, found.unhinted))
        rows.append(("with hints", *blank, found.distance))
        return rows
