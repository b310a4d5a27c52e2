"""The typed pictures as HTML: images as embedded PNG, numbers as tables, plots as SVG."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from html import escape

import numpy as np
from PIL import Image

from core.colours import colour_map
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
from core.report import plots

MOST_IMAGES = 64
MOST_CELLS = 900  # of a matrix written as a table; a larger one is a picture


def to_html(picture: Picture) -> str:
    """A picture as a piece of HTML that needs nothing beside it."""
    drawers: dict[type, Callable[..., str]] = {
        ImageGrid: _image_grid,
        Matrix: _matrix,
        HeatMaps: _heat_maps,
        Histogram: plots.histogram,
        Points: plots.points,
        Curve: plots.curve,
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
    parts, first = [], 0
    for title, count in grid.groups or [("", len(grid.images))]:
        head = f"<h4>{escape(title)}</h4>" if title else ""
        last = first + min(count, MOST_IMAGES)
        parts.append(head + _images(grid, captions, first, last))
        first += count
    return "".join(parts)


def _images(grid: ImageGrid, captions: list[str], first: int, last: int) -> str:
    cells = "".join(
        f"<figure>{_img(image, 72, caption)}<figcaption>{escape(caption)}</figcaption></figure>"
        for image, caption in zip(grid.images[first:last], captions[first:last])
    )
    style = (
        f' style="grid-template-columns: repeat({grid.columns}, max-content)"'
        if grid.columns
        else ""
    )
    return f'<div class="grid"{style}>{cells}</div>'


def overlay(image: np.ndarray, heat: np.ndarray, strength: float = 0.6) -> Images:
    """Heat (h, w), stretched to 0..1 and to the image's size, in colour over an image (H, W, 3)."""
    heat = _resized(heat, image.shape[:2])
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
        cells += [_img(overlay(image, h), 72) for h in heats]
        rows.append("<tr>" + "".join(f"<td>{c}</td>" for c in cells) + "</tr>")
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _matrix(matrix: Matrix) -> str:
    values = np.asarray(matrix.values, dtype=np.float64)
    known = values[np.isfinite(values)] if np.isfinite(values).any() else np.zeros(1)
    low = float(known.min()) if matrix.low is None else matrix.low
    high = float(known.max()) if matrix.high is None else matrix.high
    if matrix.diverging:
        high = max(abs(low), abs(high))
        low = -high
    table = colour_map("blue-orange" if matrix.diverging else "viridis")
    level = np.clip((np.nan_to_num(values) - low) / ((high - low) or 1.0), 0, 1)
    colours = table[(level * 255).astype(np.uint8)]
    if values.size > MOST_CELLS:
        return _img(colours, min(480, values.shape[1] * 4), matrix.value_label)
    head = "<th></th>" + "".join(f"<th>{escape(c)}</th>" for c in matrix.columns)
    rows = []
    for i, row in enumerate(values):
        name = f"<th>{escape(matrix.rows[i])}</th>" if i < len(matrix.rows) else "<th></th>"
        cells = "".join(_coloured(value, rgb) for value, rgb in zip(row, colours[i].tolist()))
        rows.append(f"<tr>{name}{cells}</tr>")
    labels = " × ".join(escape(t) for t in (matrix.row_label, matrix.column_label) if t)
    body = f'<table class="matrix"><tr>{head}</tr>{"".join(rows)}</table>'
    return f'<p class="quiet">{labels}</p>{body}'


def _coloured(value: float, rgb: list[int]) -> str:
    """A cell of a matrix, its number black or white, whichever reads better."""
    r, g, b = rgb
    ink = "#000" if 3 * r + 6 * g + b > 1300 else "#fff"
    return f'<td style="background: rgb({r},{g},{b}); color: {ink}">{value:.2g}</td>'


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
