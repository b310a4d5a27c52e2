"""The files below a folder or inside a zip, listed without opening one, and read one by one.

Nothing is ever extracted: a member of a zip is read into memory, and no more of it than it
declares. Each real folder is visited once, so a loop of symbolic links ends.
"""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from core.data.decode import Unusable, refuse_size
from core.data.imageset import DataError, Problem
from core.data.kinds import PICTURES, suffix_of
from core.progress import Progress

_ENCRYPTED = 0x1  # bit of a zip member's flags
# Python unpacks the other methods without a bound on what a few bytes may unfold into.
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class Entry:
    """A file that may be a picture."""

    name: str  # path below the root with forward slashes, fit to be shown and written anywhere
    size: int  # bytes
    where: Any  # what the shelf finds it by
    stamp: str = ""  # another one when the content may have changed


class Shelf(Protocol):
    """Files in the order of their names, and those that could not even be listed."""

    digest: str  # another one as soon as any file changes
    problems: list[Problem]

    @property
    def entries(self) -> list[Entry]: ...

    def read(self, entry: Entry) -> bytes:
        """The file's bytes; raises Unusable. Safe to call from several threads."""
        ...

    def close(self) -> None: ...


def open_shelf(path: Path, progress: Progress) -> Shelf:
    """The folder or zip at a path; raises DataError where it is neither."""
    progress.update(f"Looking through {path.name}", 0, unit="files")
    if path.is_dir():
        return FolderShelf(path, progress)
    if not path.exists():
        raise DataError(f"{path}: there is no such folder or file; choose one that exists")
    if zipfile.is_zipfile(path):
        return ZipShelf(path)
    raise DataError(f"{path.name}: expected a folder or a zip of pictures; this file is neither")


def _hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _tried(name: str) -> bool:
    """Whether a file name is a picture's, or so bare that only the content can tell."""
    suffix = suffix_of(name)
    return not _hidden(name) and (suffix == "" or suffix in PICTURES)


def _shown(name: str) -> str:
    # macOS writes accents as separate marks, and a name on disk need not be valid text at all.
    clean = name.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", clean.replace("\\", "/"))


class FolderShelf:
    """The pictures below a folder, links followed."""

    def __init__(self, root: Path, progress: Progress) -> None:
        self.problems: list[Problem] = []
        self.entries: list[Entry] = []
        for folder in self._walk(root):
            self.entries += folder
            progress.update(f"Looking through {root.name}", len(self.entries), unit="files")
        self.entries.sort(key=lambda entry: entry.name)
        listed = [(entry.name, entry.size, entry.stamp) for entry in self.entries]
        self.digest = hashlib.sha256(repr((listed, self.problems)).encode()).hexdigest()

    def _walk(self, root: Path) -> Iterator[list[Entry]]:
        """The files of one folder after another; what only links lead to comes last.

        So a folder that is also linked to from elsewhere is met under its own name.
        """
        visited: set[tuple[int, int]] = set()
        waiting, links = [("", root)], list[tuple[str, Path]]()
        while waiting or links:
            prefix, folder = waiting.pop() if waiting else links.pop(0)
            try:
                facts = folder.stat()
                if (facts.st_dev, facts.st_ino) in visited:
                    continue
                visited.add((facts.st_dev, facts.st_ino))
                with os.scandir(folder) as found:
                    inside = sorted(found, key=lambda item: item.name)
            except OSError as error:
                self._note(prefix or root.name, error)
                continue
            subfolders = [item for item in inside if item.is_dir() and not _hidden(item.name)]
            for item in subfolders:
                (links if item.is_symlink() else waiting).append(
                    (f"{prefix}{item.name}/", Path(item))
                )
            names = (item.name for item in inside if not item.is_dir() and _tried(item.name))
            files = (self._entry(prefix + name, folder / name) for name in names)
            yield [entry for entry in files if entry is not None]

    def _entry(self, name: str, path: Path) -> Entry | None:
        try:
            facts = path.stat()
        except OSError as error:
            self._note(name, error)
            return None
        if not stat.S_ISREG(facts.st_mode):  # a pipe could be waited for without end
            self.problems.append(Problem(_shown(name), "not a regular file"))
            return None
        return Entry(_shown(name), facts.st_size, path, f"{facts.st_mtime_ns} {facts.st_mode:o}")

    def _note(self, name: str, error: OSError) -> None:
        self.problems.append(Problem(_shown(name), _cannot_open(error)))

    def read(self, entry: Entry) -> bytes:
        refuse_size(entry.size)
        try:
            with open(entry.where, "rb") as file:
                return file.read(entry.size)
        except OSError as error:
            raise Unusable(_cannot_open(error)) from None

    def close(self) -> None:
        """Nothing is held open."""


class ZipShelf:
    """The pictures inside a zip, read in memory; listed when first asked for."""

    def __init__(self, path: Path) -> None:
        self.problems: list[Problem] = []
        self._path = path
        facts = path.stat()
        self.digest = f"{facts.st_size} {facts.st_mtime_ns}"

    @cached_property
    def _zip(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self._path)
        except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
            raise DataError(f"{self._path.name}: the zip cannot be opened ({error})") from None

    @cached_property
    def entries(self) -> list[Entry]:
        found = []
        for info in self._zip.infolist():
            name = _shown(info.filename)
            *folders, last = name.split("/")
            if not info.is_dir() and _tried(last) and not any(map(_hidden, folders)):
                found.append(Entry(name, info.file_size, info))
        return sorted(found, key=lambda entry: entry.name)

    def read(self, entry: Entry) -> bytes:
        refuse_size(entry.size)
        if entry.where.flag_bits & _ENCRYPTED:
            raise Unusable("it is locked with a password")
        if entry.where.compress_type not in _BOUNDED:
            raise Unusable("it is packed in a way that is not read; pack the zip with Deflate")
        try:
            with self._zip.open(entry.where) as member:
                return member.read(entry.size)
        except Exception as error:  # zlib.error, BadZipFile, EOFError, OSError ...
            raise Unusable(f"the zip is damaged here ({error})") from None

    def close(self) -> None:
        if "_zip" in vars(self):
            self._zip.close()


def _cannot_open(error: OSError) -> str:
    return f"it cannot be opened ({(error.strerror or str(error)).lower()})"
