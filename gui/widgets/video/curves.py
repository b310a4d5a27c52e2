"""J and F of each frame where the truth is known, along the film; a click goes to the frame."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from gui.fonts import numbers, text
from gui.theme import SPACE, TYPE, manager
from gui.widgets.savable import Row, Savable
from gui.widgets.video.frames_line import FramesLine
from gui.widgets.video.layers import colour_of
from gui.widgets.video.timeline import GUTTER

LOST = 0.3  # J below which an object counts as lost
TOP, BOTTOM = 8.0, 6.0


@dataclass(frozen=True)
class ScoreLine:
    """One object followed by one network: J and F by frame, both 0..1."""

    object: int
    region: Mapping[int, float]
    boundary: Mapping[int, float]
    title: str = ""
    dashed: bool = False  # of the second network

    @property
    def lost(self) -> int | None:
        """The first frame from which on J stays below LOST for two frames, or ends so."""
        frames = sorted(self.region)
        for here, then in zip(frames, [*frames[1:], None]):
            low = self.region[here] < LOST
            if low and (then is None or self.region[then] < LOST):
                return here
        return None


class ScoreCurves(Savable):
    """Lines over the frames; those of the second network are dashed."""

    wanted = Signal(int)

    name = "Scores"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: list[ScoreLine] = []
        self.count, self.at = 1, 0
        self.measure = "J"
        self.setMinimumHeight(84)
        self.setAccessibleName("Scores over the frames")
        self.setToolTip("J is the overlap with the truth. A click goes to the frame")
        manager().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(640, 100)

    def set_lines(self, lines: list[ScoreLine], count: int) -> None:
        """Scores of a clip of `count` frames."""
        self.lines, self.count = lines, max(1, count)
        self.update()

    def set_at(self, frame: int) -> None:
        self.at = frame
        self.update()

    def line(self) -> FramesLine:
        wide = max(1.0, self.width() - GUTTER - SPACE.medium)
        return FramesLine(self.count, GUTTER, wide)

    def y(self, score: float) -> float:
        return TOP + (1.0 - score) * (self.height() - TOP - BOTTOM)

    def can_save(self) -> bool:
        return bool(self.lines)

    def table(self) -> list[Row]:
        rows: list[Row] = [("network", "object", "frame", "J", "F")]
        for one in self.lines:
            rows += [
                (one.title, one.object, frame + 1, one.region[frame], one.boundary[frame])
                for frame in sorted(one.region)
            ]
        return rows

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, line = manager().theme, self.line()
        painter.fillRect(self.rect(), theme.color("panel"))
        painter.setFont(numbers(TYPE.caption))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for score in (0.0, 0.5, 1.0):
            y = self.y(score)
            painter.setPen(QPen(theme.color("plot_grid"), 1))
            painter.drawLine(QPointF(line.left, y), QPointF(line.left + line.width, y))
            painter.setPen(theme.color("text_faint"))
            painter.drawText(QRectF(GUTTER - 36, y - 8, 30, 16), right, f"{score:g}")
        painter.setFont(text(TYPE.small))
        painter.setPen(theme.color("text_secondary"))
        painter.drawText(QRectF(0, TOP, GUTTER - 38, 18), Qt.AlignmentFlag.AlignLeft, "J, F")
        self._paint_lost_level(painter, line)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for one in self.lines:
            self._paint_line(painter, line, one)
        painter.setPen(QPen(theme.color("accent"), 1.6))
        x = line.middle(self.at)
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))

    def _paint_lost_level(self, painter: QPainter, line: FramesLine) -> None:
        pen = QPen(manager().theme.color("danger", 0.6), 1, Qt.PenStyle.DotLine)
        painter.setPen(pen)
        y = self.y(LOST)
        painter.drawLine(QPointF(line.left, y), QPointF(line.left + line.width, y))

    def _paint_line(self, painter: QPainter, line: FramesLine, one: ScoreLine) -> None:
        colour = colour_of(one.object)
        thin = QColor(colour)
        thin.setAlphaF(0.4)
        for scores, pen in (
            (one.boundary, QPen(thin, 1.2)),
            (one.region, QPen(colour, 2.0)),
        ):
            if one.dashed:
                pen.setDashPattern([4.0, 2.5])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            places = [
                QPointF(line.middle(frame), self.y(scores[frame]))
                for frame in sorted(scores)
                if math.isfinite(scores[frame])
            ]
            painter.drawPolyline(QPolygonF(places))
        if one.lost is not None:
            at = QPointF(line.middle(one.lost), self.y(one.region[one.lost]))
            painter.setPen(QPen(manager().theme.color("danger"), 2.0))
            for dx in (-4, 4):
                painter.drawLine(at + QPointF(-dx, -4), at + QPointF(dx, 4))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.lines:
            self.wanted.emit(self.frame_at(event.position()))

    def frame_at(self, at: QPointF) -> int:
        """The frame of a click: near the mark of a lost object that very frame."""
        for one in self.lines:
            if one.lost is not None and abs(self.line().middle(one.lost) - at.x()) <= 6:
                return one.lost
        return self.line().frame(at.x())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and self.lines:
            self._tell(event)
        return super().event(event)

    def _tell(self, event: QEvent) -> None:
        frame = self.line().frame(event.pos().x())  # type: ignore[attr-defined]
        words = [f"Frame {frame + 1}"]
        for one in self.lines:
            if frame in one.region:
                words.append(
                    f"{one.title}, object {one.object}: J {one.region[frame]:.2f}, "
                    f"F {one.boundary[frame]:.2f}"
                )
            if one.lost is not None:
                words.append(f"{one.title} loses object {one.object} at frame {one.lost + 1}")
        words.append("A click goes there")
        self.setToolTip("\n".join(words))
