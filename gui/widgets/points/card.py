"""The card beside a point under the mouse: its picture and a few words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from gui.fonts import numbers
from gui.theme import RADIUS, SPACE, TYPE, manager
from gui.widgets.pixels import draw_image, fitted

_SIDE = 112  # of the picture, logical pixels
_LINE = 17
_EDGE = 6.0  # kept free at the edges of the widget


def paint_card(
    painter: QPainter,
    within: QRect,
    at: QPointF,
    away: float,
    image: QImage | None,
    lines: Sequence[str],
) -> None:
    """Paint it `away` pixels beside `at`, on the side where there is room, inside `within`."""
    theme = manager().theme
    painter.setFont(numbers(TYPE.small))
    words = max(painter.fontMetrics().horizontalAdvance(line) for line in lines)
    side = _SIDE if image is not None else 0
    height = side + (SPACE.small if side else 0) + _LINE * len(lines) + 14
    card = QRectF(0, 0, max(side, words) + 2 * SPACE.small, height)
    card.moveTopLeft(at + QPointF(away, -height / 2))
    if card.right() > within.right() - _EDGE:
        card.moveRight(at.x() - away)
    card.moveLeft(max(_EDGE, card.left()))
    card.moveTop(max(_EDGE, min(card.top(), within.height() - height - _EDGE)))
    painter.setPen(QPen(theme.color("border_strong"), 1))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(card, RADIUS, RADIUS)
    inner = card.adjusted(SPACE.small, SPACE.small, -SPACE.small, -7)
    if image is not None:
        area = QRectF(inner.left(), inner.top(), inner.width(), side)
        draw_image(painter, fitted(image, area), image)
    for number, line in enumerate(lines):
        painter.setPen(theme.color("text_secondary" if number else "text"))
        top = inner.bottom() - _LINE * (len(lines) - number)
        room = QRectF(inner.left(), top, inner.width(), _LINE)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, line)
