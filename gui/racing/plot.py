"""How the race goes: held-out PSNR over seconds of work or steps, and beside it the memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.fonts import numbers, text
from gui.theme import SPACE, TYPE, manager
from gui.views.curve import CurveView
from gui.widgets.savable import Row, Savable

if TYPE_CHECKING:
    from core.racing.race import LaneState

EMPTY = "Start the race, and see how well views that nobody learns from are shown."
LINE, THICK = 40, 12  # pixels of a lane, and of its bar
_FLAGS = Qt.AlignmentFlag


class RacePlot(CurveView):
    """A line a lane; a point each time its held-out views were judged."""

    name = "Race"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.clock = "seconds"
        self._drawn: tuple[object, ...] = ()
        self.clear(EMPTY)

    def follow(self, states: Sequence[LaneState]) -> None:
        """Draw anew where something was judged since."""
        judged = tuple((s.title, len(s.judged), s.judged[-1].seconds if s.judged else 0.0)
                       for s in states)  # fmt: skip
        if (self.clock, *judged) == self._drawn:
            return
        self._drawn = (self.clock, *judged)
        if not any(s.judged for s in states):
            self.clear(EMPTY)
            return
        from core.racing.table import curve

        self.show_picture(curve(states, self.clock))


class MemoryBars(Savable):
    """A bar a lane, from 0: what is learned, and paler what is kept beside it."""

    name = "Memory"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: list[tuple[str, float, float]] = []  # title, MB of parameters and of grids
        self.setAccessibleName("Memory of each lane")
        self.setMinimumWidth(220)
        manager().changed.connect(self.update)

    def follow(self, states: Sequence[LaneState]) -> None:
        """Show what the lanes occupy."""
        found = [(s.title, s.memory.parameters / 1e6, s.memory.grids / 1e6) for s in states]
        if found != self._found:
            self._found = found
            self.setMinimumHeight(self.sizeHint().height())
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, 30 + LINE * max(1, len(self._found)))

    def can_save(self) -> bool:
        return bool(self._found)

    def table(self) -> list[Row]:
        return [("lane", "parameters in MB", "grids in MB"), *self._found]

    def export_paint(self, painter: QPainter) -> None:
        self._paint(painter, self.width())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter, self.width())

    def _paint(self, painter: QPainter, width: int) -> None:
        theme = manager().theme
        painter.setFont(text(TYPE.small))
        painter.setPen(theme.color("text_faint"))
        painter.drawText(QPointF(SPACE.small, 16), "Memory in MB, grids paler")
        most = max((p + g for _, p, g in self._found), default=1.0) or 1.0
        room = width - 2 * SPACE.small - 56
        for at, (title, parameters, grids) in enumerate(self._found):
            top = 26 + LINE * at
            painter.setFont(text(TYPE.small))
            painter.setPen(theme.color("text"))
            area = QRectF(SPACE.small, top, width - 2 * SPACE.small, 16)
            shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight,
                                                     round(area.width()))  # fmt: skip
            painter.drawText(area, _FLAGS.AlignLeft | _FLAGS.AlignVCenter, shown)
            left, colour = float(SPACE.small), theme.category(at)
            painter.setPen(Qt.PenStyle.NoPen)
            for share, alpha in ((parameters, 1.0), (grids, 0.4)):
                colour.setAlphaF(alpha)
                painter.setBrush(colour)
                painter.drawRect(QRectF(left, top + 19, room * share / most, THICK))
                left += room * share / most
            painter.setPen(theme.color("text_faint"))
            painter.setFont(numbers(TYPE.small))
            said = QRectF(left + 4, top + 17, 52, 16)
            painter.drawText(said, _FLAGS.AlignLeft | _FLAGS.AlignVCenter,
                             f"{parameters + grids:.2f}")  # fmt: skip
