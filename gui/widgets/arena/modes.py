"""The modes of the data as a row of chips: which of them the generator makes, and how often."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from gui.theme import manager

LEAST = 0.2  # of its fair share, from which a mode counts as covered
GAP = 3.0
LARGEST = 14.0


class ModeChips(QWidget):
    """A disc a mode, filled as far as its share of the samples; a ring where there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: Sequence[float] = ()
        self.setFixedHeight(18)
        manager().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(200, 18)

    def show_shares(self, shares: Sequence[float]) -> None:
        """Share of each mode, 1 where it gets as many samples as it should."""
        self._shares = shares
        covered = sum(share >= LEAST for share in shares)
        self.setAccessibleName(f"{covered} of {len(shares)} modes are covered")
        self.setVisible(len(shares) > 0)
        self.update()

    def _size(self) -> float:
        return min(LARGEST, (self.width() - 2) / max(1, len(self._shares)) - GAP)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter = manager().theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = self._size()
        for i, share in enumerate(self._shares):
            disc = QRectF(1 + i * (size + GAP), (self.height() - size) / 2, size, size)
            good = share >= LEAST
            painter.setPen(QPen(theme.color("success" if good else "border_strong"), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(disc)
            radius = size / 2 * min(1.0, share) ** 0.5
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("success" if good else "danger"))
            painter.drawEllipse(disc.center(), radius, radius)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = self.mode_at(QPointF(event.pos()))
            text = "" if at is None else f"Mode {at + 1}: {self._shares[at]:.0%} of its fair share"
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def mode_at(self, at: QPointF) -> int | None:
        """The mode of the chip under a point of the widget."""
        found = int((at.x() - 1) // (self._size() + GAP))
        return found if 0 <= found < len(self._shares) else None
