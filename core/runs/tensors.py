"""Named arrays to the bytes of a safetensors file and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from core.runs.errors import RunDamaged

Tensors = dict[str, NDArray[Any]]
LIMIT = 8 << 30  # bytes of a file
_HEADER_LIMIT = 4 << 20  # bytes; some thirty thousand tensors


def encode_tensors(tensors: Mapping[str, NDArray[Any]]) -> bytes:
    """The file's bytes; raises TypeError for a value that is no array of numbers."""
    # safetensors 0.8 takes the memory as it lies, and so would save a transposed view wrongly.
    plain = {}
    for name, tensor in tensors.items():
        if not isinstance(tensor, np.ndarray) or tensor.dtype.kind not in "biuf":
            found = getattr(tensor, "dtype", type(tensor).__name__)
            raise TypeError(f"{name}: expected an array of numbers, found {found}")
        plain[name] = np.asarray(tensor, dtype=tensor.dtype.newbyteorder("<"), order="C")
    data = safetensors.numpy.save(plain)
    if int.from_bytes(data[:8], "little") > _HEADER_LIMIT or len(data) > LIMIT:
        raise ValueError(f"{len(tensors)} tensors of {len(data)} bytes are too many for one file")
    return data


def decode_tensors(data: bytes, name: str) -> Tensors:
    """Arrays that own their memory and may be written to; raises RunDamaged naming the file."""
    if int.from_bytes(data[:8], "little") > _HEADER_LIMIT:
        raise RunDamaged(f"{name} is damaged: its header claims over {_HEADER_LIMIT} bytes")
    try:
        found = safetensors.numpy.load(data)
    except Exception as error:  # whatever the parser makes of bytes that are not its own
        raise RunDamaged(f"{name} is damaged: {error}") from None
    return {key: array if array.flags.writeable else array.copy() for key, array in found.items()}
