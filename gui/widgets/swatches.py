"""A row of colours to choose from, each with how likely it is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from gui.theme import RADIUS_SMALL, SPACE, manager

SIDE = 22  # of a swatch
MOST = 8


class Swatches(QWidget):
    """Up to eight buttons; the first is likeliest."""

    chosen = Signal(QColor)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.tight)
        self.buttons = [QToolButton() for _ in range(MOST)]
        self.colours: list[QColor] = []
        for number, button in enumerate(self.buttons):
            button.setIconSize(QSize(SIDE, SIDE))
            button.clicked.connect(lambda _=False, n=number: self.choose(n))
            keep = button.sizePolicy()
            keep.setRetainSizeWhenHidden(True)
            button.setSizePolicy(keep)
            row.addWidget(button)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.offer([], [])

    def offer(self, colours: Sequence[QColor], chances: Sequence[float]) -> None:
        """Show these, likeliest first; none empties the row."""
        self.colours = list(colours)[:MOST]
        for button in self.buttons:
            button.hide()
        for number, (button, colour, chance) in enumerate(
            zip(self.buttons, self.colours, chances), 1
        ):
            words = f"{colour.name()}: {chance:.0%} likely here ({number})"
            button.setIcon(QIcon(_patch(colour)))
            button.setToolTip(words)
            button.setAccessibleName(words)
            button.show()

    def choose(self, number: int) -> None:
        """As if the swatch were clicked; nothing where there is none."""
        if number < len(self.colours):
            self.chosen.emit(self.colours[number])


def _patch(colour: QColor) -> QPixmap:
    found = QPixmap(2 * SIDE, 2 * SIDE)
    found.fill(Qt.GlobalColor.transparent)
    painter = QPainter(found)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(colour)
    painter.setPen(manager().theme.color("border_strong"))
    painter.drawRoundedRect(1, 1, 2 * SIDE - 2, 2 * SIDE - 2, RADIUS_SMALL * 2, RADIUS_SMALL * 2)
    painter.end()
    return found
