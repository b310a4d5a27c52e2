"""Messages between the window's process and the map process: a JSON head, then raw arrays.

Plain bytes, so that neither side ever loads anything executable.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

Head = dict[str, Any]
Arrays = dict[str, NDArray[np.float32]]
_LENGTH = struct.Struct("<Q")


def send(stream: BinaryIO, head: Head, arrays: Mapping[str, NDArray[Any]] | None = None) -> None:
    """Write one message, whole; raises OSError or ValueError when the other side is gone."""
    parts = {name: np.ascontiguousarray(a, dtype="<f4") for name, a in (arrays or {}).items()}
    shapes = {name: a.shape for name, a in parts.items()}
    text = json.dumps({"head": head, "shapes": shapes}).encode()
    stream.write(_LENGTH.pack(len(text)) + text)
    for array in parts.values():
        stream.write(memoryview(array).cast("B") if array.size else b"")
    stream.flush()


def receive(stream: BinaryIO) -> tuple[Head, Arrays] | None:
    """The next message, or None when the other side is gone, even in the middle of one."""
    length = _exactly(stream, _LENGTH.size)
    text = _exactly(stream, _LENGTH.unpack(length)[0]) if length is not None else None
    if text is None:
        return None
    message = json.loads(text)
    arrays = {}
    for name, shape in message["shapes"].items():
        data = _exactly(stream, 4 * math.prod(shape))
        if data is None:
            return None
        arrays[name] = np.frombuffer(data, dtype="<f4").reshape(shape)
    return message["head"], arrays


def _exactly(stream: BinaryIO, count: int) -> bytes | None:
    data = stream.read(count) if count else b""
    return data if len(data) == count else None
