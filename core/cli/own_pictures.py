"""Pictures of the person's own that a command is given: a file, or a folder of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.imageset import DataError
from core.data.kinds import READABLE, suffix_of
from core.data.own import own_picture


def pictures_in(folder: Path) -> list[Path]:
    """The files of a folder that are pictures by name, in order; raises DataError for none."""
    found = [p for p in sorted(folder.iterdir()) if suffix_of(p.name) in READABLE]
    if not found:
        raise DataError(f"{folder}: there are no pictures in it; choose a folder of pictures")
    return found


def read_pictures(
    paths: list[Path], channels: int, side: int
) -> tuple[NDArray[np.uint8], list[Path]]:
    """What can be read (N, C, side, side), and of which files; the others are told."""
    pixels, read, problems = [], [], []
    for path in paths:
        try:
            pixels.append(own_picture(path, channels, side))
            read.append(path)
        except (DataError, OSError) as error:
            problems.append(str(error))
    if not read:
        raise DataError(problems[0])
    for problem in problems:
        print(f"left out: {problem}")
    return np.concatenate(pixels), read
