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
            button.setProperty("kind", "swatch")
            button.setFixedSize(SIDE + 8, SIDE + 8)
            button.clicked.connect(lambda _=False, n=number: self.choose(n))
            row.addWidget(button)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.offer([], [])

    def offer(self, colours: Sequence[QColor], chances: Sequence[float]) -> None:
        """Show these, likeliest first; without any the patches stand empty."""
        self.colours = list(colours)[:MOST]
        for number, button in enumerate(self.buttons):
            there = number < len(self.colours)
            words = "Colours that are likely at the place you click"
            if there:
                shown = self.colours[number]
                words = f"{shown.name()}: {chances[number]:.0%} likely here ({number + 1})"
            button.setIcon(QIcon(_patch(self.colours[number] if there else None)))
            button.setEnabled(there)
            button.setToolTip(words)
            button.setAccessibleName(words)

    def choose(self, number: int) -> None:
        """As if the swatch were clicked; nothing where there is none."""
        if number < len(self.colours):
            self.chosen.emit(self.colours[number])


def _patch(colour: QColor | None) -> QPixmap:
    """A colour on a rounded square; None is an empty one."""
    found = QPixmap(2 * SIDE, 2 * SIDE)
    found.fill(Qt.GlobalColor.transparent)
    painter = QPainter(found)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if colour is not None:
        painter.setBrush(colour)
    painter.setPen(manager().theme.color("border_strong"))
    painter.drawRoundedRect(1, 1, 2 * SIDE - 2, 2 * SIDE - 2, RADIUS_SMALL * 2, RADIUS_SMALL * 2)
    painter.end()
    return found
