"""Cameras in JSON: the Blender sets of the NeRF paper, and transforms.json of instant-ngp and
nerfstudio. Both give camera-to-world matrices with OpenGL's axes and z up.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.data.imageset import DataError
from core.data.scenes.posed import Frame, Parsed

_SUFFIXES = (".png", ".jpg", ".jpeg", ".JPG", ".PNG", ".webp")
_MODELS = ("OPENCV", "PINHOLE", "SIMPLE_PINHOLE", "RADIAL", "SIMPLE_RADIAL", "PERSPECTIVE")
_LENS = ("fl_x", "fl_y", "cx", "cy", "k1", "k2", "p1", "p2")
_BLENDER_BOX = 1.5  # half the side of the box that all scenes of the paper's set lie in


def read_transforms(path: Path) -> Parsed:
    """The frames of a file, and of transforms_test.json beside transforms_train.json, held out."""
    frames, about = _frames(path, held_out=False)
    files, remarks = [path], _remarks(about)
    test = path.with_name("transforms_test.json")
    if path.name == "transforms_train.json" and test.is_file():
        frames += _frames(test, held_out=True)[0]
        files.append(test)
    if len(frames) < 2:
        raise DataError(f"{path.name}: frames: found {len(frames)}, at least 2 are needed")
    plain = "camera_angle_x" in about and "fl_x" not in about and "aabb_scale" not in about
    named = path.name.startswith("transforms_")
    return Parsed(path.parent.name, frames, files, box=_BLENDER_BOX if plain and named else 0.0,
                  remarks=remarks)  # fmt: skip


def _remarks(about: dict[str, Any]) -> list[str]:
    found = []
    if any("mask_path" in frame for frame in about["frames"]):
        found.append("the file names masks; they are not used")
    return found


def _frames(path: Path, held_out: bool) -> tuple[list[Frame], dict[str, Any]]:
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{path.name} is not JSON: {error}") from error
    if not isinstance(about, dict) or not isinstance(about.get("frames"), list):
        raise DataError(f"{path.name}: frames: expected a list of frames, found none")
    frames = []
    for number, entry in enumerate(about["frames"]):
        if not isinstance(entry, dict) or not isinstance(entry.get("file_path"), str):
            raise DataError(f"{path.name}, frame {number}: file_path: expected a name of a picture")
        where = f"{path.name}, frame {number} ({entry['file_path']})"
        frames.append(_frame(path, {**about, **entry}, where, held_out))
    return frames, about


def _frame(path: Path, entry: dict[str, Any], where: str, held_out: bool) -> Frame:
    """One frame; what it says itself goes before what the file says for all."""
    model = entry.get("camera_model", "OPENCV")
    if model not in _MODELS:
        raise DataError(f"{where}: camera_model: {model!r} is not one of {', '.join(_MODELS)}")
    for name in ("k3", "k4", "k5", "k6"):
        if _number(entry, name, where, 0.0):
            raise DataError(f"{where}: {name}: this lens bends more than k1 and k2 can say; "
                            "undistort the pictures first")  # fmt: skip
    size = None
    if "w" in entry and "h" in entry:
        size = (round(_number(entry, "w", where)), round(_number(entry, "h", where)))
        if min(size) < 1:
            raise DataError(f"{where}: w, h: expected a size in pixels, found {size}")
    pose = _pose(entry.get("transform_matrix"), where)
    picture = _picture(path.parent, entry["file_path"])
    name = picture.stem
    if "fl_x" in entry:
        if size is None:
            raise DataError(f"{where}: w, h: the focal length fl_x is in pixels of a size that is "
                            "not said")  # fmt: skip
        usual = {"fl_y": _number(entry, "fl_x", where), "cx": size[0] / 2, "cy": size[1] / 2}
        lens = [_number(entry, field, where, usual.get(field, 0.0)) for field in _LENS]
        if min(lens[:2]) <= 0:
            raise DataError(f"{where}: fl_x, fl_y: expected lengths above 0, found {lens[:2]}")
        return Frame(name, picture, pose, torch.tensor(lens).double(), size, held_out=held_out)
    angle = _number(entry, "camera_angle_x", where)
    if not 0 < angle < math.pi:
        raise DataError(f"{where}: camera_angle_x: expected radians in 0..π, found {angle}")
    return Frame(name, picture, pose, None, size, angle, held_out)


def _number(entry: dict[str, Any], name: str, where: str, usual: float | None = None) -> float:
    value = entry.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        found = "nothing" if value is None else repr(value)
        raise DataError(f"{where}: {name}: expected a number, found {found}")
    return float(value)


def _pose(rows: Any, where: str) -> Tensor:
    try:
        matrix = torch.tensor(rows, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        matrix = torch.empty(0)
    if matrix.shape not in ((4, 4), (3, 4)) or not bool(matrix.isfinite().all()):
        raise DataError(f"{where}: transform_matrix: expected 4 rows of 4 finite numbers, camera "
                        f"to world, found {str(rows)[:60]}")  # fmt: skip
    pose = matrix[:3].clone()
    lengths = pose[:, :3].norm(dim=0)
    if float(lengths.min()) < 1e-6:
        raise DataError(f"{where}: transform_matrix: an axis of the camera has no length")
    pose[:, :3] /= lengths  # some exporters leave a scale in them
    return pose


def _picture(folder: Path, said: str) -> Path:
    path = folder / said
    if path.suffix and path.is_file():
        return path
    for suffix in _SUFFIXES:
        if (found := path.with_name(path.name + suffix)).is_file():
            return found
    return path if path.suffix else path.with_name(path.name + ".png")
