"""A film of a training: the map of each snapshot, points gliding from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.embeddings.table import Column
from core.pictures import Floats
from core.report.scatter import Frame, scatter

FPS = 24.0
GLIDE = 12  # frames from one snapshot to the next
LAST = 36  # frames that the last map stands


def count(steps: int) -> int:
    """How many frames a film of so many snapshots has."""
    return GLIDE * (steps - 1) + LAST


def frames(
    steps: Sequence[int],
    maps: Sequence[Floats],
    colour: Column | None = None,
    title: str = "",
    colour_title: str = "",
    notes: Sequence[Sequence[str]] = (),
) -> Iterator[NDArray[np.uint8]]:
    """Pictures (H, W, 3), `count(len(steps))` of them.

    `maps` are the places (N, 2 or 3) at the steps, laid over each other already; every picture has
    the frame that holds them all. `notes` stand below, those of each step. Raises
    ValueError where steps and maps do not go together.
    """
    notes = notes or [()] * len(steps)
    if not len(steps) == len(maps) == len(notes) or not len(steps):
        raise ValueError(
            f"{len(steps)} steps, {len(maps)} maps and {len(notes)} notes; expected one map a step"
        )
    frame = Frame.around(np.concatenate(list(maps)))

    def picture(places: Floats, at: int) -> NDArray[np.uint8]:
        said = f"{title}, step {steps[at]:,}" if title else f"Step {steps[at]:,}"
        return scatter(places, colour, said, colour_title, notes[at], frame).pixels()

    for at in range(len(steps) - 1):
        for part in range(GLIDE):
            yield picture(between(maps[at], maps[at + 1], part / GLIDE), at)
    last = picture(maps[-1], len(steps) - 1)
    for _ in range(LAST):
        yield last


def between(one: Floats, other: Floats, share: float) -> Floats:
    """Places on the way from one map to another, slow at both ends."""
    eased = share * share * (3 - 2 * share)
    return np.asarray(one * (1 - eased) + other * eased, dtype=np.float32)
