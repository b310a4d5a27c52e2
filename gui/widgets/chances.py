"""Short horizontal bars: how likely each of a few names is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.fonts import numbers, text
from gui.theme import SPACE, TYPE, manager
from gui.widgets.savable import Row, Savable

ROW = 17  # pixels of a name
NAMES, VALUES = 76, 40  # pixels of the names, and of the numbers
_FLAGS = Qt.AlignmentFlag


class Chances(Savable):
    """Shows names with a probability each, the likeliest in full colour."""

    name = "Probabilities"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[tuple[str, float]] = []
        self.setAccessibleName(self.name)
        manager().changed.connect(self.update)

    def show_chances(
        self, names: Sequence[str], chances: Sequence[float], one_of_many: bool
    ) -> None:
        """`one_of_many`: exactly one name is true, so the likeliest stands out, else each that is
        likelier than not.
        """
        self.rows = list(zip(names, chances, strict=True))
        best = max(chances, default=0.0)
        self._strong = [p == best if one_of_many else p > 0.5 for p in chances]
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, ROW * len(self.rows))

    def can_save(self) -> bool:
        return bool(self.rows)

    def table(self) -> list[Row]:
        return [("name", "probability"), *self.rows]

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.export_paint(QPainter(self))

    def export_paint(self, painter: QPainter) -> None:
        theme = manager().theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, right = NAMES + SPACE.small, self.width() - VALUES
        for at, (name, chance) in enumerate(self.rows):
            top = at * ROW
            painter.setFont(text(TYPE.small))
            painter.setPen(theme.color("text" if self._strong[at] else "text_secondary"))
            shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, NAMES)
            painter.drawText(QRectF(0, top, NAMES, ROW), _FLAGS.AlignRight | _FLAGS.AlignVCenter,
                             shown)  # fmt: skip
            painter.setFont(numbers(TYPE.small))
            painter.drawText(QRectF(right + 4, top, VALUES - 4, ROW), _FLAGS.AlignVCenter,
                             f"{chance:.2f}")  # fmt: skip
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("plot_grid"))
            room = QRectF(left, top + 4, right - left, ROW - 8)
            painter.drawRoundedRect(room, 2, 2)
            room.setWidth(max(2.0, room.width() * chance))
            painter.setBrush(theme.category(0) if self._strong[at] else theme.color("text_faint"))
            painter.drawRoundedRect(room, 2, 2)
