"""Take named files out of a fetched archive, each written whole; nothing else in it is touched."""

from __future__ import annotations

import gzip
import os
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from core.data.imageset import DataError
from core.progress import Progress

_CHUNK = 4 << 20


def gunzip(archive: Path, target: Path, progress: Progress) -> None:
    """The one file in a .gz; raises DataError where the archive is damaged or the disk full."""
    try:
        with gzip.open(archive, "rb") as packed:
            _write(packed, target, progress)
    except (OSError, EOFError) as error:
        raise DataError(f"{archive.name}: cannot be unpacked ({error})") from error


def untar(archive: Path, names: Iterable[str], folder: Path, progress: Progress) -> None:
    """The members of these exact names, into a folder; raises DataError where one is missing."""
    missing = set(names)
    try:
        with tarfile.open(archive, "r|*") as packed:
            for member in packed:
                if member.name in missing and member.isreg():
                    source = packed.extractfile(member)
                    assert source is not None  # a regular file always has content
                    _write(source, folder / member.name, progress)
                    missing.discard(member.name)
                if not missing:
                    break
    except (OSError, EOFError, tarfile.TarError) as error:
        raise DataError(f"{archive.name}: cannot be unpacked ({error})") from error
    if missing:
        raise DataError(f"{archive.name}: {', '.join(sorted(missing))} is not in it")


def _write(source: IO[bytes] | gzip.GzipFile, target: Path, progress: Progress) -> None:
    """Through a temporary name, so that a file that is there is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(target.name + ".unpacking")
    try:
        with open(temporary, "wb") as file:
            while chunk := source.read(_CHUNK):
                file.write(chunk)
                progress.update(f"Unpacking {target.name}", file.tell(), unit="B")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
