"""Charts of a comparison as drawings: bars with their spread, lines with their bands."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.colours import PALETTE_ON_LIGHT
from core.pictures import Curve, Floats, Line
from core.report.drawing import Area, Drawing, Stroke, Words, width_of

INK, QUIET, RULE, REFERENCE = "#14171C", "#4A5260", "#E2E5EA", "#8A93A3"
ROW, THICK = 26.0, 15.0  # pixels of a bar's row, and of the bar
BAND = 0.15  # opacity
TICKS = 6  # on an axis, about


@dataclass(frozen=True)
class Bar:
    """One value and its spread; a quiet one is a reference, NaN is not known."""

    name: str
    value: float
    spread: float = 0.0
    quiet: bool = False


def bars(values: Sequence[Bar], title: str, high: float = 100.0) -> Drawing:
    """Horizontal bars from 0 to `high`, in the order given."""
    left = 20 + max((width_of(bar.name) for bar in values), default=0.0)
    top, wide = 40.0, 520.0
    bottom = top + ROW * len(values)
    marks: list[Stroke | Area | Words] = [Words(left, 22, title, INK, 13)]
    for tick in ticks(0.0, high):
        x = left + wide * tick / high
        marks += [Stroke([(x, top - 6), (x, bottom)], RULE),
                  Words(x, bottom + 16, f"{tick:g}", QUIET, 11, "middle")]  # fmt: skip
    for at, bar in enumerate(values):
        marks += _bar(bar, top + ROW * at, left, wide / high)
    return Drawing(round(left + wide + 110), round(bottom + 28), marks, title)


def _bar(bar: Bar, top: float, left: float, unit: float) -> Iterator[Stroke | Area | Words]:
    middle = top + THICK / 2
    yield Words(left - 8, middle + 4, bar.name, QUIET if bar.quiet else INK, 12, "end")
    if math.isnan(bar.value):
        return
    end, reach = left + unit * bar.value, unit * bar.spread
    corners = [(left, top), (end, top), (end, top + THICK), (left, top + THICK)]
    yield Area(corners, REFERENCE if bar.quiet else PALETTE_ON_LIGHT[0])
    if reach > 0:
        yield Stroke([(end - reach, middle), (end + reach, middle)], INK, 1.5)
        for x in (end - reach, end + reach):
            yield Stroke([(x, middle - 4), (x, middle + 4)], INK, 1.5)
    said = f"{bar.value:.1f}" + (f" ± {bar.spread:.1f}" if bar.spread else "")
    yield Words(end + reach + 8, middle + 4, said, QUIET, 11)


def lines(picture: Curve, title: str = "", plot: tuple[float, float] = (640.0, 400.0)) -> Drawing:
    """Lines over their axes, the names at the right in the order of the lines' last values."""
    axes = _Axes(picture, *plot)
    marks: list[Stroke | Area | Words] = [Words(axes.left, 22, title, INK, 13), *axes.frame()]
    for at, drawn in enumerate(picture.lines.values()):
        if drawn.spread is not None and np.any(drawn.spread):
            upper = axes.places(drawn.x, drawn.y + drawn.spread)
            lower = axes.places(drawn.x, drawn.y - drawn.spread)
            marks.append(Area([*upper, *reversed(lower)], _colour(at), BAND))
    for at, drawn in enumerate(picture.lines.values()):
        marks.append(Stroke(axes.places(drawn.x, drawn.y), _colour(at), 1.8, dashed(drawn, at)))
    names = sorted(enumerate(picture.lines.items()), key=lambda found: -found[1][1].y[-1])
    for row, (at, (name, drawn)) in enumerate(names):
        x, y = axes.left + axes.wide + 20, axes.top + 8 + 18 * row
        marks += [Stroke([(x, y), (x + 20, y)], _colour(at), 2.2, dashed(drawn, at)),
                  Words(x + 27, y + 4, f"{name}  {drawn.y[-1]:.1f}", INK, 12)]  # fmt: skip
    legend = max((width_of(f"{name}  100.0") for name in picture.lines), default=0.0)
    height = max(axes.top + axes.high + 44, axes.top + 18 * len(names) + 8)
    return Drawing(round(axes.left + axes.wide + legend + 60), round(height), marks, title)


def dashed(line: Line, at: int) -> bool:
    """References are, and lines whose colour another one has already."""
    return line.dashed or at >= len(PALETTE_ON_LIGHT)


def _colour(at: int) -> str:
    return PALETTE_ON_LIGHT[at % len(PALETTE_ON_LIGHT)]


class _Axes:
    """Where the numbers of a curve lie."""

    left, top = 62.0, 40.0

    def __init__(self, picture: Curve, wide: float, high: float) -> None:
        self.picture, self.wide, self.high = picture, wide, high
        xs = np.concatenate([np.asarray(line.x, float) for line in picture.lines.values()])
        ys = [np.asarray(line.y, float) + sign * (0.0 if line.spread is None else line.spread)
              for line in picture.lines.values() for sign in (-1, 1)]  # fmt: skip
        xs = np.log10(xs[xs > 0]) if picture.log_x else xs
        self._x, self._y = _span(xs), _span(np.concatenate(ys))

    def places(self, x: Floats, y: Floats) -> list[tuple[float, float]]:
        """Pixels of points; what is not finite, or has no logarithm, is left out."""
        xs, ys = np.asarray(x, float), np.asarray(y, float)
        if self.picture.log_x:
            xs = np.log10(np.where(xs > 0, xs, np.nan))
        across = self.left + self.wide * (xs - self._x[0]) / (self._x[1] - self._x[0])
        down = self.top + self.high * (self._y[1] - ys) / (self._y[1] - self._y[0])
        known = np.isfinite(across) & np.isfinite(down)
        return list(zip(across[known].tolist(), down[known].tolist(), strict=True))

    def frame(self) -> Iterator[Stroke | Words]:
        """Rules, numbers and titles."""
        right, bottom = self.left + self.wide, self.top + self.high
        for value in ticks(*self._y):
            y = self.top + self.high * (self._y[1] - value) / (self._y[1] - self._y[0])
            yield Stroke([(self.left, y), (right, y)], RULE)
            yield Words(self.left - 8, y + 4, f"{value:g}", QUIET, 11, "end")
        for value in log_ticks(*self._x) if self.picture.log_x else ticks(*self._x):
            at = math.log10(value) if self.picture.log_x else value
            x = self.left + self.wide * (at - self._x[0]) / (self._x[1] - self._x[0])
            yield Stroke([(x, self.top), (x, bottom)], RULE)
            yield Words(x, bottom + 16, f"{value:g}", QUIET, 11, "middle")
        middle = (self.left + right) / 2
        yield Words(middle, bottom + 36, self.picture.x_label, QUIET, 12, "middle")
        across = (self.top + bottom) / 2
        yield Words(18, across, self.picture.y_label, QUIET, 12, "middle", upright=True)


def _span(values: np.ndarray) -> tuple[float, float]:
    values = values[np.isfinite(values)]
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    margin = 0.03 * (high - low) or 0.5
    return low - margin, high + margin


def ticks(low: float, high: float) -> list[float]:
    """About six round numbers from low to high."""
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(at * step, 12) for at in range(first, math.floor(high / step + 1e-9) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 of every decade whose logarithm is from low to high."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    found = [m * 10.0**d for d in decades for m in (1, 2, 5)]
    return [value for value in found if low <= math.log10(value) <= high]
