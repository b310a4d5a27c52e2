"""The picture on a method's card: `assets/methods/<id>.png` or `.svg`, or a drawn pattern.

A pattern is the same whenever it is drawn: its motif, colours and details come from a checksum of
the id.
"""

from __future__ import annotations

import math
import zlib
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import manager
from gui.tokens import RADIUS_LARGE

Rng = np.random.Generator
_PAIRS = ((0, 2), (6, 3), (1, 5), (4, 0), (2, 7), (3, 1), (6, 4))  # hues that go together


class Thumbnail(QWidget):
    """Fills its width, `height` pixels high, rounded at the corners it is told to round."""

    def __init__(self, id: str, picture: Path | None = None, height: int = 132,
                 round_left: bool = False, parent: QWidget | None = None) -> None:  # fmt: skip
        super().__init__(parent)
        self._id, self._picture, self._round_left = id, picture, round_left
        self._drawn: tuple[object, QPixmap] | None = None
        self.setMinimumHeight(height)
        vertical = QSizePolicy.Policy.Expanding if round_left else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        manager().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(240, self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        key = (manager().theme.name, self.size(), ratio)
        if self._drawn is None or self._drawn[0] != key:
            self._drawn = (key, self._draw(ratio))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipPath(self._outline())
        painter.drawPixmap(0, 0, self._drawn[1])

    def _draw(self, ratio: float) -> QPixmap:
        made = QPixmap(self.size() * ratio)
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect())
        seed = zlib.crc32(self._id.encode())
        first, second = (manager().theme.category(i) for i in _PAIRS[seed % len(_PAIRS)])
        _ground(painter, area, first, second)
        if self._picture is None:
            rng = np.random.default_rng(seed)
            MOTIFS[seed // 7 % len(MOTIFS)](painter, area, first, second, rng)
        elif self._picture.suffix == ".svg":
            _draw_svg(painter, area, self._picture)
        else:
            _draw_pixels(painter, area, self._picture)
        painter.end()
        return made

    def _outline(self) -> QPainterPath:
        """Rounded at the top, or at the left, square where the card goes on."""
        area, r = QRectF(self.rect()), RADIUS_LARGE - 1
        path = QPainterPath()
        if self._round_left:
            path.addRoundedRect(area.adjusted(0, 0, r, 0), r, r)
        else:
            path.addRoundedRect(area.adjusted(0, 0, 0, r), r, r)
        return path


def picture_of(folder: Path, id: str) -> Path | None:
    """The picture that lies beside a note, if there is one."""
    found = (folder / f"{id}{suffix}" for suffix in (".svg", ".png"))
    return next((path for path in found if path.is_file()), None)


def _ground(painter: QPainter, area: QRectF, first: QColor, second: QColor) -> None:
    strength = 0.20 if manager().theme.dark else 0.13
    slope = QLinearGradient(area.topLeft(), area.bottomRight())
    slope.setColorAt(0.0, _faint(first, strength))
    slope.setColorAt(1.0, _faint(second, strength * 0.6))
    painter.fillRect(area, manager().theme.color("panel"))
    painter.fillRect(area, slope)


def _draw_svg(painter: QPainter, area: QRectF, file: Path) -> None:
    renderer = QSvgRenderer(str(file))
    size = renderer.defaultSize()
    if size.isEmpty():
        return
    scale = min(area.width() / size.width(), area.height() / size.height()) * 0.86
    width, height = size.width() * scale, size.height() * scale
    renderer.render(painter, QRectF((area.width() - width) / 2, (area.height() - height) / 2,
                                    width, height))  # fmt: skip


def _draw_pixels(painter: QPainter, area: QRectF, file: Path) -> None:
    pixels = QPixmap(str(file))
    if pixels.isNull():
        return
    scale = max(area.width() / pixels.width(), area.height() / pixels.height())
    width, height = pixels.width() * scale, pixels.height() * scale
    painter.drawPixmap(QRectF((area.width() - width) / 2, (area.height() - height) / 2,
                              width, height), pixels, QRectF(pixels.rect()))  # fmt: skip


def _faint(colour: QColor, alpha: float) -> QColor:
    made = QColor(colour)
    made.setAlphaF(alpha)
    return made


def _clusters(painter: QPainter, area: QRectF, first: QColor, second: QColor, rng: Rng) -> None:
    """Clouds of points that have found their places."""
    painter.setPen(Qt.PenStyle.NoPen)
    for group, colour in enumerate((first, second, first, second, first)):
        middle = QPointF(area.width() * (0.14 + 0.18 * group),
                         area.height() * rng.uniform(0.28, 0.72))  # fmt: skip
        painter.setBrush(_faint(colour, 0.45 + 0.1 * (group % 3)))
        for dx, dy in rng.normal(0, area.height() * 0.11, (26, 2)):
            painter.drawEllipse(middle + QPointF(dx, dy), 3.2, 3.2)


def _tiles(painter: QPainter, area: QRectF, first: QColor, second: QColor, rng: Rng) -> None:
    """A grid of squares, each turned by its own angle."""
    side = area.height() / 4.2
    columns = int(area.width() / (side * 1.25)) + 2
    for column in range(columns):
        for row in range(4):
            painter.save()
            painter.translate((column + 0.2) * side * 1.25, (row + 0.15) * side * 1.25)
            painter.rotate(90.0 * column / columns + rng.normal(0, 4))
            painter.setPen(Qt.PenStyle.NoPen)
            colour = first if rng.random() < 0.6 else second
            painter.setBrush(_faint(colour, rng.choice((0.18, 0.35, 0.6, 0.85))))
            painter.drawRoundedRect(QRectF(-side * 0.4, -side * 0.4, side * 0.8, side * 0.8), 3, 3)
            painter.restore()


def _waves(painter: QPainter, area: QRectF, first: QColor, second: QColor, rng: Rng) -> None:
    """Lines that come together from noise on one side to a wave on the other."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    xs = np.linspace(0, 1, 80)
    for line in range(11):
        phase, spread = rng.uniform(0, 2 * math.pi), (line - 5) / 5
        wander = np.interp(xs, np.linspace(0, 1, 9), rng.normal(0, 0.14, 9)) * (1 - xs) ** 1.5
        ys = 0.5 + 0.16 * np.sin(5 * xs + 0.5 * phase * (1 - xs)) + wander + 0.3 * spread * (1 - xs)
        path = QPainterPath(QPointF(0, ys[0] * area.height()))
        for x, y in zip(xs[1:], ys[1:], strict=True):
            path.lineTo(x * area.width(), y * area.height())
        painter.setPen(QPen(_faint(first if line % 2 else second, 0.55), 1.8))
        painter.drawPath(path)


def _rings(painter: QPainter, area: QRectF, first: QColor, second: QColor, rng: Rng) -> None:
    """Circles around two centres that meet."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    lift = rng.uniform(0.35, 0.65)
    for at, colour in ((0.34, first), (0.66, second)):
        centre = QPointF(area.width() * at, area.height() * (lift if colour is first else 1 - lift))
        for ring in range(1, 9):
            painter.setPen(QPen(_faint(colour, 0.95 - 0.1 * ring), 2.0))
            radius = ring * area.height() * 0.085
            painter.drawEllipse(centre, radius, radius)


def _bars(painter: QPainter, area: QRectF, first: QColor, second: QColor, rng: Rng) -> None:
    """Guesses that sharpen from left to right."""
    painter.setPen(Qt.PenStyle.NoPen)
    groups, step = 6, area.width() / 6.4
    for group in range(groups):
        heights = rng.dirichlet(np.full(4, 3.0 / (1 + group**1.6)))
        for bar, height in enumerate(heights):
            high = area.height() * (0.08 + 0.62 * height)
            colour = first if height == heights.max() else second
            painter.setBrush(_faint(colour, 0.85 if colour is first else 0.35))
            left = area.width() * 0.06 + group * step + bar * step * 0.19
            painter.drawRoundedRect(
                QRectF(left, area.height() * 0.85 - high, step * 0.14, high), 2, 2
            )


MOTIFS = (_clusters, _tiles, _waves, _rings, _bars)
