"""A colour bar on one line: title, least value, colours, greatest value."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from core.colours import colour_map, diverging_map
from gui.fonts import numbers
from gui.theme import TYPE, manager
from gui.widgets.numbers import short
from gui.widgets.pixels import limits, to_qimage


def value_colours(steps: int) -> np.ndarray:
    """Colours (steps, 3) of growing numbers that all stand out from the theme's background."""
    first, last = (70, 255) if manager().theme.dark else (0, 225)
    return colour_map("viridis")[np.linspace(first, last, steps).astype(int)]


def diverging_colours(steps: int) -> np.ndarray:
    """Colours (steps, 3) from below to above zero; the pale middle that none would see is left out.

    A table of `steps` entries jumps at zero from one pale hue to the other.
    """
    table = diverging_map(manager().theme.dark)
    share = np.linspace(0.0, 1.0, steps)
    kept = np.where(share < 0.5, share * 0.72, 1 - (1 - share) * 0.72)
    return table[np.rint(kept * 255).astype(int)]


class ScaleBar(QWidget):
    """Says which colour is which number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._range = "", (0.0, 1.0)
        self._diverging = False
        self.setFixedHeight(22)
        manager().changed.connect(self.update)

    def set_values(self, values: np.ndarray, title: str, diverging: bool = False) -> None:
        """The numbers (N,) that are coloured; symmetric about zero when `diverging`."""
        self._title, self._range = title, limits(np.asarray(values, float), diverging)
        self._diverging = diverging
        low, high = (short(v) for v in self._range)
        self.setAccessibleName(f"Colours: {title} from {low} to {high}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 22)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter = manager().theme, QPainter(self)
        painter.setFont(numbers(TYPE.small))
        metrics, middle = painter.fontMetrics(), Qt.AlignmentFlag.AlignVCenter
        x = 0
        for token, said in (("text_secondary", self._title), ("text", short(self._range[0]))):
            painter.setPen(theme.color(token))
            painter.drawText(QRectF(x, 0, 400, self.height()), middle, said)
            x += metrics.horizontalAdvance(said) + 8 if said else 0
        table = (diverging_colours if self._diverging else value_colours)(128)
        painter.drawImage(QRectF(x, 6, 120, 10), to_qimage(table[None, :, :]))
        painter.drawText(QRectF(x + 128, 0, 200, self.height()), middle, short(self._range[1]))
