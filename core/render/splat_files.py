"""Gaussians as files: .ply as written by the code of the 3DGS paper, and .splat of web viewers.

A .ply holds all that is learned, float by float: opacities before the logistic function, logarithms
of sizes, quaternions w x y z, harmonics colour by colour. A .splat is 32 bytes a Gaussian: place,
sizes, red green blue and opacity in 0..255, turn in −1..1 in 256 steps; colours do not depend on
the view. A comment in a .ply says how wide a pixel was when they were learned.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.render.splatting import Gaussians
from core.render.voxels import C0

SAVED = (".ply", ".splat")
USUAL_FOCAL = 1111.0  # pixels a slope, of pictures 800 wide as most are learned from
_FOCAL = "focal"  # the comment's first word
_RECORD = np.dtype([("place", "<f4", 3), ("size", "<f4", 3), ("colour", "u1", 4),
                    ("turn", "u1", 4)])  # fmt: skip
_FIRST = ["x", "y", "z", "nx", "ny", "nz", "f_dc_0", "f_dc_1", "f_dc_2"]
_LAST = ["opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3"]
_TYPES = {"float": "<f4", "float32": "<f4", "double": "<f8", "float64": "<f8", "uchar": "u1",
          "uint8": "u1", "char": "i1", "int8": "i1", "short": "<i2", "int16": "<i2",
          "ushort": "<u2", "uint16": "<u2", "int": "<i4", "int32": "<i4", "uint": "<u4",
          "uint32": "<u4"}  # fmt: skip
_RESTS = 0, 9, 24, 45  # numbers of f_rest: three colours of harmonics to degree 0, 1, 2, 3
Floats = NDArray[np.float32]


class SplatError(ValueError):
    """A file that holds no Gaussians, or broken ones; names the file and the field."""


@dataclass(frozen=True)
class SplatFile:
    """What a file holds."""

    gaussians: Gaussians
    focal: float  # pixels a slope of the views that it was learned from
    remarks: tuple[str, ...] = ()  # what could not be taken over, in words


def check_ending(path: Path) -> None:
    """Raises SplatError for an ending that no Gaussians are read or written with."""
    if path.suffix.lower() not in SAVED:
        raise SplatError(f"{path.name}: Gaussians are {' or '.join(SAVED)}")


def read_splats(path: Path) -> SplatFile:
    """What a .ply or .splat holds; raises SplatError, OSError."""
    check_ending(path)
    data = path.read_bytes()
    if path.suffix.lower() == ".ply":
        return _read_ply(data, path.name)
    return _read_splat(data, path.name)


def encoded(found: Gaussians, focal: float, suffix: str) -> bytes:
    """The content of a file with that ending."""
    return _splat(found) if suffix.lower() == ".splat" else _ply(found, focal)


def _arrays(found: Gaussians) -> dict[str, Floats]:
    names = "means", "log_scales", "turns", "opacities", "plain", "harmonics"
    return {name: getattr(found, name).detach().cpu().float().numpy() for name in names}


def _checked(values: Floats, fields: list[str], name: str) -> None:
    """Raises SplatError where a number of columns (N, F) is not finite."""
    if not np.isfinite(values).all():
        row, column = (int(at[0]) for at in np.nonzero(~np.isfinite(values)))
        raise SplatError(f"{name}: Gaussian {row}: {fields[column]}: found "
                         f"{values[row, column]}, no finite number")  # fmt: skip


def _checked_turns(turns: Floats, field: str, name: str) -> None:
    short = np.linalg.norm(turns, axis=1) < 1e-8
    if short.any():
        raise SplatError(f"{name}: Gaussian {int(short.argmax())}: {field}: a quaternion of zeros "
                         "is no turn")  # fmt: skip


# --- .ply -----------------------------------------------------------------------------------------


def _ply(found: Gaussians, focal: float) -> bytes:
    of = _arrays(found)
    count = len(found)
    rest = of["harmonics"].reshape(count, -1)
    names = [*_FIRST, *(f"f_rest_{k}" for k in range(rest.shape[1])), *_LAST]
    columns: list[NDArray[Any]] = [of["means"], np.zeros((count, 3)), of["plain"], rest,
                                   of["opacities"][:, None],
                                   of["log_scales"], of["turns"]]  # fmt: skip
    lines = ["ply", "format binary_little_endian 1.0", f"comment {_FOCAL} {focal!r}",
             f"element vertex {count}", *(f"property float {name}" for name in names),
             "end_header"]  # fmt: skip
    body = np.concatenate(columns, axis=1).astype("<f4").tobytes()
    return ("\n".join(lines) + "\n").encode() + body


def _header(data: bytes, name: str) -> tuple[int, np.dtype, float, bytes]:
    """How many vertices, what each holds, the focal length, and what follows the header."""
    end = data[: 1 << 16].find(b"end_header\n")
    if not data.startswith(b"ply") or end < 0:
        raise SplatError(f"{name}: header: it is no .ply, or its header has no end_header")
    count, focal, fields, form, elements = -1, USUAL_FOCAL, [], "", 0
    for number, line in enumerate(data[:end].decode("ascii", "replace").splitlines(), 1):
        words = line.split() or [""]
        where = f"{name}: line {number}"
        try:
            if words[0] == "format":
                form = words[1]
            elif words[0] == "comment" and words[1:2] == [_FOCAL]:
                focal = float(words[2])
            elif words[0] == "element":
                elements += 1
                if elements == 1:
                    count = int(words[2]) if words[1] == "vertex" else -1
            elif words[0] == "property" and elements == 1:
                fields.append((words[2], _TYPES[words[1]]))
        except (IndexError, ValueError, KeyError) as error:
            raise SplatError(f"{where}: {words[0]}: cannot be read in {line[:60]!r}") from error
    if form != "binary_little_endian":
        raise SplatError(f"{name}: format: expected binary_little_endian, found {form or 'none'}")
    if count < 0:
        raise SplatError(f"{name}: element: the first has to be vertex, with a number of them")
    if not (np.isfinite(focal) and focal > 0):
        raise SplatError(f"{name}: comment {_FOCAL}: expected more than 0, found {focal}")
    try:
        record = np.dtype(fields)
    except ValueError as error:
        raise SplatError(f"{name}: property: {error}") from error
    return count, record, focal, data[end + len(b"end_header\n") :]


def _read_ply(data: bytes, name: str) -> SplatFile:
    count, record, focal, body = _header(data, name)
    known = record.names or ()
    for wanted in (*_FIRST[:3], *_FIRST[6:], *_LAST):
        if wanted not in known:
            raise SplatError(f"{name}: property {wanted}: it is missing; a .ply of Gaussians has "
                             "it, one of a mesh has not")  # fmt: skip
    rests = sum(1 for field in known if field.startswith("f_rest_"))
    if rests not in _RESTS:
        raise SplatError(f"{name}: property f_rest_{rests - 1}: expected 0, 9, 24 or 45 of them, "
                         f"found {rests}")  # fmt: skip
    if count < 1 or len(body) < count * record.itemsize:
        held = len(body) // record.itemsize
        raise SplatError(f"{name}: element vertex: it says {count:,}, the file holds {held:,}")
    rows = np.frombuffer(body, record, count)

    def taken(*fields: str) -> Floats:
        values = np.stack([rows[field].astype(np.float32) for field in fields], axis=1)
        _checked(values, list(fields), name)
        return values

    rest = np.zeros((count, 3, 0), np.float32)
    if rests:
        every = taken(*(f"f_rest_{k}" for k in range(rests)))
        rest = every.reshape(count, 3, -1)
    turns = taken(*_LAST[4:])
    _checked_turns(turns, "rot_0..3", name)
    parts = [taken(*_FIRST[:3]), taken(*_LAST[1:4]), turns, taken("opacity")[:, 0],
             taken(*_FIRST[6:]), rest]  # fmt: skip
    tensors = (torch.from_numpy(np.ascontiguousarray(part)) for part in parts)
    return SplatFile(Gaussians(*tensors), focal)


# --- .splat ---------------------------------------------------------------------------------------


def _splat(found: Gaussians) -> bytes:
    of = _arrays(found)
    sizes, opaque = np.exp(of["log_scales"]), 1 / (1 + np.exp(-of["opacities"]))
    order = np.argsort(-sizes.prod(axis=1) * opaque, kind="stable")  # what is seen most comes first
    rows = np.empty(len(found), _RECORD)
    turns = of["turns"] / np.linalg.norm(of["turns"], axis=1, keepdims=True)
    colours = np.concatenate([0.5 + C0 * of["plain"], opaque[:, None]], axis=1)
    rows["place"], rows["size"] = of["means"], sizes
    rows["colour"] = (colours * 255 + 0.5).clip(0, 255).astype(np.uint8)
    rows["turn"] = (turns * 128 + 128.5).clip(0, 255).astype(np.uint8)
    return rows[order].tobytes()


def _read_splat(data: bytes, name: str) -> SplatFile:
    if not data or len(data) % _RECORD.itemsize:
        raise SplatError(f"{name}: size: {len(data):,} bytes are not whole Gaussians of "
                         f"{_RECORD.itemsize} bytes")  # fmt: skip
    rows = np.frombuffer(data, _RECORD)
    _checked(rows["place"], ["x", "y", "z"], name)
    _checked(rows["size"], ["scale_0", "scale_1", "scale_2"], name)
    if (rows["size"] <= 0).any():
        row = int((rows["size"] <= 0).any(axis=1).argmax())
        raise SplatError(f"{name}: Gaussian {row}: scale: expected sizes above 0, found "
                         f"{rows['size'][row].tolist()}")  # fmt: skip
    turns = (rows["turn"].astype(np.float32) / 128 - 1).astype(np.float32)
    _checked_turns(turns, "rotation", name)
    colours = rows["colour"].astype(np.float32) / 255
    opaque = colours[:, 3].clip(0.5 / 255, 1 - 0.5 / 255)
    plain = (colours[:, :3] - 0.5) / C0
    parts = [rows["place"], np.log(rows["size"]), turns, np.log(opaque / (1 - opaque)), plain,
             np.zeros((len(rows), 3, 0), np.float32)]  # fmt: skip
    tensors = (torch.from_numpy(np.array(part, np.float32)) for part in parts)
    remarks = ("a .splat does not say how wide a pixel was",)
    return SplatFile(Gaussians(*tensors), USUAL_FOCAL, remarks)
