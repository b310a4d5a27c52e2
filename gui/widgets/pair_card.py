"""Two pictures side by side, large, with a number that says how alike they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.fonts import numbers, text
from gui.theme import SPACE, TYPE, manager
from gui.widgets.pixels import draw_image, fitted, to_qimage

_LINE = 18
_WORDS = 130  # width of the words where they stand beside the pictures
_SMALLEST, _LARGEST = 40, 320  # pixels of a picture's longer side
_FLAGS = Qt.AlignmentFlag


@dataclass(frozen=True)
class Pair:
    """What the card shows."""

    first: np.ndarray  # (H, W, 3) uint8
    second: np.ndarray
    names: tuple[str, str]
    value: str  # "cosine 0.87"
    kind: str = ""  # what sort of pair it is, in words


class PairCard(QWidget):
    """Painted: as large as there is room, the second picture beside the first or under it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pair: Pair | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMinimumSize(132, 150)
        self.setAccessibleName("Chosen pair")
        manager().changed.connect(self.update)

    def show_pair(self, pair: Pair | None) -> None:
        """Show a pair, or (None) nothing."""
        self.pair = pair
        said = f"{', '.join(pair.names)}, {pair.value}. {pair.kind}" if pair else ""
        self.setAccessibleDescription(said)
        self.update()

    def _kind_height(self, width: float) -> int:
        assert self.pair is not None
        metrics = QFontMetrics(text(TYPE.small))
        room = QRectF(0, 0, max(40.0, width), 1000).toRect()
        return metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, self.pair.kind).height()

    def places(self) -> tuple[QRectF, QRectF, QRectF]:
        """Where the two pictures and the words lie, so that the pictures are as large as can be:
        all three in a row, the words below two in a row, or all three in a column.
        """
        room = QRectF(self.rect()).adjusted(SPACE.medium, SPACE.small, -SPACE.medium, -SPACE.small)
        gap, wide, tall = SPACE.small, room.width(), room.height()
        foot = _LINE + 2 + self._kind_height(wide) + gap
        sides = {
            "row": min((wide - _WORDS - 2 * gap) / 2, tall - _LINE),
            "below": min((wide - gap) / 2, tall - _LINE - foot),
            "column": min(wide, (tall - foot - gap) / 2 - _LINE),
        }
        best = max(sides, key=sides.__getitem__)
        side = min(max(sides[best], _SMALLEST), _LARGEST)
        first = QRectF(room.left(), room.top(), side, side)
        step = (0.0, side + _LINE + gap) if best == "column" else (side + gap, 0.0)
        second = first.translated(*step)
        if best == "row":
            left = second.right() + 2 * gap
            return first, second, QRectF(left, room.top(), room.right() - left, tall)
        top = second.bottom() + _LINE + gap
        return first, second, QRectF(room.left(), top, wide, max(foot, room.bottom() - top))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = manager().theme
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.color("panel"))
        if self.pair is None:
            return
        pair, (*places, words) = self.pair, self.places()
        painter.setFont(numbers(TYPE.caption))
        for pixels, name, place in zip((pair.first, pair.second), pair.names, places):
            image = to_qimage(pixels)
            area = fitted(image, place)
            draw_image(painter, area, image)
            painter.setPen(theme.color("text_secondary"))
            line = QRectF(place.left(), area.bottom() + 2, place.width(), _LINE)
            painter.drawText(line, _FLAGS.AlignLeft | _FLAGS.AlignVCenter, name)
        painter.setFont(numbers(TYPE.body))
        painter.setPen(theme.color("text"))
        painter.drawText(words, _FLAGS.AlignLeft | _FLAGS.AlignTop, pair.value)
        painter.setFont(text(TYPE.small))
        painter.setPen(theme.color("text_secondary"))
        painter.drawText(words.adjusted(0, _LINE + 2, 0, 4), Qt.TextFlag.TextWordWrap, pair.kind)

    def sizeHint(self) -> QSize:
        return QSize(190, 260)
