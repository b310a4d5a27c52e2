"""A slider over the snapshots of a run, spaced by the logarithm of their steps, with a live end."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from gui.fonts import numbers
from gui.icons import icon
from gui.theme import SPACE, TYPE, manager
from gui.widgets.numbers import count, duration

_PLAY_MS = 350
_LIVE = 34  # pixels between the newest snapshot and the live end


class _Track(QWidget):
    """The painted slider; positions are indices, one past the last is live."""

    moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps: list[int] = []
        self.at = 0
        self._hover = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(46)
        self.setMinimumWidth(160)
        self.setAccessibleName("Timeline")
        self.setAccessibleDescription("Bracket keys or arrows go to the snapshot before and after")
        manager().changed.connect(self.update)

    def x_of(self, index: int) -> float:
        """Where a snapshot lies, in pixels; the live end for one past the last."""
        left, right = 14.0, self.width() - 24.0
        if index >= len(self.steps):
            return right
        last = math.log1p(max(self.steps[-1], 1))
        return left + (right - _LIVE - left) * math.log1p(self.steps[index]) / last

    def _nearest(self, x: float) -> int:
        return min(range(len(self.steps) + 1), key=lambda index: abs(self.x_of(index) - x))

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter = manager().theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y, ends = 15.0, (14.0, self.width() - 24.0)
        painter.setPen(QPen(theme.color("border_strong"), 3, c=Qt.PenCapStyle.RoundCap))
        newest = self.x_of(len(self.steps) - 1) if self.steps else ends[0]
        painter.drawLine(QPointF(ends[0], y), QPointF(newest, y))
        if self.at < len(self.steps):
            painter.setPen(QPen(theme.color("accent"), 3, c=Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(ends[0], y), QPointF(self.x_of(self.at), y))
        painter.setPen(QPen(theme.color("border_strong"), 2, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(newest + 6, y), QPointF(ends[1] - 6, y))
        self._paint_ticks(painter, y)
        self._paint_handle(painter, y)

    def _paint_ticks(self, painter: QPainter, y: float) -> None:
        """A tick a snapshot; the newest is labelled first, then what finds room, from the right."""
        theme = manager().theme
        painter.setFont(numbers(TYPE.caption))
        metrics = painter.fontMetrics()
        live = len(self.steps)
        taken = self._label(painter, live, "live", float("inf"), theme.color("text_secondary"))
        for index in reversed(range(live)):
            x = self.x_of(index)
            chosen = index in (self.at, self._hover)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent" if index <= self.at < live else "plot_axis"))
            painter.drawEllipse(QPointF(x, y), 2.5, 2.5)
            said = count(self.steps[index])
            if x + metrics.horizontalAdvance(said) / 2 + 8 < taken:
                token = "text" if chosen else "text_faint"
                taken = self._label(painter, index, said, taken, theme.color(token))

    def _label(self, painter: QPainter, index: int, said: str, taken: float, colour) -> float:
        wide = painter.fontMetrics().horizontalAdvance(said)
        left = min(max(self.x_of(index) - wide / 2, 0.0), self.width() - wide - 1.0)
        painter.setPen(colour)
        painter.drawText(QRectF(left, 26, wide + 2, 18), Qt.AlignmentFlag.AlignVCenter, said)
        return left

    def _paint_handle(self, painter: QPainter, y: float) -> None:
        theme, live = manager().theme, len(self.steps)
        if 0 <= self._hover != self.at:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent", 0.3))
            painter.drawEllipse(QPointF(self.x_of(self._hover), y), 8, 8)
        at = QPointF(self.x_of(self.at), y)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent", 0.5), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, 11, 11)
        painter.setPen(QPen(theme.color("accent"), 2))
        painter.setBrush(theme.color("accent" if self.at >= live else "raised"))
        painter.drawEllipse(at, 7, 7)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.moved.emit(self._nearest(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        nearest = self._nearest(event.position().x())
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.moved.emit(nearest)
        if nearest != self._hover:
            self._hover = nearest
            self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        self._hover = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        goals = {
            keys.Key_BracketLeft: self.at - 1,
            keys.Key_Left: self.at - 1,
            keys.Key_BracketRight: self.at + 1,
            keys.Key_Right: self.at + 1,
            keys.Key_Home: 0,
            keys.Key_End: len(self.steps),
        }
        goal = goals.get(keys(event.key()))
        if goal is None:
            super().keyPressEvent(event)
        else:
            self.moved.emit(min(max(goal, 0), len(self.steps)))

    def sizeHint(self) -> QSize:
        return QSize(420, 46)


class Timeline(QWidget):
    """Which snapshot the panels show. `step_changed` carries a step, or None for live."""

    step_changed = Signal(object)
    playing_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._played = False
        self._seconds: dict[int, float] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(_PLAY_MS)
        self._timer.timeout.connect(self._play_on)
        self._play = QToolButton()
        self._play.setAutoRaise(True)
        self._play.clicked.connect(self.toggle_play)
        self._track = _Track()
        self._said = QLabel()
        self._said.setFont(numbers(TYPE.small))
        self._said.setMinimumWidth(132)
        self._said.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.small, 0, SPACE.medium, 0)
        row.setSpacing(SPACE.small)
        row.addWidget(self._play)
        row.addWidget(self._track, 1)
        row.addWidget(self._said)
        self.setFocusProxy(self._track)
        self._track.moved.connect(self._go)
        self._describe()

    # What is there.

    def set_steps(self, steps: Sequence[int], seconds: Sequence[float] = ()) -> None:
        """The snapshots of a run, growing; `seconds` since its start where known. Goes to live."""
        self._timer.stop()
        self._seconds = dict(zip(steps, seconds, strict=False))
        self._track.steps = sorted(steps)
        self._track.at = len(self._track.steps)
        self._describe()

    def append(self, step: int, seconds: float | None = None) -> None:
        """A new snapshot; who looks at live or at an older one goes on looking at it."""
        if seconds is not None:
            self._seconds[step] = seconds
        if step in self._track.steps:
            return
        shown = self.step
        self._track.steps = sorted([*self._track.steps, step])
        self._track.at = len(self._track.steps) if shown is None else self._track.steps.index(shown)
        self._describe()

    @property
    def step(self) -> int | None:
        """The step that is shown; None is live."""
        track = self._track
        return track.steps[track.at] if track.at < len(track.steps) else None

    # Moving.

    def go_to(self, step: int | None) -> None:
        """Show the snapshot at or just before a step; None for live."""
        steps = self._track.steps
        before = [index for index, known in enumerate(steps) if step is not None and known <= step]
        self._go(len(steps) if step is None else (before[-1] if before else 0))

    def previous(self) -> None:
        self._go(max(0, self._track.at - 1))

    def next(self) -> None:
        self._go(min(len(self._track.steps), self._track.at + 1))

    def first(self) -> None:
        """The weights before any training."""
        self._go(0)

    def last(self) -> None:
        """The newest snapshot; live is one further."""
        self._go(max(0, len(self._track.steps) - 1))

    def toggle_play(self) -> None:
        """Go through the snapshots from here (from the first when at the end), or halt."""
        if self._timer.isActive():
            self._timer.stop()
        elif self._track.steps:
            if self.step is None or self._track.at == len(self._track.steps) - 1:
                self._go(0)
            self._timer.start()
        self._describe()

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    def _play_on(self) -> None:
        if self._track.at >= len(self._track.steps) - 1:
            self._timer.stop()
            self._describe()
        else:
            self._go(self._track.at + 1)

    def _go(self, at: int) -> None:
        if at != self._track.at:
            self._track.at = at
            self._describe()
            self.step_changed.emit(self.step)

    def _describe(self) -> None:
        playing = self._timer.isActive()
        if playing != self._played:
            self._played = playing
            self.playing_changed.emit(playing)
        self._play.setIcon(icon("pause" if playing else "play"))
        hint = "Halt at this snapshot" if playing else "Play through the snapshots"
        self._play.setToolTip(hint)
        self._play.setAccessibleName(hint)
        self._play.setEnabled(bool(self._track.steps))
        step = self.step
        said = "live" if step is None else f"step {count(step)}"
        if step is not None and step in self._seconds:
            said += f"  ·  {duration(self._seconds[step])}"
        self._said.setText(said)
        self._track.setAccessibleDescription(f"Shows {said}; bracket keys or arrows move")
        self._track.update()

    def hideEvent(self, event: QEvent) -> None:
        self._timer.stop()
        self._describe()
        super().hideEvent(event)
