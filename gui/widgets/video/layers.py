"""What the canvas shows of one frame, and the pixels that masks become. No widget here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from gui.theme import manager

Bytes = NDArray[np.uint8]
MODES = {
    "picture": "Picture",
    "grey": "Grey, as the network sees it",
    "mask": "Mask alone",
    "colours": "Predicted colours",
    "three": "Grey, predicted, true",
}


def colour_of(object: int) -> QColor:
    """The colour of object 1, 2, …"""
    return manager().theme.category(object - 1)


def tints(mask: Bytes, opacity: float) -> Bytes:
    """A mask (H, W) as (H, W, 4) straight RGBA to lay over the frame: each object in its colour."""
    table = np.zeros((256, 4), np.uint8)
    for number in range(1, int(mask.max(initial=0)) + 1):
        colour = colour_of(number)
        table[number] = (*colour.getRgb()[:3], round(255 * opacity))
    return table[mask]


def grey(frame: Bytes) -> Bytes:
    """A frame (H, W, 3) by its luminance alone, three channels alike."""
    light = frame @ np.array([0.299, 0.587, 0.114])
    return np.repeat(light.round().astype(np.uint8)[..., None], 3, axis=2)


@dataclass(frozen=True)
class Layer:
    """One side of the canvas."""

    picture: Bytes  # (H, W, 3)
    mask: Bytes | None = None  # (H, W)
    title: str = ""  # over a split


@dataclass(frozen=True)
class Dots:
    """Keypoints of one frame with the way that they came."""

    points: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    names: Sequence[str] = ()
    bones: Sequence[tuple[int, int]] = ()  # pairs of keypoints that a line joins
    trails: NDArray[np.float32] | None = None  # (K, T, 2), the last is this frame's


@dataclass(frozen=True)
class Scene:
    """Everything that is painted of a frame."""

    left: Layer
    right: Layer | None = None  # of another encoder, beyond the split
    beside: bool = False  # the right layer has a frame of its own, beside the left
    dots: Dots = field(default_factory=Dots)
    opacity: float = 0.45
    outline: bool = True
    more: Sequence[Layer] = ()  # frames of their own after the left one; then there is no right

    @property
    def panes(self) -> Sequence[Layer]:
        """What has a frame of its own, from the left to the right."""
        if self.right is not None and self.beside:
            return (self.left, self.right)
        return (self.left, *self.more)
