"""Pictures of a stage: one, or two beside a line; the one before where this is not ready yet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from gui.theme import SPACE
from gui.widgets.scene.overlays import chip, enlarged


def paint_pictures(
    painter: QPainter,
    area: QRectF,
    images: Sequence[QImage],
    before: Sequence[QImage],
    ready: float,
    divider: float | None,
) -> None:
    """Pictures that are `ready` to a share of the height, over those `before`."""
    at = area.width() * (1.0 if divider is None else divider)
    fresh = QRectF(0, 0, area.width(), area.height() * ready)
    sides = [QRectF(0, 0, at, area.height()), QRectF(at, 0, area.width() - at, area.height())]
    for shown, within in ((before, area), (images, fresh)):
        for image, side in zip(shown, sides, strict=False):
            painter.save()
            painter.setClipRect(side.intersected(within))
            enlarged(painter, area, image)
            painter.restore()


def paint_divider(painter: QPainter, at: float, height: float, titles: tuple[str, str]) -> None:
    """The line between two pictures, and the word of each at its side."""
    painter.setPen(QPen(QColor(0, 0, 0, 90), 3))
    painter.drawLine(QPointF(at, 0), QPointF(at, height))
    painter.setPen(QPen(QColor(255, 255, 255, 230), 1.4))
    painter.drawLine(QPointF(at, 0), QPointF(at, height))
    painter.setBrush(QColor(255, 255, 255, 235))
    painter.drawEllipse(QPointF(at, height / 2), 5, 5)
    for title, left in zip(titles, (True, False), strict=True):
        if title:
            aside = -SPACE.small if left else SPACE.small
            chip(painter, title, QPointF(at + aside, 10), left)
