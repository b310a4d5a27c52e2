"""A COLMAP model, as text or binary: world-to-camera poses with OpenCV's axes, y down, z ahead.

The formats are those of COLMAP's documentation, "Output format".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import torch
from torch import Tensor

from core.data.imageset import DataError
from core.data.scenes.posed import Frame, Parsed
from core.data.scenes.sparse_points import points_in

# Model -> where each of its parameters stands among fx fy cx cy k1 k2 p1 p2.
MODELS: dict[str, tuple[tuple[int, ...], ...]] = {
    "SIMPLE_PINHOLE": ((0, 1), (2,), (3,)),
    "PINHOLE": ((0,), (1,), (2,), (3,)),
    "SIMPLE_RADIAL": ((0, 1), (2,), (3,), (4,)),
    "RADIAL": ((0, 1), (2,), (3,), (4,), (5,)),
    "OPENCV": ((0,), (1,), (2,), (3,), (4,), (5,), (6,), (7,)),
}
_NUMBERED = (*MODELS, "OPENCV_FISHEYE", "FULL_OPENCV", "FOV", "SIMPLE_RADIAL_FISHEYE",
             "RADIAL_FISHEYE", "THIN_PRISM_FISHEYE")  # fmt: skip
Lens = tuple[Tensor, tuple[int, int]]


def model_in(folder: Path) -> Path | None:
    """Where below a folder a model lies."""
    for place in (folder / "sparse" / "0", folder / "sparse", folder):
        for suffix in (".bin", ".txt"):
            if (place / f"cameras{suffix}").is_file() and (place / f"images{suffix}").is_file():
                return place
    return None


def read_colmap(model: Path, folder: Path) -> Parsed:
    """The frames of a model whose pictures lie in `folder`/images, or in the folder itself."""
    suffix = ".bin" if (model / "cameras.bin").is_file() else ".txt"
    files = [model / f"cameras{suffix}", model / f"images{suffix}"]
    if suffix == ".bin":
        lenses = dict(_binary_cameras(files[0]))
        rows = list(_binary_images(files[1]))
    else:
        lenses = dict(_text_cameras(files[0]))
        rows = list(_text_images(files[1]))
    place = folder / "images" if (folder / "images").is_dir() else folder
    frames = []
    for name, camera, numbers in sorted(rows, key=lambda row: row[0]):
        where = f"{files[1].name}, frame {name}"
        if camera not in lenses:
            raise DataError(f"{where}: CAMERA_ID: there is no camera {camera} in {files[0].name}")
        lens, size = lenses[camera]
        frames.append(Frame(Path(name).stem, place / name, _pose(numbers, where), lens, size))
    if len(frames) < 2:
        raise DataError(f"{files[1].name}: found {len(frames)} frames, at least 2 are needed")
    points = points_in(model, suffix)
    files += [points] if points is not None else []
    return Parsed(folder.name, frames, files, upright=False, points=points)


def _pose(numbers: np.ndarray, where: str) -> Tensor:
    """Camera to world with OpenGL's axes, of QW QX QY QZ TX TY TZ."""
    length = float(np.linalg.norm(numbers[:4]))
    if not np.isfinite(numbers).all() or length < 1e-9:
        raise DataError(f"{where}: QW QX QY QZ TX TY TZ: found {numbers.tolist()}, no pose")
    w, x, y, z = torch.from_numpy(numbers[:4] / length)
    turn = torch.stack(
        [
            torch.stack([1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)]),
            torch.stack([2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)]),
            torch.stack([2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]),
        ]
    )
    axes = turn.T * torch.tensor([1.0, -1.0, -1.0])  # columns: right, up, backward
    return torch.cat([axes, -(turn.T @ torch.from_numpy(numbers[4:]))[:, None]], dim=1)


def _lens(model: str, numbers: list[float], where: str) -> Tensor:
    if model not in MODELS:
        raise DataError(f"{where}: MODEL: {model} is not one of {', '.join(MODELS)}; undistort the "
                        "pictures with COLMAP first")  # fmt: skip
    places = MODELS[model]
    if len(numbers) != len(places) or not np.isfinite(numbers).all():
        raise DataError(f"{where}: PARAMS: {model} has {len(places)} numbers, found {numbers}")
    lens = torch.zeros(8, dtype=torch.float64)
    for number, to in zip(numbers, places, strict=True):
        lens[list(to)] = number
    if float(lens[:2].min()) <= 0:
        raise DataError(f"{where}: PARAMS: expected focal lengths above 0, found {numbers}")
    return lens


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not text: {error}") from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#"):
            yield number, line


def _text_cameras(path: Path) -> Iterator[tuple[int, Lens]]:
    for number, line in _lines(path):
        words = line.split()
        if not words:
            continue
        where = f"{path.name}, line {number}"
        try:
            id, size = int(words[0]), (int(words[2]), int(words[3]))
            numbers = [float(word) for word in words[4:]]
        except (ValueError, IndexError) as error:
            raise DataError(f"{where}: expected CAMERA_ID MODEL WIDTH HEIGHT PARAMS, found "
                            f"{line[:60]!r}") from error  # fmt: skip
        yield id, (_lens(words[1], numbers, f"{where}, camera {id}"), size)


def _text_images(path: Path) -> Iterator[tuple[str, int, np.ndarray]]:
    """Every second line is of points, and may be empty."""
    for number, line in list(_lines(path))[::2]:
        words = line.split(maxsplit=9)
        try:
            yield words[9].strip(), int(words[8]), np.array([float(w) for w in words[1:8]])
        except (ValueError, IndexError) as error:
            raise DataError(f"{path.name}, line {number}: expected IMAGE_ID QW QX QY QZ TX TY TZ "
                            f"CAMERA_ID NAME, found {line[:60]!r}") from error  # fmt: skip


def _taken(file: IO[bytes], form: str, what: str) -> tuple[int | float, ...]:
    data = file.read(struct.calcsize(form))
    try:
        return struct.unpack(form, data)
    except struct.error:
        raise DataError(f"{Path(file.name).name}: the file ends within {what}") from None


def _binary_cameras(path: Path) -> Iterator[tuple[int, Lens]]:
    with open(path, "rb") as file:
        (count,) = _taken(file, "<Q", "the number of cameras")
        for number in range(int(count)):
            id, model, width, height = _taken(file, "<iiQQ", f"camera {number}")
            name = _NUMBERED[int(model)] if 0 <= model < len(_NUMBERED) else f"model {model}"
            known = len(MODELS.get(name, ()))
            numbers = [float(n) for n in _taken(file, f"<{known}d", f"PARAMS of camera {id}")]
            lens = _lens(name, numbers, f"{path.name}, camera {id}")
            yield int(id), (lens, (int(width), int(height)))


def _binary_images(path: Path) -> Iterator[tuple[str, int, np.ndarray]]:
    with open(path, "rb") as file:
        (count,) = _taken(file, "<Q", "the number of frames")
        for number in range(int(count)):
            where = f"frame {number}"
            _, *numbers, camera = _taken(file, "<i7di", where)
            name = bytearray()
            while (letter := _taken(file, "<c", f"NAME of {where}")[0]) != b"\0":
                name += letter  # type: ignore[arg-type]
            (points,) = _taken(file, "<Q", f"POINTS2D of {where}")
            file.seek(24 * int(points), 1)
            yield name.decode("utf-8", "replace"), int(camera), np.array(numbers, dtype=float)
