"""A scene by night: little blue light everywhere, and warm light around its main object."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOON = (0.16, 0.20, 0.34)  # share of the day's light that is left, in red, green and blue
LAMP = (0.95, 0.75, 0.42)  # added where the lamp stands
REACH = 0.75  # of the lamp, in sizes of the object


def night(
    day: NDArray[np.uint8],
    x: NDArray[np.floating],
    y: NDArray[np.floating],
    size: NDArray[np.floating],
) -> NDArray[np.uint8]:
    """Pictures (n, 3, S, S) by another light.

    x, y (up) and size (n,) of the objects, where a picture spans -1 to 1. How bright a place is
    depends on where the object stands, so the pixel alone does not tell it.
    """
    side = day.shape[-1]
    ticks = ((np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1).astype(np.float32)
    across = ticks[None, None, :] - x.reshape(-1, 1, 1)
    down = ticks[None, :, None] + y.reshape(-1, 1, 1)
    reach = REACH * size.reshape(-1, 1, 1)
    glow = np.exp(-(across**2 + down**2) / reach**2)[:, None]  # (n, 1, S, S)
    moon, lamp = (np.array(light, np.float32)[None, :, None, None] for light in (MOON, LAMP))
    lit = day * (moon + lamp * glow)
    found: NDArray[np.uint8] = np.clip(lit + 0.5, 0, 255).astype(np.uint8)
    return found
