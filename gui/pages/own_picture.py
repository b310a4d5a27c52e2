"""A picture of the person's own, read as the run's pictures are."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.data.decode import Form, Unusable, decode
from core.data.imageset import DataError
from core.pictures import Images
from gui.session import Session


def own_picture(path: Path, session: Session) -> np.ndarray:
    """The picture as (1, C, H, W) uint8 at the run's size; raises DataError, OSError."""
    assert session.probe is not None
    _, channels, side, _ = session.probe.images.shape
    return _read(path, Form(side=side, colour="rgb" if channels == 3 else "grey", fit="crop"))


def picture_at(path: Path, side: int) -> Images:
    """The picture in colour as (1, H, W, 3); raises DataError, OSError."""
    pixels = _read(path, Form(side=side, colour="rgb", fit="crop"))
    return np.ascontiguousarray(pixels.transpose(0, 2, 3, 1))


def _read(path: Path, form: Form) -> np.ndarray:
    try:
        return decode(path.read_bytes(), form).pixels[None]
    except Unusable as error:
        raise DataError(f"{path.name} cannot be used: {error}") from error
