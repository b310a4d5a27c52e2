"""What the method answered: each picture with a bar an option, the truth and the verdict marked."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QLabel, QWidget

from core.pictures import Guess
from gui.fonts import numbers, text
from gui.theme import SPACE, TYPE, manager
from gui.views.base import Row, TileView
from gui.widgets.pixels import draw_image, to_qimage
from gui.widgets.tiles import Tiles

_LINE = 16  # height of one bar with its words
_MOST = 6  # bars a picture
_FLAGS = Qt.AlignmentFlag


class _Guesses(Tiles):
    """The tiles: a card with the picture above its bars."""

    gap = 10

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = Guess(
            "", np.zeros((0, 1, 1, 3), np.uint8), (), np.zeros((0, 0)), np.zeros(0, int)
        )

    @property
    def bars(self) -> int:
        return min(len(self.picture.options), _MOST)

    def tile_size(self, width: int) -> QSize:
        height, image_width = self.picture.shown.shape[1:3]
        wanted = (width + self.gap) // self._columns - self.gap if self._columns else 128
        wide = max(104, min(176, wanted))
        side = self._side(wide)
        tall = max(1, round(side * height / image_width))
        return QSize(wide, tall + 3 * SPACE.small + self.bars * _LINE)

    def _side(self, wide: int) -> int:
        """Width of the picture inside a card: whole multiples of its pixels where it is small."""
        side, own = wide - 2 * SPACE.small, self.picture.shown.shape[2]
        return side // own * own if side >= own else side

    def paint_tile(self, painter: QPainter, index: int, area: QRect) -> None:
        theme = manager().theme
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        height, width = self.picture.shown.shape[1:3]
        side = self._side(area.width())
        tall = max(1, round(side * height / width))
        left = area.left() + (area.width() - side) / 2
        place = QRectF(left, area.top() + SPACE.small, side, tall)
        draw_image(painter, place, to_qimage(self.picture.shown[index]))
        chances, truth = self.picture.probabilities[index], int(self.picture.truth[index])
        if not self.bars:
            return
        answer = int(np.argmax(chances))
        self._paint_verdict(painter, place.topRight() + QPointF(-9, 9), answer == truth, truth >= 0)
        top = area.top() + 2 * SPACE.small + tall
        for line, option in enumerate(self._options(chances, truth)):
            room = QRect(area.left() + SPACE.small, top + line * _LINE, area.width() - 16, _LINE)
            self._paint_bar(painter, room, option, float(chances[option]), truth, answer)

    def _options(self, chances: np.ndarray, truth: int) -> list[int]:
        """Which options are shown: all, or the likeliest and always the truth."""
        if len(self.picture.options) <= _MOST:
            return list(range(len(self.picture.options)))
        best = np.argsort(-chances, kind="stable")[:_MOST].tolist()
        if truth >= 0 and truth not in best:
            best[-1] = truth
        return best

    def _paint_bar(
        self, painter: QPainter, room: QRect, option: int, chance: float, truth: int, answer: int
    ) -> None:
        theme, metrics = manager().theme, QFontMetrics(numbers(TYPE.caption))
        names = self.picture.options
        words = min(max(metrics.horizontalAdvance(n) for n in names) + 12, room.width() // 2)
        percent = metrics.horizontalAdvance("100%") + 2
        name = QRect(room.left() + 8, room.top(), words - 8, room.height())
        painter.setFont(numbers(TYPE.caption))
        painter.setPen(theme.color("text" if option in (truth, answer) else "text_faint"))
        shown = metrics.elidedText(names[option], Qt.TextElideMode.ElideRight, name.width())
        painter.drawText(name, _FLAGS.AlignLeft | _FLAGS.AlignVCenter, shown)
        if option == truth:  # an arrow head says which option is true
            y = room.center().y() + 1
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("text"))
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(room.left(), y - 4),
                        QPointF(room.left() + 5, y),
                        QPointF(room.left(), y + 4),
                    ]
                )
            )
        bar = QRectF(
            room.left() + words, room.top() + 4, room.width() - words - percent, room.height() - 8
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("hover"))
        painter.drawRoundedRect(bar, 2, 2)
        if math.isfinite(chance):
            share = min(max(chance, 0.0), 1.0)
            painter.setBrush(self._ink(option, truth, answer))
            painter.drawRoundedRect(
                QRectF(bar.x(), bar.y(), bar.width() * share, bar.height()), 2, 2
            )
            painter.setPen(theme.color("text" if option == answer else "text_faint"))
            painter.drawText(room, _FLAGS.AlignRight | _FLAGS.AlignVCenter, f"{share * 100:.0f}%")

    def _ink(self, option: int, truth: int, answer: int) -> QColor:
        theme = manager().theme
        if option != answer:
            return theme.color("border_strong")
        if truth < 0:
            return theme.color("accent")
        return theme.color("success" if answer == truth else "danger")

    def _paint_verdict(self, painter: QPainter, at: QPointF, right: bool, known: bool) -> None:
        """A tick or a cross on a disc, so that the verdict is a shape and not only a colour."""
        if not known:
            return
        theme = manager().theme
        painter.setPen(QPen(theme.color("raised"), 2))
        painter.setBrush(theme.color("success" if right else "danger"))
        painter.drawEllipse(at, 9, 9)
        pen = QPen(theme.color("raised"), 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        x, y = at.x(), at.y()
        if right:
            painter.drawPolyline([QPointF(x - 4, y), QPointF(x - 1, y + 3), QPointF(x + 4, y - 3)])
        else:
            painter.drawLine(QPointF(x - 3, y - 3), QPointF(x + 3, y + 3))
            painter.drawLine(QPointF(x - 3, y + 3), QPointF(x + 3, y - 3))


class GuessView(TileView):
    """Shows a Guess: the question and the score above, a card a picture below."""

    name = "Answers"

    def __init__(self, parent: QWidget | None = None) -> None:
        self._guesses = _Guesses()
        super().__init__(self._guesses, parent)
        self._question = QLabel()
        self._question.setWordWrap(True)
        self._question.setFont(text(TYPE.body))
        self._question.setContentsMargins(SPACE.medium, SPACE.medium, SPACE.medium, 0)
        self.column.insertWidget(0, self._question)
        self._guesses.picked.connect(self.picked)
        self._guesses.hovered.connect(self.hovered)

    def show_picture(self, picture: Guess) -> None:
        if not len(picture.shown):
            self.clear("There is nothing to guess about yet.")
            return
        self._guesses.picture = picture
        self._guesses.set_tiles(len(picture.shown), picture.columns)
        self._question.setText(self.summary())
        self.ready()

    def summary(self) -> str:
        """The question, and how many of the answers with a known truth are right."""
        picture = self._guesses.picture
        known = picture.truth >= 0
        if not known.any() or not len(picture.options):
            return picture.question
        right = int((picture.probabilities.argmax(axis=1)[known] == picture.truth[known]).sum())
        return f"{picture.question}  ·  {right} of {int(known.sum())} right"

    def table(self) -> list[Row]:
        picture = self._guesses.picture
        rows: list[Row] = [("picture", "truth", "answer", *picture.options)]
        for index, chances in enumerate(picture.probabilities):
            truth = int(picture.truth[index])
            answer = picture.options[int(chances.argmax())] if len(chances) else ""
            said = picture.options[truth] if 0 <= truth < len(picture.options) else ""
            rows.append((index, said, answer, *chances.tolist()))
        return rows
