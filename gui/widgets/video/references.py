"""Where a pixel looks: the reference frames with their share of its attention as heat."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from core.colours import colour_map
from gui.fonts import numbers, text
from gui.theme import SPACE, TYPE, manager
from gui.widgets.pixels import draw_image, enlarge, to_qimage
from gui.widgets.savable import Row, Savable
from gui.widgets.video.painting import paint_cross

Heat = NDArray[np.float32]  # (h, w)
LINE, CHIPS, HEAD = 18, 56, 44  # heights
LEAST = 110.0  # of a thumbnail alone in its row; smaller ones lie two in a row
HINT = "Point at a pixel of the frame: here one sees which pixels it copies from."


def over(frame: NDArray[np.uint8], heat: Heat, strongest: float) -> NDArray[np.uint8]:
    """A frame (H, W, 3), greyed, with heat (h, w) in 0..strongest laid over it."""
    high, wide = frame.shape[:2]
    share = enlarge(heat / max(strongest, 1e-12), high, wide)[..., None] ** 0.6
    light = (frame @ np.array([0.299, 0.587, 0.114]))[..., None]
    colours = colour_map("magma")[(share[..., 0] * 255).astype(np.uint8)].astype(np.float32)
    return (light * 0.75 * (1 - share) + colours * share).clip(0, 255).astype(np.uint8)


class References(Savable):
    """One thumbnail a reference frame, the strongest pixel with a cross; then both colours."""

    wanted = Signal(int)  # a reference was clicked: go there

    name = "Attention"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.frames: NDArray[np.uint8] | None = None
        self.heat: Mapping[int, Heat] = {}
        self.asked: tuple[int, int, int] | None = None  # frame, row, column
        self.copied: tuple[int, int, int] | None = None  # RGB
        self.true: tuple[int, int, int] | None = None
        self.setFixedWidth(176)
        self.setAccessibleName("Attention over the reference frames")
        manager().changed.connect(self.update)

    def clear(self) -> None:
        """No pixel is pointed at."""
        self.heat, self.asked = {}, None
        self.update()

    def show_heat(
        self, frames: NDArray[np.uint8], heat: Mapping[int, Heat], asked: tuple[int, int, int]
    ) -> None:
        """Attention (h, w) of a pixel over each reference frame; all of it sums to one."""
        self.frames, self.heat, self.asked = frames, dict(sorted(heat.items())), asked
        frame, row, column = asked
        red, green, blue = (int(c) for c in frames[frame, row, column])
        self.true = (red, green, blue)
        self.copied = self._mixed()
        self.update()

    def _mixed(self) -> tuple[int, int, int]:
        """The references' colours weighed by the attention: y = sum of A c."""
        assert self.frames is not None
        total, weight = np.zeros(3), 0.0
        for frame, heat in self.heat.items():
            small = shrunk(self.frames[frame], heat.shape)
            total += np.tensordot(heat, small, axes=((0, 1), (0, 1)))
            weight += float(heat.sum())
        red, green, blue = (int(c) for c in (total / max(weight, 1e-12)).clip(0, 255))
        return red, green, blue

    # --- places -----------------------------------------------------------------------------------

    def places(self) -> dict[int, QRectF]:
        """Where each reference frame lies; as many as fit, the strongest ones."""
        if self.frames is None or not self.heat:
            return {}
        ratio = self.frames.shape[1] / self.frames.shape[2]
        room = self.height() - HEAD - CHIPS
        for columns in (1, 2):
            across = (self.width() - (columns - 1) * SPACE.small) / columns
            rows = -(-len(self.heat) // columns)
            tall = min(across * ratio, room / rows - LINE)
            if tall >= min(LEAST, across * ratio) or columns == 2:
                break
        tall = max(tall, 24.0)
        fitting = max(1, int(room / (tall + LINE))) * columns
        strongest = sorted(self.heat, key=lambda f: -float(self.heat[f].sum()))[:fitting]
        return {
            frame: QRectF(
                (at % columns) * (across + SPACE.small),
                HEAD + (at // columns) * (tall + LINE) + LINE - 2,
                tall / ratio,
                tall,
            )
            for at, frame in enumerate(sorted(strongest))
        }

    def sizeHint(self) -> QSize:
        return QSize(176, 420)

    # --- painting ---------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = manager().theme
        painter.setFont(text(TYPE.body))
        painter.setPen(theme.color("text"))
        painter.drawText(QRectF(0, 0, self.width(), 20), "Where it looks")
        painter.setFont(text(TYPE.small))
        painter.setPen(theme.color("text_secondary"))
        if self.asked is None or self.frames is None:
            box = QRectF(0, 24, self.width(), 80)
            painter.drawText(box, Qt.TextFlag.TextWordWrap, HINT)
            return
        frame, row, column = self.asked
        painter.drawText(QRectF(0, 20, self.width(), 18), f"x {column}, y {row}, frame {frame + 1}")
        strongest = max(float(heat.max()) for heat in self.heat.values())
        places = self.places()
        for at, box in places.items():
            self._paint_one(painter, at, box, strongest)
        bottom = max((box.bottom() for box in places.values()), default=60.0)
        self._paint_chips(painter, bottom + SPACE.small)

    def _paint_one(self, painter: QPainter, frame: int, box: QRectF, strongest: float) -> None:
        assert self.frames is not None
        theme, heat = manager().theme, self.heat[frame]
        painter.setFont(numbers(TYPE.caption))
        painter.setPen(theme.color("text_secondary"))
        words = f"Frame {frame + 1}: {100 * float(heat.sum()):.0f} %"
        painter.drawText(QRectF(box.x(), box.y() - LINE + 2, 120, LINE), words)
        step = max(1, self.frames.shape[2] // 240)
        draw_image(
            painter, box, to_qimage(over(self.frames[frame, ::step, ::step], heat, strongest))
        )
        row, column = np.unravel_index(int(heat.argmax()), heat.shape)
        at = QPointF(
            box.x() + (column + 0.5) / heat.shape[1] * box.width(),
            box.y() + (row + 0.5) / heat.shape[0] * box.height(),
        )
        if float(heat.max()) >= 0.5 * strongest:
            paint_cross(painter, at)

    def _paint_chips(self, painter: QPainter, top: float) -> None:
        theme = manager().theme
        painter.setFont(text(TYPE.caption))
        for at, (word, colour) in enumerate((("Copied", self.copied), ("True", self.true))):
            if colour is None:
                continue
            box = QRectF(at * 76, top, 68, 24)
            painter.setPen(QPen(theme.color("border_strong"), 1))
            painter.setBrush(QColor(*colour))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(theme.color("text_secondary"))
            painter.drawText(QRectF(box.x(), box.bottom() + 2, 68, 16), word)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for frame, box in self.places().items():
            if box.contains(event.position()):
                self.wanted.emit(frame)

    def can_save(self) -> bool:
        return self.asked is not None

    def table(self) -> list[Row]:
        rows: list[Row] = [("frame", "row", "column", "attention")]
        for frame, heat in self.heat.items():
            rows += [
                (frame + 1, int(r), int(c), float(heat[r, c])) for r, c in np.argwhere(heat > 0)
            ]
        return rows


def shrunk(frame: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """A frame (H, W, 3) averaged to (h, w, 3)."""
    edges = [
        np.linspace(0, side, cells + 1).astype(int)[:-1]
        for side, cells in zip(frame.shape[:2], shape)
    ]
    sums = np.add.reduceat(np.add.reduceat(frame.astype(np.float32), edges[0], 0), edges[1], 1)
    counts = [np.diff([*edge, side]) for edge, side in zip(edges, frame.shape[:2])]
    return sums / (counts[0][:, None, None] * counts[1][None, :, None])
