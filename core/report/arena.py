"""Games in the plane as one drawing: what is real, what is made, and how much of it is right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.arena.look import Frame, GameLook
from core.colours import PALETTE_ON_LIGHT, rgb
from core.pictures import Floats
from core.report.charts import INK, QUIET, RULE
from core.report.drawing import Area, Dots, Drawing, Stroke, Words

SIDE, GAP, TOP, FOOT = 260.0, 20.0, 58.0, 48.0
COLUMNS = 3
REAL = "#B9BFC9"
SHOWN = 2000


def games(titles: Sequence[str], looks: Sequence[GameLook], frame: Frame, real: Floats,
          title: str) -> Drawing:  # fmt: skip
    """A square a game; grey what is real (N, 2), in colour what each generator makes."""
    marks: list[Stroke | Area | Dots | Words] = [Words(GAP, 26, title, INK, 15)]
    for at, (name, look) in enumerate(zip(titles, looks)):
        left = GAP + at % COLUMNS * (SIDE + GAP)
        top = TOP + at // COLUMNS * (SIDE + FOOT)
        right, bottom = left + SIDE, top + SIDE
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        square = left, top, right, bottom
        marks.append(Words(left, top - 8, name, INK, 13))
        marks.append(Stroke([*corners, corners[0]], RULE))
        for points, code, radius in (
            (real[:SHOWN], REAL, 1.0),
            (look.samples[:SHOWN], PALETTE_ON_LIGHT[at % len(PALETTE_ON_LIGHT)], 1.3),
        ):
            within = _pixels(points, frame, left, top)
            kept = ((within >= (left, top)) & (within <= (right, bottom))).all(axis=1)
            colours = np.tile(np.array(rgb(code), np.uint8), (int(kept.sum()), 1))
            marks.append(Dots(within[kept], colours, radius, square))
        marks.append(Words(left, bottom + 16, in_words(look), QUIET, 11))
    columns, rows = min(COLUMNS, len(titles)), -(-len(titles) // COLUMNS)
    wide = GAP + columns * (SIDE + GAP)
    return Drawing(round(wide), round(TOP + rows * (SIDE + FOOT)), marks, title)


def in_words(look: GameLook) -> str:
    """What the samples are worth, and what they cost."""
    cost = f"step {look.step:,}, {look.seconds:.1f} s"
    if look.modes is None:
        return cost
    found = look.modes
    return f"{found.covered} of {found.count} modes, {found.quality:.0%} near one; {cost}"


def _pixels(points: Floats, frame: Frame, left: float, top: float) -> Floats:
    low, high = np.array(frame.low), np.array(frame.high)
    share = (np.asarray(points, float) - low) / (high - low)
    return np.stack([left + share[:, 0] * SIDE, top + (1 - share[:, 1]) * SIDE], axis=1)
