"""A map as a drawing: points with a legend, and what must be known to believe it written below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.colours import PALETTE_ON_LIGHT, colour_map, rgb
from core.embeddings.table import Column
from core.pictures import Floats
from core.report.charts import INK, QUIET, RULE, ticks
from core.report.drawing import Area, Dots, Drawing, Stroke, Words, width_of

Colours = NDArray[np.uint8]
Mark = Stroke | Area | Dots | Words

SIDE = 640.0  # pixels of the square that the points lie in
LEFT, TOP = 24.0, 44.0
MARGIN = 0.04  # of the square
MISSING = "#B9BFC9"
LEGEND_ROWS = 32
COVERED = 0.16  # of the square by the dots, about
RADII = (0.6, 3.4)
LETTERS = 40  # of a name in the legend
LINE = 104  # letters of a line below the map
TINTS = (0.0, 0.5, -0.4)  # how later rounds of the palette are mixed, with white or black
VIEW = 30.0, 20.0  # degrees around and above, from which a map in space is drawn


@dataclass(frozen=True)
class Frame:
    """Where a map lies in its square; shared by all pictures of a film."""

    centre: NDArray[np.floating]  # (2,)
    reach: float  # from the centre to the side

    @staticmethod
    def around(places: Floats) -> Frame:
        """The frame that just holds places (N, 2 or 3)."""
        flat = seen(places)
        low, high = flat.min(axis=0), flat.max(axis=0)
        reach = float((high - low).max()) / 2 * (1 + 2 * MARGIN)
        return Frame((low + high) / 2, reach or 1.0)

    def pixels(self, flat: Floats) -> Floats:
        """Places (N, 2) in pixels, upwards where the second grows."""
        within = (flat - self.centre) / self.reach * (1.0, -1.0)  # -1 .. 1
        return (within + 1.0) * (SIDE / 2) + (LEFT, TOP)


def scatter(
    places: Floats,
    colour: Column | None = None,
    title: str = "",
    colour_title: str = "",
    notes: Sequence[str] = (),
    frame: Frame | None = None,
) -> Drawing:
    """A map (N, 2 or 3) with its points in the colours of a column, and `notes` under it.

    Points lie in a fixed shuffled order, so that no class hides another.
    """
    flat = (frame or Frame.around(places)).pixels(seen(places))
    count = len(flat)
    order = np.random.default_rng(0).permutation(count)
    if places.shape[1] == 3:
        order = np.argsort(_depth(places), kind="stable")
    radius = float(np.clip(np.sqrt(COVERED * SIDE * SIDE / (np.pi * count)), *RADII))
    square = LEFT, TOP, LEFT + SIDE, TOP + SIDE
    inside = np.clip(flat[order], (LEFT, TOP), (LEFT + SIDE, TOP + SIDE))
    corners = [(LEFT, TOP), (LEFT + SIDE, TOP), (LEFT + SIDE, TOP + SIDE), (LEFT, TOP + SIDE)]
    marks: list[Mark] = [
        Words(LEFT, 26, title, INK, 15),
        Stroke([*corners, corners[0]], RULE),
        Dots(inside, colours_of(colour, count)[order], radius, square),
    ]
    right = LEFT + SIDE + 22
    legend = list(_legend(colour, colour_title, right)) if colour is not None else []
    lines = [line for note in notes for line in _wrapped(note)]
    bottom = TOP + SIDE
    marks += legend
    marks += [Words(LEFT, bottom + 22 + 17 * at, t, QUIET, 12) for at, t in enumerate(lines)]
    wide = max((m.x + width_of(m.text, m.size) for m in marks if isinstance(m, Words)), default=0.0)
    return Drawing(
        round(max(right, wide + 20)), round(bottom + 22 + 17 * len(lines) + 4), marks, title
    )


def seen(places: Floats) -> Floats:
    """Places (N, 2) on the paper: a map in space is turned to the view and laid flat."""
    return places if places.shape[1] == 2 else (places @ _turn())[:, :2]


def _depth(places: Floats) -> Floats:
    """How near each point is to who looks: (N,), the nearest largest."""
    return np.asarray((places @ _turn())[:, 2])


def _turn() -> NDArray[np.float64]:
    """(3, 3), of which the columns are right, up and towards who looks."""
    around, above = np.deg2rad(VIEW)
    right = np.array([np.cos(around), 0.0, -np.sin(around)])
    to = np.array([np.sin(around) * np.cos(above), np.sin(above), np.cos(around) * np.cos(above)])
    return np.stack([right, np.cross(to, right), to], axis=1)


def colours_of(column: Column | None, count: int) -> Colours:
    """The colour of each point (N, 3); grey where the value is missing."""
    found = np.tile(np.array(rgb(MISSING), np.uint8), (count, 1))
    if column is None:
        found[:] = rgb(PALETTE_ON_LIGHT[0])
    elif column.names is not None:
        known = column.values >= 0
        found[known] = category_colours(len(column.names))[column.values[known]]
    else:
        known = np.isfinite(column.values)
        low, high = _range(column)
        share = (column.values[known] - low) / ((high - low) or 1.0)
        found[known] = colour_map("viridis")[np.clip(share * 255, 0, 255).astype(np.int64)]
    return found


def category_colours(count: int) -> Colours:
    """(count, 3): the palette, then lighter and darker rounds of it."""
    base = np.array([rgb(code) for code in PALETTE_ON_LIGHT], dtype=np.float64)
    found = np.empty((max(count, 1), 3), np.uint8)
    for at in range(len(found)):
        lap, tint = divmod(at, len(base))
        mixed = TINTS[lap % len(TINTS)]
        end = 255.0 if mixed > 0 else 0.0
        found[at] = np.rint(base[tint] * (1 - abs(mixed)) + end * abs(mixed))
    return found


def _range(column: Column) -> tuple[float, float]:
    known = column.values[np.isfinite(column.values)]
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)


def _legend(column: Column, title: str, left: float) -> Iterator[Mark]:
    yield Words(left, TOP + 12, title, INK, 13)
    if column.names is None:
        yield from _scale(column, left, TOP + 26)
        return
    counts = np.bincount(column.values + 1, minlength=len(column.names) + 1)
    shown = [at for at in range(len(column.names)) if counts[at + 1]]
    colours = category_colours(len(column.names))
    rows = [(_hex(colours[at]), column.names[at], counts[at + 1]) for at in shown[:LEGEND_ROWS]]
    if counts[0]:
        rows.append((MISSING, "unknown", counts[0]))
    y = TOP + 32
    for code, name, number in rows:
        corners = [(left, y - 10), (left + 11, y - 10), (left + 11, y + 1), (left, y + 1)]
        yield Area(corners, code)
        short = name if len(name) <= LETTERS else name[: LETTERS - 1] + "…"
        yield Words(left + 18, y, f"{short}  {number:,}", INK, 12)
        y += 18
    if len(shown) > LEGEND_ROWS:
        yield Words(left + 18, y, f"and {len(shown) - LEGEND_ROWS:,} more", QUIET, 12)


def _scale(column: Column, left: float, top: float) -> Iterator[Mark]:
    """A bar of the colours with its numbers, the largest above."""
    low, high = _range(column)
    tall, wide = 240.0, 16.0
    table = colour_map("viridis")
    for at in range(0, 256, 4):
        upper = top + tall * (1 - (at + 4) / 256)
        lower = upper + tall * 4 / 256 + 0.5
        corners = [(left, upper), (left + wide, upper), (left + wide, lower), (left, lower)]
        yield Area(corners, _hex(table[at]))
    for value in ticks(low, high) if high > low else [low]:
        y = top + tall * (1 - (value - low) / ((high - low) or 1.0))
        yield Stroke([(left + wide, y), (left + wide + 4, y)], QUIET)
        yield Words(left + wide + 8, y + 4, f"{value:g}", QUIET, 11)
    if missing := int(np.count_nonzero(~np.isfinite(column.values))):
        yield Words(left, top + tall + 22, f"not known: {missing:,}, grey", QUIET, 11)


def _hex(colour: NDArray[np.uint8]) -> str:
    return "#{:02X}{:02X}{:02X}".format(*colour.tolist())


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, LINE) or [""]
