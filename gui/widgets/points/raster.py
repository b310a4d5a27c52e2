"""Draws points as small shapes into an RGBA picture with NumPy alone.

Ten thousand discs are one assignment through an index table: point after point in a fixed shuffled
order, so that no class always lies on top, and the shapes' soft edges let the ground through as a
fine outline between neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHAPES = ("disc", "square", "triangle", "diamond", "cross", "ring")
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Ink:
    """Every kind of mark (a shape in a colour) as pixel offsets and ready pixels."""

    reach: int  # pixels that a mark may extend from its centre
    dx: NDArray[np.intp]  # (M, K)
    dy: NDArray[np.intp]  # (M, K)
    pixels: NDArray[np.uint32]  # (M, K) premultiplied RGBA bytes


def shape_distance(shape: str, dx: np.ndarray, dy: np.ndarray, radius: float) -> np.ndarray:
    """How far pixel centres lie inside a shape of about that radius; negative outside."""
    away = np.hypot(dx, dy)
    if shape == "square":
        return radius * 0.88 - np.maximum(abs(dx), abs(dy))
    if shape == "diamond":
        return (radius * 1.25 - abs(dx) - abs(dy)) * math.sqrt(0.5)
    if shape == "triangle":
        return np.minimum(radius * 0.8 - dy, radius * 0.62 + dy * 0.5 - abs(dx) * math.sqrt(0.75))
    if shape == "cross":
        arm = np.minimum(abs(dx), abs(dy))
        return np.minimum(radius * 0.42 - arm, radius * 1.1 - np.maximum(abs(dx), abs(dy)))
    if shape == "ring":
        return np.minimum(radius * 1.05 - away, away - radius * 0.45)
    return radius - away


def make_ink(radius: float, colours: Bytes, shapes: Sequence[int]) -> Ink:
    """Marks of `radius` pixels: kind m is SHAPES[shapes[m]] in the straight RGBA of colours[m]."""
    reach = math.ceil(radius * 1.25 + 0.5)
    span = np.arange(-reach, reach + 1)
    dy, dx = (grid.ravel() for grid in np.meshgrid(span, span, indexing="ij"))
    cover = np.stack(
        [np.clip(shape_distance(shape, dx, dy, radius) + 0.5, 0.0, 1.0) for shape in SHAPES]
    )
    # The faint rim comes first and short rows begin with a repeat of their own first pixel.
    order = np.argsort(cover, axis=1, kind="stable")
    longest = int((cover > 0.04).sum(axis=1).max())
    order = order[:, -longest:]
    cover = np.take_along_axis(cover, order, axis=1)
    first = np.argmax(cover > 0.04, axis=1)
    own = np.maximum(np.arange(longest), first[:, None])
    order, cover = np.take_along_axis(order, own, 1), np.take_along_axis(cover, own, 1)
    which = np.asarray(shapes, dtype=np.intp)
    alpha = cover[which] * (colours[:, 3:4] / 255.0)  # (M, K)
    rgba = np.empty((*alpha.shape, 4), dtype=np.uint8)
    rgba[..., :3] = colours[:, None, :3] * alpha[..., None] + 0.5
    rgba[..., 3] = alpha * 255 + 0.5
    pixels = rgba.view(np.uint32)[..., 0]
    return Ink(reach, dx[order][which].astype(np.intp), dy[order][which].astype(np.intp), pixels)


def radius_for(points: int) -> float:
    """Radius in logical pixels that keeps `points` readable on a map of about 600 pixels."""
    return float(np.clip(11.0 / max(points, 1) ** 0.17, 1.2, 5.5))


def shape_of(label: int) -> int:
    """Index into SHAPES so that 72 labels differ in colour (twelve of them) or in shape."""
    return (label + label // 12) % len(SHAPES)


def premultiplied(rgba: Bytes) -> NDArray[np.uint32]:
    """Straight RGBA (M, 4) as premultiplied pixels (M,)."""
    ready = rgba.copy()
    ready[:, :3] = (rgba[:, :3].astype(np.uint16) * rgba[:, 3:] + 127) // 255
    return ready.view(np.uint32)[:, 0]


def density_alpha(xy: np.ndarray, width: int, height: int, cell: int = 24) -> np.ndarray:
    """Opacity a point, 0.62 where it stands alone to 1 in a crowd (points per cell of pixels)."""
    columns, rows = width // cell + 1, height // cell + 1
    where = (xy[:, 1] // cell).astype(np.intp) * columns + (xy[:, 0] // cell).astype(np.intp)
    inside = np.clip(where, 0, rows * columns - 1)
    crowd = np.bincount(inside, minlength=rows * columns)[inside]
    return 1.0 - 0.38 * np.exp(-crowd / 6.0)


def draw_points(
    xy: NDArray[np.floating], kinds: NDArray[np.integer], ink: Ink, width: int, height: int
) -> Bytes:
    """Points (N, 2) in pixels, drawn in their order, as (height, width, 4) premultiplied RGBA.

    `kinds` (N,) indexes the ink. What lies outside the picture is left out.
    """
    reach = ink.reach
    at = np.floor(xy).astype(np.intp)
    inside = ((at >= -reach) & (at < (width + reach, height + reach))).all(axis=1)
    if not inside.all():
        at, kinds = at[inside], kinds[inside]
    # A margin of twice the reach lets a point just outside show its rim without bounds checks.
    margin = 2 * reach
    stride, rows = width + 2 * margin, height + 2 * margin
    paper = np.zeros(rows * stride, dtype=np.uint32)
    where = np.take(ink.dy * stride + ink.dx, kinds, axis=0)  # (n, K)
    where += ((at[:, 1] + margin) * stride + at[:, 0] + margin)[:, None]
    paper[where] = np.take(ink.pixels, kinds, axis=0)
    picture = paper.reshape(rows, stride)[margin : margin + height, margin : margin + width]
    return np.ascontiguousarray(picture).view(np.uint8).reshape(height, width, 4)


def scatter_points(
    xy: NDArray[np.floating], pixels: NDArray[np.uint32], reach: int, width: int, height: int
) -> Bytes:
    """Hundreds of thousands of points (N, 2) as small discs, as (height, width, 4) RGBA.

    Every point sets the pixel at its centre (the last one stays), and all centres are then widened
    by `reach` pixels at once: where the widened ones meet, the centres stay as they are.
    """
    # A column and a row more at the low ends take what truncation would bring in from outside.
    x, y = (xy[:, 0] + 1).astype(np.int32), (xy[:, 1] + 1).astype(np.int32)
    inside = (x > 0) & (x <= width) & (y > 0) & (y <= height)
    if not inside.all():
        x, y, pixels = x[inside], y[inside], pixels[inside]
    paper = np.zeros((height, width), np.uint32)
    paper.ravel()[(y - 1) * np.int32(width) + (x - 1)] = pixels
    for step in range(reach):
        rim = paper if step < reach - 1 else (paper >> 1) & np.uint32(0x7F7F7F7F)  # half as opaque
        wider = paper.copy()
        for rows, others in (((1, None), (0, -1)), ((0, -1), (1, None))):
            for axis in (0, 1):
                to, source = _slices(axis, rows), _slices(axis, others)
                np.copyto(wider[to], rim[source], where=wider[to] == 0)
        paper = wider
    return paper.view(np.uint8).reshape(height, width, 4)


def _slices(axis: int, ends: tuple[int, int | None]) -> tuple[slice, slice]:
    whole = slice(None)
    part = slice(*ends)
    return (part, whole) if axis == 0 else (whole, part)
