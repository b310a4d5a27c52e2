"""What lies behind: outdoors, which has an up, or a pattern, which has none.

If sky and ground told which side is up, a network that predicts rotations would look at nothing
else. So most pictures have a pattern that is as probable in any orientation.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.data.toyland.draws import Draws
from core.data.toyland.layer import Canvas
from core.data.toyland.palette import COLOURS, Ink, deep, ink, neighbour, pale
from core.data.toyland.shapes import Field, Frame, Number, circle, ellipse

TURN = 2 * np.pi


def _tones(draws: Draws) -> tuple[Ink, Ink]:
    """Two colours of a backdrop that go together, both pale or both deep."""
    index = draws.integer(len(COLOURS))
    first, second = ink(index, draws), ink(neighbour(index, draws), draws)
    night = draws.chance(0.3)[:, None]
    amount, more = draws.uniform(0.3, 0.6)[:, None], draws.uniform(-0.2, 0.2)[:, None]
    return (
        np.where(night, deep(first, amount), pale(first, amount)),
        np.where(night, deep(second, amount + more), pale(second, amount + more)),
    )


def _mix(first: Ink, second: Ink, share: Field) -> Canvas:
    return first + (second - first) * share[:, None]


def _soft(frame: Frame, distance: Field) -> Field:
    """Coverage of a shape by its signed distance."""
    return np.clip(0.5 - distance * frame.scale, 0, 1)


def _wave(x: Field) -> Field:
    """A triangle wave of period 1, from -0.25 to 0.25."""
    return np.abs(x - np.floor(x) - 0.5) - 0.25


def _turned(frame: Frame, draws: Draws) -> Frame:
    angle = draws.uniform(0, TURN)
    return frame.moved(draws.uniform(-0.5, 0.5), draws.uniform(-0.5, 0.5), angle)


def plain(frame: Frame, draws: Draws) -> Canvas:
    """One colour."""
    first, second = _tones(draws)
    return _mix(first, second, np.zeros_like(frame.u))


def gradient(frame: Frame, draws: Draws) -> Canvas:
    """One colour running into another in any direction."""
    first, second = _tones(draws)
    return _mix(first, second, np.clip(_turned(frame, draws).u * 0.5 + 0.5, 0, 1))


def glow(frame: Frame, draws: Draws) -> Canvas:
    """One colour around a spot of another."""
    first, second = _tones(draws)
    spot = circle(_turned(frame, draws), 0.0, 0.0, 0.1)
    return _mix(first, second, np.clip(1 - spot / draws.uniform(0.8, 1.6), 0, 1))


def stripes(frame: Frame, draws: Draws) -> Canvas:
    """Stripes in any direction."""
    first, second = _tones(draws)
    wide = draws.uniform(0.3, 0.6)
    return _mix(first, second, _soft(frame, _wave(_turned(frame, draws).u / wide) * wide))


def dots(frame: Frame, draws: Draws) -> Canvas:
    """Dots on a lattice in any direction."""
    first, second = _tones(draws)
    wide, turned = draws.uniform(0.35, 0.6), _turned(frame, draws)
    across = (_wave(turned.u / wide) + 0.25) * wide
    along = (_wave(turned.v / wide) + 0.25) * wide
    far = np.sqrt(across * across + along * along)
    return _mix(first, second, _soft(frame, far - wide * 0.27))


def checks(frame: Frame, draws: Draws) -> Canvas:
    """A chequered cloth in any direction."""
    first, second = _tones(draws)
    wide, turned = draws.uniform(0.5, 0.9), _turned(frame, draws)
    across = _soft(frame, _wave(turned.u / wide) * wide)
    along = _soft(frame, _wave(turned.v / wide) * wide)
    return _mix(first, second, (across + along) / 2)


def rings(frame: Frame, draws: Draws) -> Canvas:
    """Rings around a spot."""
    first, second = _tones(draws)
    wide, far = draws.uniform(0.35, 0.6), circle(_turned(frame, draws), 0.0, 0.0, 0.0)
    return _mix(first, second, _soft(frame, _wave(far / wide) * wide))


def _land(frame: Frame, draws: Draws, horizon: Number, hilly: bool = False) -> tuple[Canvas, Field]:
    """Sky over ground, with hills between them or not, and the coverage of what is above."""
    high, low = _tones(draws)
    near, far = _tones(draws)
    # Which of the four is lightest is chance: a pale ground under a deep sky is as probable.
    sky = _mix(low, high, np.clip(frame.v * 0.5 + 0.5, 0, 1))
    ground = _mix(near, far, np.clip(frame.v * 0.6 + 0.7, 0, 1))
    for haze in (0.5, 0.2) if hilly else ():  # the farther hills first
        for _ in range(2):
            x, wide = draws.uniform(-1, 1), draws.uniform(0.5, 1.0)
            hill = ellipse(frame, x, horizon, wide, draws.uniform(0.25, 0.5) * (0.7 + haze))
            sky = _mix(sky, near + (low - near) * haze, _soft(frame, hill))
    above = _soft(frame, horizon - frame.v)
    return _mix(ground, sky, above), above


def meadow(frame: Frame, draws: Draws, horizon: Number) -> Canvas:
    """A clear sky with a sun, over level ground."""
    canvas, above = _land(frame, draws, horizon)
    sun = circle(
        frame, draws.uniform(-0.8, 0.8), draws.uniform(0.5, 0.9), draws.uniform(0.14, 0.24)
    )
    shine = np.maximum(_soft(frame, sun), 0.35 * np.clip(1 - sun / 0.6, 0, 1) ** 2)
    return canvas + (pale(canvas, 0.85) - canvas) * (shine * above)[:, None]


def clouds(frame: Frame, draws: Draws, horizon: Number) -> Canvas:
    """A cloudy sky over level ground."""
    canvas, above = _land(frame, draws, horizon)
    for _ in range(2):
        x, y = draws.uniform(-0.9, 0.9), draws.uniform(0.3, 0.85)
        size = draws.uniform(0.14, 0.22)
        puffs = np.minimum(circle(frame, x, y, size), circle(frame, x + size * 1.1, y, size * 0.7))
        puffs = np.minimum(puffs, circle(frame, x - size * 1.1, y, size * 0.8))
        puffs = np.maximum(puffs, y - size * 0.45 - frame.v)
        canvas = canvas + (pale(canvas, 0.7) - canvas) * (_soft(frame, puffs) * above)[:, None]
    return canvas


def hills(frame: Frame, draws: Draws, horizon: Number) -> Canvas:
    """Hills on the horizon."""
    return _land(frame, draws, horizon, hilly=True)[0]


def stars(frame: Frame, draws: Draws, horizon: Number) -> Canvas:
    """A dark sky with stars, over level ground."""
    canvas, above = _land(frame, draws, horizon)
    canvas = canvas + (deep(canvas, 0.6) - canvas) * (0.4 + 0.6 * above)[:, None]
    for _ in range(5):
        spark = circle(
            frame, draws.uniform(-1, 1), draws.uniform(-0.1, 1), draws.uniform(0.03, 0.06)
        )
        canvas = canvas + (pale(canvas, 0.9) - canvas) * (_soft(frame, spark) * above)[:, None]
    return canvas


PATTERNS: tuple[Callable[[Frame, Draws], Canvas], ...] = (
    plain, gradient, glow, stripes, dots, checks, rings,
)  # fmt: skip
OUTDOORS: tuple[Callable[[Frame, Draws, Number], Canvas], ...] = (meadow, clouds, hills, stars)
