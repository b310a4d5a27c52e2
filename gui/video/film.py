"""Frames of a film with the marks laid over: enlarged where they are small, for anyone's player."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.tracking.marks import Marks

LEAST = 480  # pixels of the shorter side; smaller frames are enlarged by a whole number
EDGE = np.ones((3, 3), bool)

Frame = NDArray[np.uint8]  # (H, W, 3)
Colours = list[tuple[int, int, int]]  # of object 1, 2, … and of keypoint 0, 1, …


@dataclass(frozen=True)
class Look:
    """How marks are laid over."""

    colours: Colours
    opacity: float = 0.45
    outline: bool = True
    trails: bool = True
    bones: tuple[tuple[int, int], ...] = ()


def overlaid(
    frames: NDArray[np.uint8], marks: Callable[[int], Marks], look: Look
) -> Iterator[Frame]:
    """Every frame (T, H, W, 3) with its marks, enlarged until the shorter side has LEAST pixels."""
    times = max(1, -(-LEAST // min(frames.shape[1:3])))
    way: list[NDArray[np.float32]] = []
    for at in range(len(frames)):
        known = marks(at)
        shown = np.asarray(frames[at]).repeat(times, axis=0).repeat(times, axis=1)
        if known.mask is not None:
            mask = known.mask.repeat(times, axis=0).repeat(times, axis=1)
            shown = tinted(shown, mask, look)
        if known.points is not None:
            way.append(known.points)
            shown = _dotted(shown, way[-16:], times, look)
        yield shown


def tinted(frame: Frame, mask: NDArray[np.uint8], look: Look) -> Frame:
    """A frame with each object in its colour, and a line of two pixels around it."""
    from scipy.ndimage import binary_erosion

    made = frame.astype(np.float32)
    for number in range(1, int(mask.max(initial=0)) + 1):
        here = mask == number
        colour = np.array(look.colours[(number - 1) % len(look.colours)], np.float32)
        made[here] += look.opacity * (colour - made[here])
        if look.outline and here.any():
            made[here & ~binary_erosion(here, EDGE, iterations=2, border_value=1)] = colour
    return made.round().astype(np.uint8)


def _dotted(frame: Frame, way: list[NDArray[np.float32]], times: int, look: Look) -> Frame:
    from PIL import Image, ImageDraw

    picture = Image.fromarray(frame)
    draw = ImageDraw.Draw(picture)
    places = [(points + 0.5) * times for points in way if len(points) == len(way[-1])]
    for at in range(len(way[-1])):
        colour = look.colours[at % len(look.colours)]
        line = [tuple(p[at]) for p in places if np.isfinite(p[at]).all()]
        if look.trails and len(line) > 1:
            draw.line(line, fill=colour, width=2)
    for first, second in look.bones:
        if max(first, second) < len(places[-1]):
            ends: list[Any] = [tuple(places[-1][k]) for k in (first, second)]
            if np.isfinite(ends).all():
                draw.line(ends, fill=(255, 255, 255), width=2)
    for at, (x, y) in enumerate(places[-1]):
        if np.isfinite(x) and np.isfinite(y):
            colour = look.colours[at % len(look.colours)]
            draw.ellipse((x - 5, y - 5, x + 5, y + 5), colour, (255, 255, 255), 2)
    return np.asarray(picture)
