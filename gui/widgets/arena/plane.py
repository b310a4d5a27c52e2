"""A game in the plane: the discriminator's surface, real points, samples, and where they tend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.colours import diverging_map
from gui.theme import RADIUS, manager
from gui.widgets.pixels import to_qimage
from gui.widgets.savable import Row, Savable

if TYPE_CHECKING:
    from core.arena.look import Frame, GameLook

LAYERS = ("surface", "real", "samples", "arrows", "warp")
REAL_SHOWN = 1200  # points; more hide what lies below them
ARROW = 0.07  # of the plane's side, the longest arrow
STEPS = 20  # colours of the surface: its levels are seen as lines


class PlaneView(Savable):
    """Square; what is drawn of a game is chosen by `layers`."""

    pointed = Signal(object)  # (x, y) of the data under the mouse, None when it leaves
    name = "Game in the plane"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers = set(LAYERS) - {"warp"}
        self._look: GameLook | None = None
        self._frame: Frame | None = None
        self._real = np.empty((0, 2))
        self.setMinimumSize(150, 150)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        manager().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(360, 360)

    def set_data(self, frame: Frame, real: np.ndarray) -> None:
        """What is learned: the part of the plane, and points of it (N, 2)."""
        self._frame, self._real = frame, real[:REAL_SHOWN]
        self.update()

    def show_look(self, look: GameLook | None) -> None:
        """Another state of the game."""
        self._look = look
        self.update()

    def show_layer(self, name: str, on: bool) -> None:
        """Draw one of `LAYERS`, or not."""
        (self.layers.add if on else self.layers.discard)(name)
        self.update()

    # --- saving -----------------------------------------------------------------------------------

    def can_save(self) -> bool:
        return self._look is not None

    def table(self) -> list[Row]:
        rows: list[Row] = [("what", "x", "y")]
        rows += [("real", float(x), float(y)) for x, y in self._real]
        if self._look is not None:
            rows += [("generated", float(x), float(y)) for x, y in self._look.samples]
        return rows

    # --- painting ---------------------------------------------------------------------------------

    def square(self) -> QRectF:
        """Where the plane is drawn."""
        side = min(self.width(), self.height())
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def _to_widget(self, places: np.ndarray) -> np.ndarray:
        """Places of the data (..., 2) in the widget; y grows upwards."""
        assert self._frame is not None
        low, high, square = np.array(self._frame.low), np.array(self._frame.high), self.square()
        share = (places - low) / (high - low)
        return np.stack(
            [
                square.left() + share[..., 0] * square.width(),
                square.bottom() - share[..., 1] * square.height(),
            ],
            axis=-1,
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter = manager().theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        square = self.square()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("plot_background"))
        painter.drawRoundedRect(square, RADIUS, RADIUS)
        if self._frame is None:
            return
        painter.setClipRect(square)
        look = self._look
        if look is not None and "surface" in self.layers:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(square, to_qimage(surface_colours(look.surface, look.middle)))
        if "real" in self.layers:
            self._dots(painter, self._real, "text_faint", 0.75, 2.4)
        if look is None:
            return
        if "warp" in self.layers and look.warp is not None:
            self._warp(painter, look.warp)
        if "samples" in self.layers:
            self._dots(painter, look.samples, "text", 0.8, 3.0)
        if "arrows" in self.layers:
            self._arrows(painter, look.arrows)

    def _dots(
        self, painter: QPainter, places: np.ndarray, token: str, alpha: float, width: float
    ) -> None:
        pen = QPen(manager().theme.color(token, alpha), width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in self._to_widget(places)]))

    def _warp(self, painter: QPainter, warp: np.ndarray) -> None:
        """The latent plane's grid as the generator lays it: where it folds, samples crowd."""
        painter.setPen(QPen(manager().theme.color("accent", 0.7), 1.0))
        laid = self._to_widget(warp)
        for lines in (laid, laid.swapaxes(0, 1)):
            for line in lines:
                painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in line]))

    def _arrows(self, painter: QPainter, arrows: np.ndarray) -> None:
        """From each sample the way up the discriminator's score, the steepest `ARROW` long."""
        slope = arrows[:, 2:]
        steepest = float(np.quantile(np.hypot(*slope.T), 0.95)) if len(slope) else 0.0
        if steepest <= 0:
            return
        start = self._to_widget(arrows[:, :2])
        tip = slope / steepest * ARROW * self.square().width()
        lengths = np.maximum(np.hypot(*tip.T), 1e-9)
        tip *= np.minimum(1.0, 1.4 * ARROW * self.square().width() / lengths)[:, None]
        end = start + tip * (1, -1)
        painter.setPen(QPen(manager().theme.color("warning", 0.9), 1.2))
        painter.drawLines([QLineF(*a, *b) for a, b in zip(start, end)])

    # --- the mouse --------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed.emit(self.place(event.position()))

    def leaveEvent(self, event: object) -> None:
        self.pointed.emit(None)

    def place(self, at: QPointF) -> tuple[float, float] | None:
        """The place of the data at a point of the widget; None beside the plane."""
        square = self.square()
        if self._frame is None or not square.contains(at):
            return None
        low, high = self._frame.low, self._frame.high
        x = (at.x() - square.left()) / square.width()
        y = (square.bottom() - at.y()) / square.height()
        return low[0] + x * (high[0] - low[0]), low[1] + y * (high[1] - low[1])

    def score_at(self, place: tuple[float, float]) -> float | None:
        """The discriminator's score at a place of the data."""
        if self._look is None or self._frame is None:
            return None
        low, high, side = self._frame.low, self._frame.high, len(self._look.surface)
        column = int((place[0] - low[0]) / (high[0] - low[0]) * (side - 1) + 0.5)
        row = int((place[1] - low[1]) / (high[1] - low[1]) * (side - 1) + 0.5)
        return float(self._look.surface[min(max(row, 0), side - 1), min(max(column, 0), side - 1)])


def surface_colours(surface: np.ndarray, middle: float) -> np.ndarray:
    """Scores (S, S), low y first, as colours (S, S, 3), high y first: in levels, pale at `middle`.

    Half strength, so that points can be seen upon it.
    """
    theme = manager().theme
    away = surface - middle
    reach = max(float(np.quantile(np.abs(away), 0.9)), 1e-9)
    level = np.clip(away / reach, -1, 1) * 0.5 + 0.5
    level = (np.floor(level * STEPS) + 0.5).clip(0.5, STEPS - 0.5) / STEPS
    table = diverging_map(theme.dark).astype(np.float32)
    ground = np.array(theme.color("plot_background").getRgb()[:3], np.float32)
    colours = table[np.rint(level * 255).astype(int)]
    strength = 0.55 if theme.dark else 0.5
    mixed = ground + (colours - ground) * strength
    return np.ascontiguousarray(mixed[::-1]).astype(np.uint8)
