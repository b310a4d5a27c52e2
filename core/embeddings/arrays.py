"""Arrays out of .npy data in blocks, as float32; memory asked for before it is taken.

A file is read and not mapped: a mapped one that another program shortens would end this program.
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from core.embeddings.table import EmbeddingError, Floats
from core.progress import Progress

BLOCK_BYTES = 8 * 1024**2
ROOM = 0.8  # of the free memory may be taken
READING = "reading"
PICKLED = (
    "{name} holds Python objects (a pickle), which are never loaded, because loading could run "
    "anything; save it as plain numbers, as with numpy.save(path, array.astype('float32'))"
)


@dataclass(frozen=True)
class Header:
    """What stands before the numbers of a .npy array."""

    shape: tuple[int, ...]
    by_columns: bool  # Fortran order
    dtype: np.dtype

    @property
    def count(self) -> int:
        return math.prod(self.shape)


def free_memory() -> int | None:
    """Bytes of memory that programs may still take; None where the system does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError), open("/proc/meminfo") as facts:
        for line in facts:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    with contextlib.suppress(AttributeError, ValueError, OSError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    return None


def ask_for(size: int, name: str) -> None:
    """Raises EmbeddingError when so many bytes are more than the memory has."""
    free = free_memory()
    if free is not None and size > ROOM * free:
        raise EmbeddingError(
            f"{name} needs about {size / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free; "
            "open a file of fewer rows, or of fewer numbers a row"
        )


def header(stream: IO[bytes], name: str) -> Header:
    """Read the header of a .npy array; raises EmbeddingError for anything else, and for pickles."""
    try:
        version = npy.read_magic(stream)
        if version == (1, 0):
            shape, by_columns, dtype = npy.read_array_header_1_0(stream)
        else:  # 3.0 differs from 2.0 in the names of fields alone, and arrays of fields are refused
            shape, by_columns, dtype = npy.read_array_header_2_0(stream)
    except (ValueError, EOFError, SyntaxError, UnicodeDecodeError) as error:
        raise EmbeddingError(f"{name} is not a whole .npy array ({error})") from error
    if dtype.hasobject:
        raise EmbeddingError(PICKLED.format(name=name))
    return Header(tuple(shape), by_columns, dtype)


def numbers(stream: IO[bytes], head: Header, name: str, progress: Progress) -> Floats:
    """The array after its header, as float32; raises EmbeddingError for what are no numbers."""
    if head.dtype.kind not in "fiub":
        raise EmbeddingError(f"{name} holds {head.dtype}; expected numbers")
    ask_for(4 * head.count * (2 if head.by_columns else 1), name)
    found = np.empty(head.count, dtype=np.float32)
    for at, values in _blocks(stream, head, name, progress):
        with np.errstate(over="ignore"):  # too large for float32 is infinite, which is told later
            found[at : at + len(values)] = values
    return _shaped(found, head)


def anything(stream: IO[bytes], head: Header, name: str, progress: Progress) -> NDArray:
    """The array after its header, in its own type."""
    ask_for(head.dtype.itemsize * head.count, name)
    found = np.empty(head.count, dtype=head.dtype)
    for at, values in _blocks(stream, head, name, progress):
        found[at : at + len(values)] = values
    return _shaped(found, head)


def _shaped(found: NDArray, head: Header) -> NDArray:
    if head.by_columns and len(head.shape) > 1:
        return np.ascontiguousarray(found.reshape(head.shape[::-1]).T)
    return found.reshape(head.shape)


def _blocks(
    stream: IO[bytes], head: Header, name: str, progress: Progress
) -> Iterator[tuple[int, NDArray]]:
    """(place, values) of blocks in the order of the file."""
    size = max(1, head.dtype.itemsize)
    whole = BLOCK_BYTES // size
    rows = head.shape[0] if head.shape else 1
    for at in range(0, head.count, whole):
        progress.update(f"{READING} {name}", rows * at // head.count, rows, "rows")
        wanted = min(whole, head.count - at) * size
        data = stream.read(wanted)
        if len(data) < wanted:
            raise EmbeddingError(
                f"{name} ends too early: its header promises an array of shape {head.shape}"
            )
        yield at, np.frombuffer(data, dtype=head.dtype)
    progress.update(f"{READING} {name}", rows, rows, "rows")


def filled(blocks: list[Floats], width: int) -> Floats:
    """Blocks (n, D) as one array; each is let go as it is copied, so little is held twice."""
    found = np.empty((sum(map(len, blocks)), width), dtype=np.float32)
    at = 0
    blocks.reverse()
    while blocks:
        block = blocks.pop()
        found[at : at + len(block)] = block
        at += len(block)
    return found
