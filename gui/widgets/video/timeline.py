"""The film along a line: thumbnails, what each frame's marks come from, confidence by object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from gui.fonts import numbers
from gui.theme import SPACE, TYPE, manager
from gui.widgets.pixels import to_qimage
from gui.widgets.video.frames_line import FramesLine
from gui.widgets.video.layers import colour_of

FILM, MARKS, LANE, GAP = 40, 16, 12, 2  # heights in pixels
GUTTER = 84  # left of the film, for what the lanes are
MOST_LANES = 6
WORDS = {
    "given": "marked by hand or known",
    "corrected": "corrected by hand",
    "found": "found by the network",
    "": "not reached yet",
}


class VideoTimeline(QWidget):
    """A click or a drag goes to a frame."""

    wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.frames: NDArray[np.uint8] | None = None  # (T, H, W, 3)
        self.kinds: list[str] = []  # of each frame, a key of WORDS
        self.sure: dict[int, Mapping[int, float]] = {}  # object -> frame -> 0..1
        self.names: Sequence[str] = ()
        self.at = 0
        self._film: QImage | None = None
        self.setMouseTracking(True)
        self.setAccessibleName("Frames of the video")
        self._fit()
        manager().changed.connect(self.update)

    # --- what is shown ----------------------------------------------------------------------------

    def set_frames(self, frames: NDArray[np.uint8] | None) -> None:
        """Another clip (T, H, W, 3)."""
        self.frames, self._film = frames, None
        self.kinds = [""] * (0 if frames is None else len(frames))
        self.sure = {}
        self._fit()

    def set_kinds(self, kinds: Sequence[str]) -> None:
        """Where each frame's marks come from."""
        self.kinds = list(kinds)
        self.update()

    def set_sure(self, sure: dict[int, Mapping[int, float]], names: Sequence[str]) -> None:
        """How sure the network is of each object in each frame it found it in."""
        self.sure, self.names = sure, names
        self._fit()

    def set_at(self, frame: int) -> None:
        self.at = frame
        self.update()

    def _fit(self) -> None:
        lanes = min(MOST_LANES, len(self.sure))
        self.setFixedHeight(FILM + MARKS + lanes * (LANE + GAP) + 2 * GAP)
        self.update()

    def line(self) -> FramesLine:
        """Where the frames lie."""
        wide = max(1.0, self.width() - GUTTER - SPACE.medium)
        return FramesLine(max(1, len(self.kinds)), GUTTER, wide)

    def sizeHint(self) -> QSize:
        return QSize(640, self.height())

    # --- painting ---------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.frames is None:
            return
        painter = QPainter(self)
        theme, line = manager().theme, self.line()
        film = self._strip(line)
        painter.drawImage(QRectF(line.left, 0, line.width, FILM), film)
        self._paint_kinds(painter, line)
        self._paint_lanes(painter, line)
        painter.setFont(numbers(TYPE.small))
        painter.setPen(theme.color("text"))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        where = f"{self.at + 1} / {len(self.kinds)}"
        painter.drawText(QRectF(0, 0, GUTTER - 8, FILM), middle, where)
        self._paint_playhead(painter, line)

    def _strip(self, line: FramesLine) -> QImage:
        """The thumbnails side by side, as many as fit, made once for a width."""
        assert self.frames is not None
        ratio = self.devicePixelRatioF()
        size = QSize(round(line.width * ratio), round(FILM * ratio))
        if self._film is not None and self._film.size() == size:
            return self._film
        made = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        count, high, wide = self.frames.shape[:3]
        each = min(count, max(1, int(size.width() / (size.height() * wide / high))))
        step = size.width() / each
        for at in range(each):
            image = to_qimage(self.frames[int((at + 0.5) * count / each)])
            shown = min(wide, high * step / size.height())  # the middle of a frame too wide
            source = QRectF((wide - shown) / 2, 0, shown, shown * size.height() / step)
            source.moveCenter(QPointF(wide / 2, high / 2))
            painter.drawImage(QRectF(at * step, 0, step + 1, size.height()), image, source)
        painter.end()
        self._film = made
        return made

    def _paint_kinds(self, painter: QPainter, line: FramesLine) -> None:
        theme, middle = manager().theme, FILM + GAP + MARKS / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for frame, kind in enumerate(self.kinds):
            colour = theme.color("accent" if kind else "border")
            painter.fillRect(QRectF(line.x(frame), middle - 1.5, line.column + 0.5, 3), colour)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for frame, kind in enumerate(self.kinds):
            if kind not in ("given", "corrected"):
                continue
            at = QPointF(line.middle(frame), middle)
            painter.setPen(QPen(theme.color("panel"), 1.5))
            if kind == "given":
                painter.setBrush(theme.color("accent"))
                painter.drawEllipse(at, 5.0, 5.0)
            else:  # another form as well as another colour
                painter.setBrush(theme.color("warning"))
                corners = [QPointF(0, -6.5), QPointF(6.5, 0), QPointF(0, 6.5), QPointF(-6.5, 0)]
                painter.drawPolygon(QPolygonF([at + corner for corner in corners]))

    def _paint_lanes(self, painter: QPainter, line: FramesLine) -> None:
        theme = manager().theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setFont(numbers(TYPE.caption))
        for lane, (object, by_frame) in enumerate(list(self.sure.items())[:MOST_LANES]):
            top = FILM + MARKS + 2 * GAP + lane * (LANE + GAP)
            painter.fillRect(QRectF(line.left, top, line.width, LANE), theme.color("hover"))
            for frame, share in by_frame.items():
                colour = colour_of(object)
                colour.setAlphaF(0.12 + 0.88 * float(np.clip(share, 0, 1)))
                painter.fillRect(QRectF(line.x(frame), top, line.column + 0.5, LANE), colour)
            name = self.names[object - 1] if object <= len(self.names) else f"Object {object}"
            painter.setPen(theme.color("text_secondary"))
            box = QRectF(0, top - 3, GUTTER - 8, LANE + 6)
            short = painter.fontMetrics().elidedText(
                name, Qt.TextElideMode.ElideRight, int(box.width())
            )
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, short)

    def _paint_playhead(self, painter: QPainter, line: FramesLine) -> None:
        theme = manager().theme
        column = QRectF(line.x(self.at), 0, max(2.0, line.column), self.height() - 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(theme.color("accent", 0.16))
        painter.setPen(QPen(theme.color("accent"), 1.6))
        painter.drawRoundedRect(column, 2, 2)

    # --- the mouse --------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.frames is not None:
            self.wanted.emit(self.line().frame(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self.frames is not None:
            self.wanted.emit(self.line().frame(event.position().x()))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and self.frames is not None:
            frame = self.line().frame(event.pos().x())  # type: ignore[attr-defined]
            self._tell(frame, event.globalPos())  # type: ignore[attr-defined]
            return True
        return super().event(event)

    def _tell(self, frame: int, at) -> None:  # type: ignore[no-untyped-def]
        words = [f"Frame {frame + 1}: {WORDS[self.kinds[frame]]}"]
        for object, by_frame in self.sure.items():
            if frame in by_frame and object <= len(self.names):
                words.append(f"{self.names[object - 1]}: confidence {by_frame[frame]:.2f}")
        QToolTip.showText(at, "\n".join(words), self)
