"""A JSON file that knows when it was altered: its last entry is the checksum of the rest.

The checksum is the CRC-32 of the compact JSON of everything before it, so reformatting a file by
hand leaves it valid and changing one digit of a learning rate does not.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

from core.runs import disk, plain
from core.runs.atomic import write_file
from core.runs.errors import RunDamaged

LIMIT = 1_000_000  # bytes
_CHECKSUM = "crc32"


def encode_document(content: dict[str, Any]) -> bytes:
    """The file's bytes; raises TypeError for what is not JSON."""
    if _CHECKSUM in content:
        raise ValueError(f"the key {_CHECKSUM!r} is kept for the checksum")
    return plain.encode({**content, _CHECKSUM: _checksum(content)}, indent=1) + b"\n"


def decode_document(data: bytes, name: str) -> dict[str, Any]:
    """The content of a file's bytes; raises RunDamaged naming the file."""
    try:
        content = plain.decode(data)
    except RunDamaged as error:
        raise RunDamaged(f"{name} is damaged: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get(_CHECKSUM), str):
        raise RunDamaged(f"{name} is damaged: it holds no checksum")
    told = content.pop(_CHECKSUM)
    if told != _checksum(content):
        raise RunDamaged(f"{name} is damaged: its content does not match its checksum {told}")
    return content


def write_document(path: Path, content: dict[str, Any], durable: bool = True) -> None:
    """Replace a document whole; raises OSError, or TypeError for what is not JSON."""
    write_file(path, encode_document(content), durable)


def read_document(path: Path, limit: int = LIMIT) -> dict[str, Any]:
    """The content of a document of at most `limit` bytes; raises RunDamaged."""
    try:
        data = disk.read_file(path, limit)
    except FileNotFoundError:
        raise RunDamaged(f"{path.name} is missing") from None
    except OSError as error:
        raise RunDamaged(f"{path.name} cannot be read: {error}") from None
    return decode_document(data, path.name)


def _checksum(content: dict[str, Any]) -> str:
    return f"{zlib.crc32(plain.encode(content)):08x}"
