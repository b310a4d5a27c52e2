"""A picture of the person's own, read as a run's pictures are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.decode import Form, Unusable, decode
from core.data.imageset import DataError


def own_picture(path: Path, channels: int, side: int) -> NDArray[np.uint8]:
    """The middle square of a picture as (1, C, side, side); raises DataError, OSError."""
    form = Form(side=side, colour="rgb" if channels == 3 else "grey", fit="crop")
    try:
        return decode(path.read_bytes(), form).pixels[None]
    except Unusable as error:
        raise DataError(f"{path.name} cannot be used: {error}") from error
