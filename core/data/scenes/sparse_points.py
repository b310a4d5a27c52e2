"""The sparse points of a COLMAP model: places that its matching found, each with a colour.

`points3D.txt` and `points3D.bin` as COLMAP's documentation, "Output format", has them.
"""

from __future__ import annotations

import struct
from array import array
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.imageset import DataError
from core.progress import Progress

NAME = "points3D"
_WANTED = "POINT3D_ID X Y Z R G B ERROR TRACK[]"
_HEAD = struct.Struct("<Q3d3BdQ")  # id, place, colour, error, length of the track
_TRACKED = 8  # bytes of an entry of the track: an image, and a point of it
_TOLD = 4096  # points between two looks whether reading goes on


def points_in(model: Path, suffix: str) -> Path | None:
    """The file of a model's points, first that of the form its cameras have; None without one."""
    for form in (suffix, ".bin", ".txt"):
        if (model / f"{NAME}{form}").is_file():
            return model / f"{NAME}{form}"
    return None


def read_points(path: Path, progress: Progress) -> NDArray[np.float64]:
    """(P, 6) places in the coordinates of the file, and colours in 0..1.

    Raises DataError naming the file and the point, and Cancelled out of `progress`.
    """
    found = (_binary if path.suffix == ".bin" else _text)(path, progress)
    points = np.array(found, dtype=np.float64).reshape(-1, 6)
    wrong = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if len(wrong):
        raise DataError(f"{path.name}, record {wrong[0] + 1}: X Y Z: found "
                        f"{points[wrong[0], :3].tolist()}, expected finite numbers")  # fmt: skip
    points[:, 3:] /= 255
    return points


def _text(path: Path, progress: Progress) -> array[float]:
    found = array("d")
    try:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if number % _TOLD == 0:
                    progress.update("Reading captured points", len(found) // 6)
                if line.strip() and not line.startswith("#"):
                    found.extend(_row(line, f"{path.name}, line {number}"))
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not text: {error}") from error
    return found


def _row(line: str, where: str) -> tuple[float, ...]:
    words = line.split(maxsplit=8)
    try:
        place, colour = [float(word) for word in words[1:4]], [int(word) for word in words[4:7]]
    except ValueError:
        place, colour = [], []
    if len(words) < 8 or len(place + colour) < 6:
        raise DataError(f"{where}: expected {_WANTED}, found {line[:60].strip()!r}")
    if min(colour) < 0 or max(colour) > 255:
        raise DataError(f"{where}: R G B: found {colour}, expected 0 to 255")
    return (*place, *colour)


def _binary(path: Path, progress: Progress) -> array[float]:
    data = path.read_bytes()
    if len(data) < 8:
        raise DataError(f"{path.name}: the file ends within the number of points")
    count, at = int.from_bytes(data[:8], "little"), 8
    found = array("d")
    for number in range(count):
        if number % _TOLD == 0:
            progress.update("Reading captured points", number, count, "points")
        if at + _HEAD.size > len(data):
            raise DataError(f"{path.name}, record {number + 1} of {count}: the file ends within it")
        _, *six, _, track = _HEAD.unpack_from(data, at)
        at += _HEAD.size + _TRACKED * track
        if at > len(data):
            raise DataError(f"{path.name}, record {number + 1} of {count}: the file ends within "
                            f"its TRACK of {track} entries")  # fmt: skip
        found.extend(six)
    return found
