"""Named arrays to the bytes of a safetensors file and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from core.runs.disk import Part
from core.runs.errors import RunDamaged
from core.runs.folder import Parts

Tensors = dict[str, NDArray[Any]]
LIMIT = 8 << 30  # bytes of a file
_DTYPES = {
    "bool": "BOOL", "float16": "F16", "float32": "F32", "float64": "F64",
    "int8": "I8", "int16": "I16", "int32": "I32", "int64": "I64",
    "uint8": "U8", "uint16": "U16", "uint32": "U32", "uint64": "U64",
}  # fmt: skip
_SMALL = 1 << 16  # bytes
_HEADER_LIMIT = 4 << 20  # bytes; some thirty thousand tensors


def encode_tensors(tensors: Mapping[str, NDArray[Any]]) -> Parts:
    """The file's parts: its header and arrays, large ones where they lie.

    The library would return one piece, and for a moment hold two copies of all there is. Raises
    TypeError for a value that is no array of numbers.
    """
    plain = {name: _plain(name, tensor) for name, tensor in tensors.items()}
    ordered = sorted(plain.items(), key=lambda item: -item[1].itemsize)  # each lies aligned
    facts: dict[str, Any] = {}
    end = 0
    for name, array in ordered:
        facts[name] = {"dtype": _DTYPES[array.dtype.name], "shape": array.shape,
                       "data_offsets": (end, end + array.nbytes)}  # fmt: skip
        end += array.nbytes
    header = json.dumps(facts, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    if len(header) > _HEADER_LIMIT or 8 + len(header) + end > LIMIT:
        raise ValueError(f"{len(tensors)} tensors of {end} bytes are too many for one file")
    return _parts(len(header).to_bytes(8, "little") + header, [array for _, array in ordered])


def _parts(begun: bytes, arrays: Sequence[NDArray[Any]]) -> Parts:
    """What a file begins with and its arrays; those that are small are copied to one part."""
    parts: list[Part] = []
    small = bytearray(begun)
    for array in arrays:
        view = array.reshape(-1).view(np.uint8).data
        if len(view) < _SMALL:
            small += view
        else:
            parts += [bytes(small), view]
            small.clear()
    return [*parts, bytes(small)]


def _plain(name: str, tensor: NDArray[Any]) -> NDArray[Any]:
    """The array as it lies in a file: row after row, the lowest byte first."""
    if not isinstance(tensor, np.ndarray) or tensor.dtype.name not in _DTYPES:
        found = getattr(tensor, "dtype", type(tensor).__name__)
        raise TypeError(f"{name}: expected an array of numbers, found {found}")
    return np.asarray(tensor, dtype=tensor.dtype.newbyteorder("<"), order="C")


def decode_tensors(data: bytes, name: str) -> Tensors:
    """Arrays that own their memory and may be written to; raises RunDamaged naming the file."""
    if int.from_bytes(data[:8], "little") > _HEADER_LIMIT:
        raise RunDamaged(f"{name} is damaged: its header claims over {_HEADER_LIMIT} bytes")
    try:
        found = safetensors.numpy.load(data)
    except Exception as error:  # whatever the parser makes of bytes that are not its own
        raise RunDamaged(f"{name} is damaged: {error}") from None
    return {key: array if array.flags.writeable else array.copy() for key, array in found.items()}
