"""Curves, histograms and points as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

from core.colours import PALETTE_ON_LIGHT
from core.pictures import Curve, Histogram, Points

WIDTH, HEIGHT = 520, 280
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 10, 36
MOST_PLACES = 800  # of a line: more cannot be told apart
TICKS = 5


class _Axes:
    """A frame with scales; maps data to the places of an SVG."""

    def __init__(self, x: np.ndarray, y: np.ndarray, log_x: bool = False, log_y: bool = False):
        self.log_x, self.log_y = log_x, log_y
        self.x_low, self.x_high = self._span(x, log_x)
        self.y_low, self.y_high = self._span(y, log_y)

    @staticmethod
    def _span(values: np.ndarray, log: bool) -> tuple[float, float]:
        values = values[np.isfinite(values) & ((values > 0) if log else True)]
        if not len(values):
            return 0.0, 1.0
        values = np.log10(values) if log else values
        low, high = float(values.min()), float(values.max())
        return (low, high) if high > low else (low - 0.5, high + 0.5)

    def place(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """(N,) and (N,) to pixels (N, 2)."""
        if self.log_x:
            x = np.log10(np.maximum(x, 1e-12))
        if self.log_y:
            y = np.log10(np.maximum(y, 1e-12))
        right = (x - self.x_low) / (self.x_high - self.x_low)
        up = (y - self.y_low) / (self.y_high - self.y_low)
        px = LEFT + right * (WIDTH - LEFT - RIGHT)
        py = HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)
        return np.stack([px, py], axis=1)

    def frame(self, x_label: str, y_label: str) -> str:
        """Rules, numbers and labels."""
        parts = []
        for along in np.linspace(0.0, 1.0, TICKS):
            x = self.x_low + along * (self.x_high - self.x_low)
            y = self.y_low + along * (self.y_high - self.y_low)
            px = LEFT + along * (WIDTH - LEFT - RIGHT)
            py = HEIGHT - BOTTOM - along * (HEIGHT - TOP - BOTTOM)
            shown_x, shown_y = 10**x if self.log_x else x, 10**y if self.log_y else y
            parts += [
                _rule(LEFT, py, WIDTH - RIGHT, py),
                _text(px, HEIGHT - BOTTOM + 15, f"{shown_x:.4g}", "middle"),
                _text(LEFT - 6, py + 4, f"{shown_y:.3g}", "end"),
            ]
        parts.append(_text((WIDTH + LEFT) / 2, HEIGHT - 4, x_label, "middle"))
        parts.append(_text(LEFT + 4, TOP + 10, y_label, "start"))
        return "".join(parts)

    def mark(self, name: str, x: float) -> str:
        """A vertical line with its name."""
        [[px, _]] = self.place(np.array([x]), np.array([1.0]))
        rule = _rule(px, TOP, px, HEIGHT - BOTTOM)
        return rule + _text(px + 3, HEIGHT - BOTTOM - 4, name, "start")


def curve(picture: Curve) -> str:
    """Lines with their bands and marks."""
    lines = picture.lines.values()
    axes = _Axes(
        _joined(line.x for line in lines),
        _joined(line.y for line in lines),
        picture.log_x,
        picture.log_y,
    )
    parts = [axes.frame(picture.x_label, picture.y_label)]
    parts += [axes.mark(name, x) for name, x in picture.marks.items()]
    for k, line in enumerate(lines):
        keep = slice(None, None, max(1, len(line.x) // MOST_PLACES))
        x, y = np.asarray(line.x, float)[keep], np.asarray(line.y, float)[keep]
        if line.spread is not None:
            spread = np.asarray(line.spread, float)[keep]
            edge = np.concatenate([axes.place(x, y + spread), axes.place(x, y - spread)[::-1]])
            parts.append(f'<polygon points="{_path(edge)}" fill="{_colour(k)}" opacity="0.15"/>')
        style = f'fill="none" stroke="{_colour(k)}" stroke-width="1.6"'
        parts.append(f'<polyline points="{_path(axes.place(x, y))}" {style}/>')
    return _svg(parts) + _legend(list(picture.lines))


def histogram(picture: Histogram) -> str:
    """Counts as filled steps."""
    edges = np.asarray(picture.edges, float)
    axes = _Axes(edges, np.append(_joined(picture.counts.values()), 0.0))
    parts = [axes.frame(picture.x_label, picture.y_label)]
    for k, values in enumerate(picture.counts.values()):
        heights = np.concatenate([[0.0], np.repeat(np.asarray(values, float), 2), [0.0]])
        places = axes.place(np.repeat(edges, 2), heights)
        style = f'fill="{_colour(k)}" opacity="0.4" stroke="{_colour(k)}"'
        parts.append(f'<polygon points="{_path(places)}" {style}/>')
    return _svg(parts) + _legend(list(picture.counts))


def points(picture: Points) -> str:
    """The first two dimensions, coloured by label."""
    xy = np.asarray(picture.xy, float)[:, :2]
    labels = np.zeros(len(xy), int) if picture.labels is None else np.asarray(picture.labels)
    known = np.isfinite(xy).all(axis=1)
    xy, labels = xy[known], labels[known]
    axes = _Axes(xy[:, 0], xy[:, 1])
    circles = [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{_colour(int(label))}"/>'
        for (x, y), label in zip(axes.place(xy[:, 0], xy[:, 1]), labels)
    ]
    return _svg(circles) + _legend(list(picture.names))


def _joined(parts: Iterable[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.zeros(0), *(np.asarray(part, float) for part in parts)])


def _colour(number: int) -> str:
    return PALETTE_ON_LIGHT[number % len(PALETTE_ON_LIGHT)]


def _path(places: np.ndarray) -> str:
    good = places[np.isfinite(places).all(axis=1)]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in good)


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="rule"/>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(parts: Sequence[str]) -> str:
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg {size} role="img">{"".join(parts)}</svg>'


def _legend(names: Sequence[str]) -> str:
    entries = " ".join(
        f'<span><i style="background:{_colour(k)}"></i>{escape(name)}</span>'
        for k, name in enumerate(names)
    )
    return f'<p class="legend">{entries}</p>'
