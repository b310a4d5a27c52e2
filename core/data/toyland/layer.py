"""One thing painted on a sheet of glass: parts over parts, outlined, then lit and laid on a canvas.

Coverage is the signed distance in pixels, cut to 0..1, which is anti-aliasing for free. The sheet's
coverage is also the truth about which pixels show the thing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.data.toyland.palette import Ink
from core.data.toyland.shapes import Field, Frame, Number

Canvas = NDArray[np.floating]  # float32, (n, 3, H, W), 0 to 1

_LINE = 0.028  # width of an outline, in picture sides
_SMALL_LINE = 0.12  # and at most, in units of the thing


class Layer:
    """A sheet as large as the picture, with the colours of the parts times their coverage."""

    def __init__(self, frame: Frame, tone: Number = 0.42) -> None:
        """A clear sheet; `tone` is how bright an outline is, as a share of its part's colour."""
        n, height, width = frame.u.shape
        self.frame = frame
        self.colour = np.zeros((n, 3, height, width), dtype=np.float32)  # premultiplied
        self.cover = np.zeros((n, height, width), dtype=np.float32)
        self._distance = np.full((n, height, width), np.float32(width), dtype=np.float32)
        self._tone = tone
        self._line = np.minimum(_LINE * width, _SMALL_LINE * frame.scale)

    def paint(self, shape: Field, ink: Ink, outlined: bool = True) -> None:
        """Paint a shape, given as its signed distance in units of the frame, over what is there."""
        pixels = shape * self.frame.scale
        np.minimum(self._distance, pixels, out=self._distance)
        np.subtract(0.5, pixels, out=pixels)
        cover = np.clip(pixels, 0, 1)
        self.colour *= (1 - cover)[:, None]
        self.cover += cover * (1 - self.cover)
        if outlined:
            pixels -= self._line
            cover *= np.clip(pixels, 0, 1) * (1 - self._tone) + self._tone
        self.colour += ink * cover[:, None]

    def light(self, across: Number, up: Number) -> None:
        """Shade the thing as if it were round; the length of the direction is the strength."""
        depth = np.clip(self._distance * (-2.5 / self.frame.scale), 0, 1)
        tone = 0.92 + 0.14 * depth
        tone += np.clip(self.frame.u * across + self.frame.v * up, -0.3, 0.3)
        self.colour *= tone[:, None]

    def lay_on(self, canvas: Canvas, darkness: Number = 0.4) -> None:
        """Lay the sheet on the canvas, with a soft shadow all around that lifts the thing off it.

        The shadow falls to no side, for a side would tell which way is up.
        """
        reach = max(1, canvas.shape[-1] // 16)
        shadow = _blurred(self.cover, reach)
        canvas *= (1 - darkness * shadow)[:, None]
        canvas *= (1 - self.cover)[:, None]
        canvas += self.colour


def _blurred(field: Field, reach: int) -> Field:
    """The field's mean over squares of 2 * reach + 1 pixels, zero beyond the border."""
    side, width = field.shape[-1], 2 * reach + 1
    padded = np.pad(field, [(0, 0), (reach, reach), (reach, reach)])
    rows = padded[:, :side].copy()
    for shift in range(1, width):
        rows += padded[:, shift : shift + side]
    mean = rows[:, :, :side].copy()
    for shift in range(1, width):
        mean += rows[:, :, shift : shift + side]
    mean *= 1 / width**2
    return mean
