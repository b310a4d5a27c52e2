"""The curves of a running training: every named number, grouped, smoothed, beside other runs.

Rows come in any number at any moment. The plots are drawn in turns, for painting all at once would
hold the window up, and only while they are seen: a new line is brought up to date five times in two
seconds, a long one, which a few points change little, five times in six. Drawing holds the
interpreter, which the training needs between any two operations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from gui.theme import manager
from gui.widgets import export
from gui.widgets.curve_bar import CurveBar
from gui.widgets.curve_card import CurveCard, group_of
from gui.widgets.grid import CardGrid
from gui.widgets.savable import Row, Savable
from gui.widgets.series import Series

Rows = Iterable[tuple[int, Mapping[str, Any]]]

SECONDS = "seconds"  # the key of a row that is time, not a curve
_FIRST = ("loss", "accuracy")  # plots that stand first
_REDRAW_MS = 400, 1200  # between two drawings of one plot, at first and at most


class LiveCurves(Savable):
    """Feed it with `extend`; the run shown has the name "" and others stand beside it by name."""

    pointed = Signal(object)  # step under the mouse, None when it leaves

    name = "Curves"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: dict[str, dict[str, Series]] = {"": {}}
        self._cards: dict[str, CurveCard] = {}
        self._marks: list[tuple[int, float, str]] = []
        self._playhead: int | None = None
        self.bar = CurveBar()
        self._grid = CardGrid()
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self._grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._scroll, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw_next)
        self._dirty = False  # something came that no plot shows yet
        self._grows = False
        self._behind: list[str] = []  # groups whose plots are still to be drawn
        self.bar.changed.connect(self._on_bar)
        self.bar.all_wanted.connect(self.show_all)
        self.setAccessibleName(self.name)
        manager().changed.connect(self._restyle)
        self._restyle()

    # Feeding.

    def extend(self, rows: Rows, run: str = "") -> None:
        """Append rows (step, {name: number}); `seconds` in a row is its time since the start.

        Steps must not decrease within a run. What is not a number is left out.
        """
        columns: dict[str, tuple[list[float], list[float], list[float]]] = {}
        for step, row in rows:
            time = float(row.get(SECONDS, step))
            for name, value in row.items():
                if name != SECONDS and isinstance(value, int | float | np.number):
                    steps, seconds, values = columns.setdefault(name, ([], [], []))
                    steps.append(float(step))
                    seconds.append(time)
                    values.append(float(value))
        kept = self._runs.setdefault(run, {})
        for name, parts in columns.items():
            kept.setdefault(name, Series()).extend(*(np.asarray(part) for part in parts))
        self._schedule()

    def set_growing(self, grows: bool) -> None:
        """Whether more rows are to come: then the plots keep room for them."""
        if grows != self._grows:
            self._grows = grows
            self._schedule()

    def remove_run(self, name: str) -> None:
        """Take away a run that stood beside."""
        if name and self._runs.pop(name, None) is not None:
            self._schedule()

    def clear(self) -> None:
        """Forget everything, other runs too."""
        self._runs = {"": {}}
        self._marks.clear()
        self._playhead = None
        self._schedule()

    def add_mark(self, step: int, title: str, seconds: float | None = None) -> None:
        """A vertical line with a name: a parameter changed, a pause, a snapshot."""
        self._marks.append((step, float(step) if seconds is None else seconds, title))
        self._schedule()

    def set_playhead(self, step: int | None) -> None:
        """The step that the panels show; None for the newest."""
        self._playhead = step
        for card in self._cards.values():
            card.plot.set_playhead(self._x_of(step))

    # Drawing.

    def redraw(self) -> None:
        """Bring every plot up to date now."""
        self._timer.stop()
        self._begin_round()
        while self._behind:
            self._draw(self._behind.pop(0))

    def _draw_next(self) -> None:
        """Bring the next plot up to date, and come back as long as one is behind."""
        if not self._behind:
            self._begin_round()
        if self._behind:
            self._draw(self._behind.pop(0))
        if self._behind or self._dirty:
            self._start_timer()

    def _begin_round(self) -> None:
        """All plots are behind what came; make those that are new."""
        self._dirty = False
        groups: dict[str, None] = {}
        for run in self._runs.values():
            groups.update((group_of(name), None) for name in run)
        order = sorted(groups, key=lambda g: _FIRST.index(g) if g in _FIRST else len(_FIRST))
        if order != list(self._cards):
            self._set_cards(order)
        self._behind = order

    def _draw(self, group: str) -> None:
        by_seconds, card = self.bar.by_seconds, self._cards[group]
        marks = {
            _unique(title, at): (seconds if by_seconds else float(step))
            for at, (step, seconds, title) in enumerate(self._marks)
        }
        card.draw(self._runs, self.bar.smoothing, by_seconds, self.bar.log_y, marks, self._grows)
        card.plot.set_playhead(self._x_of(self._playhead))

    def show_all(self) -> None:
        """Let every plot show all points, and follow."""
        for card in self._cards.values():
            card.plot.show_all()

    def cards(self) -> list[CurveCard]:
        """The plots in their order."""
        return list(self._cards.values())

    def _set_cards(self, order: list[str]) -> None:
        for group in [group for group in self._cards if group not in order]:
            self._cards.pop(group).deleteLater()
        for group in order:
            if group not in self._cards:
                card = CurveCard(group)
                card.plot.pointed.connect(self._point)
                card.plot.zoomed.connect(self._on_zoomed)
                self._cards[group] = card
        self._cards = {group: self._cards[group] for group in order}
        self._grid.set_cards(self.cards())

    def _schedule(self) -> None:
        self._dirty = True
        if self.isVisible() and not self._timer.isActive():
            self._start_timer()

    def _start_timer(self) -> None:
        soonest, latest = _REDRAW_MS
        longest = max((len(series) for series in self._runs[""].values()), default=0)
        every = min(max(soonest, longest), latest)  # a millisecond a point
        self._timer.start(every // max(1, len(self._cards)))

    def _on_bar(self) -> None:
        self.redraw()
        self.show_all()

    def _on_zoomed(self, _all: bool) -> None:
        self.bar.set_all(all(card.plot.shows_all for card in self._cards.values()))

    def _point(self, x: float | None) -> None:
        for card in self._cards.values():
            card.read(x)
        self.pointed.emit(None if x is None or self.bar.by_seconds else round(x))

    def _x_of(self, step: int | None) -> float | None:
        """Where a step lies on the axis that is chosen now."""
        if step is None or not self.bar.by_seconds:
            return step
        series = next(iter(self._runs[""].values()), None)
        if series is None or not len(series):
            return None
        at = min(int(np.searchsorted(series.x(), step)), len(series) - 1)
        return float(series.x(by_seconds=True)[at])

    def showEvent(self, event: QEvent) -> None:
        super().showEvent(event)
        if self._dirty or self._behind:
            self.redraw()

    def hideEvent(self, event: QEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    # Saving.

    def can_save(self) -> bool:
        return any(self._runs.values())

    def export_paint(self, painter: QPainter) -> None:
        self.redraw()
        export.render(self._grid, painter)

    def export_size(self):
        return self._grid.size()

    def table(self) -> list[Row]:
        rows: list[Row] = [("run", "name", "step", "seconds", "value")]
        for run, kept in self._runs.items():
            for name, series in kept.items():
                parts = (series.x().tolist(), series.x(True).tolist(), series.values.tolist())
                rows += [(run, name, int(step), time, value) for step, time, value in zip(*parts)]
        return rows

    def _restyle(self, *_args: object) -> None:
        for part in (self._grid, self):
            palette = QPalette()  # of this role alone: the others follow the application's
            palette.setColor(QPalette.ColorRole.Window, manager().theme.color("panel"))
            part.setPalette(palette)
            part.setAutoFillBackground(True)


def _unique(title: str, at: int) -> str:
    """A mark's key: equal titles stay apart by invisible marks of their number."""
    return title + "\u200b" * at
