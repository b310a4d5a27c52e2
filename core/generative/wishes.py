"""What a person may wish of a denoiser or of what draws pixels, in plain values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EACH, OPEN = -2, -1  # in place of a class: every class in turn; none is asked for
MOMENTS = 10  # of a way that are shown

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Wish:
    """How noise is to become pictures."""

    label: int = EACH  # a class, EACH or OPEN
    count: int = 3  # pictures
    weight: float | None = None  # of guidance; the run's own without
    steps: int | None = None
    seed: int = 0  # of the noise
    random: bool = False  # the steps of DDPM instead of DDIM's
    moments: int = MOMENTS
    then: tuple[float, int] | None = None  # a time, and the class that is asked for from it on


@dataclass(frozen=True)
class Drawing:
    """Pictures that are being drawn: what is fixed, and how far they are."""

    count: int = 12
    label: int = EACH  # a class, EACH in turn or OPEN
    temperature: float = 1.0
    seed: int = 0
    picture: int | None = None  # position of the looked-at picture that is completed; None: drawn
    hidden: Mask | None = None  # (H, W) what of it is drawn; None: all
    row: int = 0  # the row that is drawn next
    pixels: NDArray[np.float32] | None = None  # (N, C, H, W) 0..1 so far; None: nothing yet
