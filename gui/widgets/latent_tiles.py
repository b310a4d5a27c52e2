"""Samples as tiles that are picked, dragged from one board to another, and sent by a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QWidget

from gui.fonts import numbers
from gui.theme import SPACE, TYPE, manager
from gui.widgets.pixels import draw_image, to_qimage
from gui.widgets.savable import Row, Savable

if TYPE_CHECKING:
    import numpy as np

    from core.pictures import Images

KIND = "application/x-selfsight-latent"  # of what is dragged; the sample itself stays in here
GAP = 4
CAPTION = 16


@dataclass(frozen=True)
class Kept:
    """A latent, the picture that it made, and where it is from."""

    latent: np.ndarray  # (Z,) float32
    picture: Images  # (H, W, 3)
    name: str


class LatentTiles(Savable):
    """As many in a line as there is room for; `most` 0 takes any number."""

    name = "Samples"
    picked = Signal(object)  # Kept
    sent = Signal(object, int)  # Kept, and the digit that was pressed over it
    dropped = Signal(object)  # Kept, from another board
    removed = Signal(int)  # position: Delete was pressed

    def __init__(self, words: str, side: int = 48, takes: bool = False,
                 captions: bool = False, parent: QWidget | None = None) -> None:  # fmt: skip
        super().__init__(parent)
        self.items: list[Kept] = []
        self.held: Kept | None = None  # what is being dragged away
        self.at = -1
        self.empty = words
        self.side = side
        self.columns = 0  # 0: as many as there is room for
        self._captions = captions
        self._pressed: QPoint | None = None
        self.setAcceptDrops(takes)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(words)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        manager().changed.connect(self.update)

    def show_items(self, items: Sequence[Kept]) -> None:
        """Show these samples in their order."""
        self.items = list(items)
        self.at = min(self.at, len(self.items) - 1)
        self.updateGeometry()
        self.update()

    def current(self) -> Kept | None:
        """The one that is picked, or the one under the mouse."""
        return self.items[self.at] if 0 <= self.at < len(self.items) else None

    # --- geometry ---------------------------------------------------------------------------------

    def _step(self) -> QSize:
        return QSize(self.side + GAP, self.side + GAP + (CAPTION if self._captions else 0))

    def _across(self, width: int) -> int:
        return self.columns or max(1, (width + GAP - 2) // self._step().width())

    def heightForWidth(self, width: int) -> int:
        lines = max(1, -(-len(self.items) // self._across(width)))
        return lines * self._step().height() - GAP + 4

    def sizeHint(self) -> QSize:
        across = self.columns or 4
        return QSize(across * self._step().width() + 4, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        across = self.columns or 1
        return QSize(across * self._step().width() + 4, self._step().height() + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def place(self, at: int) -> QRect:
        """The pixels of a tile's picture."""
        row, column = divmod(at, self._across(self.width()))
        step = self._step()
        return QRect(2 + column * step.width(), 2 + row * step.height(), self.side, self.side)

    def index_at(self, position: QPoint) -> int:
        """The tile there, or -1."""
        return next((i for i in range(len(self.items)) if self.place(i).contains(position)), -1)

    # --- painting ---------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = manager().theme, QPainter(self)
        painter.setFont(numbers(TYPE.caption))
        if self.acceptDrops() or not self.items:
            painter.setPen(QPen(theme.color("border"), 1, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if not self.items:
            painter.setPen(theme.color("text_faint"))
            wrap = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(4, 2, -4, -2), wrap, self.empty)
        for at, kept in enumerate(self.items):
            area = self.place(at)
            draw_image(painter, QRectF(area), to_qimage(kept.picture))
            if self._captions:
                painter.setPen(theme.color("text_secondary"))
                below = QRect(area.left(), area.bottom() + 1, area.width(), CAPTION)
                said = painter.fontMetrics().elidedText(
                    kept.name, Qt.TextElideMode.ElideRight, below.width()
                )
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, said)
            if at == self.at:
                painter.setPen(QPen(theme.color("accent"), 2))
                painter.drawRect(area.adjusted(-1, -1, 0, 0))

    # --- picking ----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.index_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and at >= 0:
            self._pressed = event.position().toPoint()
            self._pick(at)

    def _pick(self, at: int) -> None:
        self.at = at
        self.update()
        self.picked.emit(self.items[at])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        at = self.index_at(position)
        self.setToolTip(self.items[at].name if at >= 0 else "")
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        if (position - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            self._drag()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None

    def _drag(self) -> None:
        self.held = self.current()
        if self.held is None:
            return
        data = QMimeData()
        data.setData(KIND, b"1")
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(QPixmap.fromImage(to_qimage(self.held.picture)).scaledToWidth(self.side))
        drag.exec(Qt.DropAction.CopyAction)
        self.held = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1,
                 Qt.Key.Key_Up: -self._across(self.width()),
                 Qt.Key.Key_Down: self._across(self.width())}  # fmt: skip
        here = self.current()
        if event.key() in steps and self.items:
            self._pick(max(0, min(len(self.items) - 1, self.at + steps[Qt.Key(event.key())])))
        elif event.text().isdecimal() and event.text() and here is not None:
            self.sent.emit(here, int(event.text()))
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and here is not None:
            self.removed.emit(self.at)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.items and self.at < 0:
            self.at = 0
        self.update()

    # --- dropping ---------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(KIND) and event.source() is not self:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        kept = getattr(event.source(), "held", None)
        if kept is not None:
            event.acceptProposedAction()
            self.dropped.emit(kept)

    # --- saving -----------------------------------------------------------------------------------

    def can_save(self) -> bool:
        return bool(self.items)

    def table(self) -> list[Row]:
        size = len(self.items[0].latent) if self.items else 0
        head: Row = ("sample", *(f"z{n}" for n in range(1, size + 1)))
        return [head, *((kept.name, *kept.latent.tolist()) for kept in self.items)]


def row_of(*parts: QWidget, gap: int = SPACE.tight) -> QWidget:
    """Widgets in one line that stay together."""
    made = QWidget()
    line = QHBoxLayout(made)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(gap)
    for part in parts:
        line.addWidget(part)
    return made
