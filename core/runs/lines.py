"""Append-only files of checksummed JSON lines: `{json}` tab `crc32 in hex` newline.

One writer, many readers. A line counts once its newline is there and its checksum fits: what a
dying writer left torn is ignored by readers and cut by the next writer; a line that was damaged
later is skipped and counted. Appending costs microseconds; a line is on the disk itself after a
second at most.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.runs import disk, plain
from core.runs.errors import RunDamaged, RunError, saving

_SYNC_EVERY = 1.0  # seconds
_CHUNK = 1 << 20
_TAIL = 1 << 16
_LONGEST = 1 << 22  # bytes of a line; a longer one is not one of ours


def encode_line(row: dict[str, Any]) -> bytes:
    text = plain.encode(row)
    return b"%b\t%08x\n" % (text, zlib.crc32(text))


def decode_line(line: bytes) -> dict[str, Any]:
    """The row of a line without its newline; raises RunDamaged."""
    text, _, checksum = line.rpartition(b"\t")
    if b"%08x" % zlib.crc32(text) != checksum:
        raise RunDamaged("a line does not match its checksum")
    row = plain.decode(text)
    if not isinstance(row, dict):
        raise RunDamaged("a line is not a JSON object")
    return row


class LineWriter:
    """The one writer of a file of lines; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Open or make the file and cut a torn last line; raises RunError."""
        self.path = path
        self._lock = threading.Lock()
        self._synced = time.monotonic()
        with saving(path.name, path.parent):
            self._descriptor = disk.open_append(path)
        try:
            with saving(path.name, path.parent):
                self._end = _whole_length(self._descriptor)
                self._torn = self._end != os.fstat(self._descriptor).st_size
                self._cut()
        except BaseException:
            os.close(self._descriptor)
            raise

    def append(self, row: dict[str, Any]) -> None:
        """Add one row; raises RunFull or RunError, and then nothing of the row stays.

        The one exception is a failing fsync, after which the row may stand: writing it again is
        harmless, since the readers of steps let a later row replace an earlier one.
        """
        line = encode_line(row)
        with self._lock, saving(self.path.name, self.path.parent):
            self._check_open()
            self._cut()
            try:
                disk.write_all(self._descriptor, line)
            except OSError:
                self._torn = True
                with contextlib.suppress(OSError):
                    self._cut()
                raise
            self._end += len(line)
            if time.monotonic() - self._synced >= _SYNC_EVERY:
                self._sync()

    def sync(self) -> None:
        """Wait until every row is on the disk; raises RunError."""
        with self._lock, saving(self.path.name, self.path.parent):
            self._check_open()
            self._sync()

    def close(self) -> None:
        with self._lock:
            if self._descriptor >= 0:
                with contextlib.suppress(OSError):
                    self._sync()
                os.close(self._descriptor)
                self._descriptor = -1

    def _check_open(self) -> None:
        if self._descriptor < 0:
            raise RunError(f"{self.path.name} was closed; open the run again to write to it")

    def _cut(self) -> None:
        if self._torn:
            disk.truncate(self._descriptor, self._end)
            self._torn = False

    def _sync(self) -> None:
        self._synced = time.monotonic()  # also when it fails: a broken disk is asked once a second
        disk.sync(self._descriptor)


class LineReader:
    """Reads a file of lines as far as it is whole, and each time only what is new."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = 0  # lines skipped so far
        self._offset = 0

    def poll(self) -> Iterator[dict[str, Any]]:
        """The rows since the last call; an absent file has none. Raises RunDamaged."""
        try:
            descriptor = disk.open_plain(self.path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise RunDamaged(f"{self.path.name} cannot be read: {error}") from None
        with os.fdopen(descriptor, "rb") as file:
            file.seek(self._offset)
            rest = b""
            while chunk := file.read(_CHUNK):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._offset += len(line) + 1
                    try:
                        row = decode_line(line)
                    except RunDamaged:
                        self.damaged += 1
                        continue
                    yield row
                if len(rest) > _LONGEST:
                    raise RunDamaged(f"{self.path.name} holds a line of over {_LONGEST} bytes")


def last_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The whole rows in the file's last 64 kB, the newest first."""
    try:
        descriptor = disk.open_plain(path)
    except OSError:
        return
    with os.fdopen(descriptor, "rb") as file:
        file.seek(max(0, os.fstat(descriptor).st_size - _TAIL))
        lines = file.read(_TAIL).split(b"\n")[:-1]
    for line in reversed(lines):
        with contextlib.suppress(RunDamaged):
            yield decode_line(line)


def _whole_length(descriptor: int) -> int:
    """Bytes up to and with the last newline."""
    end = os.fstat(descriptor).st_size
    while end > 0:
        start = max(0, end - _TAIL)
        os.lseek(descriptor, start, os.SEEK_SET)
        found = os.read(descriptor, end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
