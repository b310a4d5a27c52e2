"""A picture of the person's own, read as a run's pictures are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.decode import Form, Unusable, decode
from core.data.imageset import DataError
from core.pictures import Images


def own_picture(path: Path, channels: int, side: int) -> NDArray[np.uint8]:
    """The middle square of a picture as (1, C, side, side); raises DataError, OSError."""
    return _read(path, Form(side=side, colour="rgb" if channels == 3 else "grey", fit="crop"))


def picture_at(path: Path, side: int) -> Images:
    """The same in colour, to be shown: (1, side, side, 3); raises DataError, OSError."""
    pixels = _read(path, Form(side=side, colour="rgb", fit="crop"))
    return np.ascontiguousarray(pixels.transpose(0, 2, 3, 1))


def _read(path: Path, form: Form) -> NDArray[np.uint8]:
    try:
        return decode(path.read_bytes(), form).pixels[None]
    except Unusable as error:
        raise DataError(f"{path.name} cannot be used: {error}") from error
