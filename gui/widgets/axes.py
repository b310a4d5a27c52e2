"""One axis of a plot: the theme's fonts and colours, few ticks, numbers as in the window."""

from __future__ import annotations

import math

import pyqtgraph as pg

from gui.fonts import numbers
from gui.theme import TYPE, manager
from gui.widgets.numbers import short, tidy


class Axis(pg.AxisItem):
    """Ticks outside, grid lines inside, no box around."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self._title = ""
        self.enableAutoSIPrefix(False)
        self.setGrid(255)
        # Painted anew when its range changes, and not at every change of a line.
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache)
        self.restyle()

    def set_title(self, title: str) -> None:
        """A title without a unit's prefix; empty takes no room."""
        self._title = title
        theme = manager().theme
        style = {"color": theme.text_faint, "font-size": f"{TYPE.caption}px"}
        self.setLabel(title, **style) if title else self.showLabel(False)

    def restyle(self) -> None:
        """Take the colours and the font of the theme."""
        theme = manager().theme
        self.setStyle(
            tickFont=numbers(TYPE.caption),
            tickLength=0,
            tickTextOffset=6,
            maxTickLevel=0,
            autoExpandTextSpace=True,
            hideOverlappingLabels=True,
        )
        self.setPen(theme.color("plot_grid"))
        self.setTickPen(theme.color("plot_grid"))
        self.setTextPen(theme.color("text_faint"))
        self.set_title(self._title)

    def updateAutoSIPrefix(self) -> None:
        """There is no prefix: the title need not be set anew at every change of the range."""

    def logTickValues(
        self, low: float, high: float, size: float, levels: list
    ) -> list[tuple[float | None, list[float]]]:
        """Decades, and 2 and 5 between them where that few fit."""
        first, last = math.floor(low), math.ceil(high)
        every = max(1, math.ceil((last - first) * 60 / max(size, 1.0)))
        decades = [float(at) for at in range(first, last + 1, every)]
        parts = (2, 5) if (last - first) * 130 < size or high - low < 1.5 else ()
        between = [at + math.log10(part) for at in decades for part in parts]
        return [(float(every), sorted(at for at in decades + between if low <= at <= high))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if self.logMode:
            return [tidy(10.0**value) for value in values]
        places = max(0, -int(f"{spacing * scale:.0e}".split("e")[1]))
        if places > 5 or any(abs(value * scale) >= 1e6 for value in values):
            return [short(value * scale, 2) for value in values]
        return [
            f"{value * scale:,.{places}f}".replace(",", " ").replace("-", "−") for value in values
        ]
