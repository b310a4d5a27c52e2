"""One plot of the live curves: a title, its legend, and the lines of every run."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from gui.fonts import text
from gui.theme import SPACE, TYPE
from gui.widgets.legend import Entry, Legend
from gui.widgets.numbers import short
from gui.widgets.plot import Plot, Style
from gui.widgets.series import Series

HELD_OUT = "held-out/"
JUDGED = "features/"
_RAW = "~"  # ends the key of a raw line behind its average


def group_of(name: str) -> str:
    """The plot of a number: «held-out/loss» and «loss/colour» both stand under «loss»."""
    return name.removeprefix(HELD_OUT).split("/")[0]


def line_of(name: str, run: str = "") -> str:
    """What a line is called in its plot's legend."""
    rest = name.removeprefix(HELD_OUT)
    group, _, part = rest.partition("/")
    said = part or group
    if name.startswith(HELD_OUT):
        said = f"{part} held-out" if part else "held-out"
    elif not part:
        said = "training"
    return f"{run}: {said}" if run else said


class CurveCard(QWidget):
    """The numbers of one group. Held-out lines are dashed; a raw line stands faint behind."""

    def __init__(self, group: str) -> None:
        super().__init__()
        self.group = group
        title = QLabel(group[:1].upper() + group[1:])
        title.setFont(text(TYPE.body, QFont.Weight.DemiBold))
        self.legend = Legend()
        self.plot = Plot()
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.plot.setAccessibleName(f"Curve of {group}")
        head = QHBoxLayout()
        head.setContentsMargins(SPACE.small, 0, SPACE.small, 0)
        head.setSpacing(SPACE.small)
        title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        title.setMinimumHeight(22)
        head.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.legend, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.hair)
        column.addLayout(head)
        column.addWidget(self.plot, 1)
        self._keys: list[str] = []
        self._x: float | None = None
        self._log: bool | None = None
        self._axis = ""
        self._marks: dict[str, float] = {}
        self.legend.toggled.connect(self._on_toggled)

    def draw(
        self,
        runs: Mapping[str, Mapping[str, Series]],
        smoothing: float,
        by_seconds: bool,
        log_y: bool,
        marks: Mapping[str, float],
        growing: bool = False,
    ) -> None:
        """Show the series of this group, averaged with `smoothing` (0..1).

        While it is growing the range leaves room for more.
        """
        colours: dict[tuple[str, str], int] = {}
        entries = []
        for run, kept in runs.items():
            for name, series in kept.items():
                if group_of(name) == self.group and len(series):
                    # A held-out line has the colour of what it is held against.
                    pair = (run, name.removeprefix(HELD_OUT))
                    colour = colours.setdefault(pair, len(colours))
                    self._draw_series(run, name, series, colour, smoothing, by_seconds)
                    dashed = name.startswith(HELD_OUT)
                    entries.append(Entry(_key(run, name), line_of(name, run), colour, dashed))
        keys = [entry.key for entry in entries]
        if keys != self._keys:
            self._keys = keys
            self.legend.set_entries(entries)
        drawn = set(keys) | ({key + _RAW for key in keys} if smoothing > 0 else set())
        self.plot.keep_only(drawn)
        self._set_axes("seconds" if by_seconds else "step", log_y)
        if marks != self._marks:
            self._marks = dict(marks)
            self.plot.set_marks(marks)
        self.plot.refresh(growing)
        self.read(self._x)

    def _draw_series(
        self, run: str, name: str, series: Series, colour: int, smoothing: float, by_seconds: bool
    ) -> None:
        key, x = _key(run, name), series.x(by_seconds)
        if name.startswith((HELD_OUT, JUDGED)):  # few points, each an average already
            dashed = name.startswith(HELD_OUT)
            self.plot.set_line(key, x, series.values, Style(colour, dashed=dashed))
            return
        averaged = smoothing > 0
        self.plot.set_line(key, x, series.smoothed(smoothing), Style(colour, mean=averaged))
        if averaged:
            self.plot.set_line(key + _RAW, x, series.values, Style(colour, faint=True))

    def _set_axes(self, x_title: str, log_y: bool) -> None:
        if (x_title, log_y) != (self._axis, self._log):
            self._axis, self._log = x_title, log_y
            self.plot.set_axes(x_title, "", log_y=log_y)

    def read(self, x: float | None) -> None:
        """Write the values at x into the legend; the last ones for None."""
        self._x = x
        at = float("inf") if x is None else x
        self.legend.set_values({key: short(self.plot.value_at(key, at)) for key in self._keys})

    def _on_toggled(self, key: str, shown: bool) -> None:
        self.plot.set_shown(key + _RAW, shown)
        self.plot.set_shown(key, shown)


def _key(run: str, name: str) -> str:
    return f"{run}\n{name}"
