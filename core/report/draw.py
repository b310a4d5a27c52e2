"""The typed pictures as HTML: images as embedded PNG, curves and histograms as SVG."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from html import escape

import numpy as np
from PIL import Image

from core.colours import PALETTE_ON_LIGHT, colour_map
from core.pictures import (
    Curve,
    Guess,
    HeatMaps,
    Histogram,
    ImageGrid,
    Images,
    Matrix,
    Picture,
    Points,
    Table,
)

WIDTH, HEIGHT = 520, 280
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 10, 36
MOST_IMAGES = 64


def to_html(picture: Picture) -> str:
    """A picture as a piece of HTML that needs nothing beside it."""
    drawers: dict[type, Callable[..., str]] = {
        ImageGrid: _image_grid,
        Matrix: _matrix,
        HeatMaps: _heat_maps,
        Histogram: _histogram,
        Points: _points,
        Curve: _curve,
        Table: _table,
        Guess: _guess,
    }
    return drawers[type(picture)](picture)


def png(image: np.ndarray) -> bytes:
    """An image (H, W, 3) or (H, W) of uint8 as the bytes of a PNG file."""
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(out, "PNG")
    return out.getvalue()


def _img(image: np.ndarray, side: int, alt: str = "") -> str:
    data = base64.b64encode(png(image)).decode()
    return (
        f'<img class="pixels" alt="{escape(alt)}" title="{escape(alt)}" width="{side}" '
        f'src="data:image/png;base64,{data}">'
    )


def _image_grid(grid: ImageGrid) -> str:
    captions = list(grid.captions) or [""] * len(grid.images)
    cells = "".join(
        f"<figure>{_img(image, 72, caption)}<figcaption>{escape(caption)}</figcaption></figure>"
        for image, caption in zip(grid.images[:MOST_IMAGES], captions)
    )
    style = (
        f' style="grid-template-columns: repeat({grid.columns}, max-content)"'
        if grid.columns
        else ""
    )
    return f'<div class="grid"{style}>{cells}</div>'


def overlay(image: np.ndarray, heat: np.ndarray, strength: float = 0.6) -> Images:
    """Heat (H, W), stretched to 0..1, in colour over an image (H, W, 3)."""
    low, high = float(heat.min()), float(heat.max())
    level = (heat - low) / (high - low) if high > low else np.zeros_like(heat)
    colour = colour_map("magma")[(level * 255).astype(np.uint8)].astype(np.float32)
    weight = strength * (0.25 + 0.75 * level)[..., None]
    mixed: Images = (image * (1 - weight) + colour * weight).astype(np.uint8)
    return mixed


def _resized(heat: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    if heat.shape == shape:
        return heat
    image = Image.fromarray(heat.astype(np.float32))
    return np.asarray(image.resize((shape[1], shape[0]), Image.Resampling.BICUBIC))


def _heat_maps(maps: HeatMaps) -> str:
    head = "".join(f"<th>{escape(c)}</th>" for c in ("picture", *maps.columns))
    rows = []
    for image, heats in zip(maps.images[:12], maps.heat):
        cells = [_img(image, 72)]
        cells += [_img(overlay(image, _resized(h, image.shape[:2])), 72) for h in heats]
        rows.append("<tr>" + "".join(f"<td>{c}</td>" for c in cells) + "</tr>")
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _matrix(matrix: Matrix) -> str:
    values = np.asarray(matrix.values, dtype=np.float64)
    low = float(np.nanmin(values)) if matrix.low is None else matrix.low
    high = float(np.nanmax(values)) if matrix.high is None else matrix.high
    if matrix.diverging:
        high = max(abs(low), abs(high))
        low = -high
    table = colour_map("blue-orange" if matrix.diverging else "viridis")
    level = np.clip((np.nan_to_num(values) - low) / ((high - low) or 1.0), 0, 1)
    colours = table[(level * 255).astype(np.uint8)]
    if values.size > 900:
        return _img(colours, min(480, values.shape[1] * 4), matrix.value_label)
    head = "<th></th>" + "".join(f"<th>{escape(c)}</th>" for c in matrix.columns)
    rows = []
    for i, row in enumerate(values):
        name = f"<th>{escape(matrix.rows[i])}</th>" if i < len(matrix.rows) else "<th></th>"
        cells = "".join(
            f'<td style="background: rgb({r},{g},{b}); color: {"#000" if 3 * r + 6 * g + b > 1300 else "#fff"}">'
            f"{value:.2g}</td>"
            for value, (r, g, b) in zip(row, colours[i])
        )
        rows.append(f"<tr>{name}{cells}</tr>")
    labels = " × ".join(escape(t) for t in (matrix.row_label, matrix.column_label) if t)
    return (
        f'<p class="quiet">{labels}</p><table class="matrix"><tr>{head}</tr>{"".join(rows)}</table>'
    )


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(c)}</th>" for c in table.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(c))}</td>" for c in row) + "</tr>"
        for row in table.rows
    )
    notes = f'<p class="quiet">{escape(table.notes)}</p>' if table.notes else ""
    return f"<table><tr>{head}</tr>{rows}</table>{notes}"


def _cell(value: str | int | float) -> str:
    return (
        f"{value:.3g}"
        if isinstance(value, float)
        else f"{value:,}"
        if isinstance(value, int)
        else value
    )


def _guess(guess: Guess) -> str:
    cells = []
    for image, chances, truth in list(zip(guess.shown, guess.probabilities, guess.truth))[:48]:
        bars = "".join(
            f'<div class="bar"><i style="width:{100 * p:.0f}%"></i>'
            f"<span>{escape(name)}{' ✓' if k == truth else ''} {100 * p:.0f} %</span></div>"
            for k, (name, p) in enumerate(zip(guess.options, chances))
        )
        cells.append(f"<figure>{_img(image, 96)}{bars}</figure>")
    columns = guess.columns or 4
    return (
        f'<p class="quiet">{escape(guess.question)}</p><div class="grid" '
        f'style="grid-template-columns: repeat({columns}, max-content)">{"".join(cells)}</div>'
    )


class _Axes:
    """A frame with scales; maps data to the places of an SVG."""

    def __init__(
        self, x: np.ndarray, y: np.ndarray, log_x: bool = False, log_y: bool = False
    ) -> None:
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
        if self.log_x:
            x = np.log10(np.maximum(x, 1e-12))
        if self.log_y:
            y = np.log10(np.maximum(y, 1e-12))
        px = LEFT + (x - self.x_low) / (self.x_high - self.x_low) * (WIDTH - LEFT - RIGHT)
        py = (
            HEIGHT
            - BOTTOM
            - (y - self.y_low) / (self.y_high - self.y_low) * (HEIGHT - TOP - BOTTOM)
        )
        return np.stack([px, py], axis=1)

    def frame(self, x_label: str, y_label: str) -> str:
        parts = []
        for i in range(5):
            x = self.x_low + i / 4 * (self.x_high - self.x_low)
            y = self.y_low + i / 4 * (self.y_high - self.y_low)
            px = LEFT + i / 4 * (WIDTH - LEFT - RIGHT)
            py = HEIGHT - BOTTOM - i / 4 * (HEIGHT - TOP - BOTTOM)
            parts.append(
                f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{py:.1f}" y2="{py:.1f}" class="rule"/>'
            )
            shown_x, shown_y = 10**x if self.log_x else x, 10**y if self.log_y else y
            parts.append(
                f'<text x="{px:.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{shown_x:.4g}</text>'
            )
            parts.append(
                f'<text x="{LEFT - 6}" y="{py + 4:.1f}" text-anchor="end">{shown_y:.3g}</text>'
            )
        parts.append(
            f'<text x="{(WIDTH + LEFT) / 2}" y="{HEIGHT - 4}" text-anchor="middle">{escape(x_label)}</text>'
        )
        parts.append(f'<text x="{LEFT + 4}" y="{TOP + 10}">{escape(y_label)}</text>')
        return "".join(parts)


def _svg(body: str) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">{body}</svg>'


def _legend(names: list[str]) -> str:
    return (
        '<p class="legend">'
        + " ".join(
            f'<span><i style="background:{PALETTE_ON_LIGHT[k % len(PALETTE_ON_LIGHT)]}"></i>{escape(n)}</span>'
            for k, n in enumerate(names)
        )
        + "</p>"
    )


def _curve(curve: Curve) -> str:
    xs = np.concatenate(
        [np.asarray(line.x, float) for line in curve.lines.values()] or [np.zeros(1)]
    )
    ys = np.concatenate(
        [np.asarray(line.y, float) for line in curve.lines.values()] or [np.zeros(1)]
    )
    axes = _Axes(xs, ys, curve.log_x, curve.log_y)
    parts = [axes.frame(curve.x_label, curve.y_label)]
    for k, line in enumerate(curve.lines.values()):
        colour = PALETTE_ON_LIGHT[k % len(PALETTE_ON_LIGHT)]
        x, y = np.asarray(line.x, float), np.asarray(line.y, float)
        if line.spread is not None:
            spread = np.asarray(line.spread, float)
            edge = np.concatenate([axes.place(x, y + spread), axes.place(x, y - spread)[::-1]])
            parts.append(f'<polygon points="{_path(edge)}" fill="{colour}" opacity="0.15"/>')
        keep = slice(None, None, max(1, len(x) // 800))
        places = axes.place(x[keep], y[keep])
        parts.append(
            f'<polyline points="{_path(places)}" fill="none" stroke="{colour}" stroke-width="1.6"/>'
        )
    return _svg("".join(parts)) + _legend(list(curve.lines))


def _path(places: np.ndarray) -> str:
    good = places[np.isfinite(places).all(axis=1)]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in good)


def _histogram(histogram: Histogram) -> str:
    edges = np.asarray(histogram.edges, float)
    counts = np.concatenate(
        [np.asarray(c, float) for c in histogram.counts.values()] or [np.zeros(1)]
    )
    axes = _Axes(edges, np.append(counts, 0.0))
    parts = [axes.frame(histogram.x_label, histogram.y_label)]
    for k, values in enumerate(histogram.counts.values()):
        x, y = (
            np.repeat(edges, 2),
            np.concatenate([[0.0], np.repeat(np.asarray(values, float), 2), [0.0]]),
        )
        colour = PALETTE_ON_LIGHT[k % len(PALETTE_ON_LIGHT)]
        parts.append(
            f'<polygon points="{_path(axes.place(x, y))}" fill="{colour}" opacity="0.4" stroke="{colour}"/>'
        )
    return _svg("".join(parts)) + _legend(list(histogram.counts))


def _points(points: Points) -> str:
    xy = np.asarray(points.xy, float)[:, :2]
    axes = _Axes(xy[:, 0], xy[:, 1])
    labels = points.labels if points.labels is not None else np.zeros(len(xy), dtype=int)
    circles = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{PALETTE_ON_LIGHT[int(k) % len(PALETTE_ON_LIGHT)]}"/>'
        for (x, y), k in zip(axes.place(xy[:, 0], xy[:, 1]), labels)
    )
    return _svg(circles) + _legend(list(points.names))
