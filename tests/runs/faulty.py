"""A disk that dies, fails or loses power at the k-th change, in place of `core.runs.disk.os`.

What counts as one change: making, writing, syncing, renaming, cutting or deleting a file or folder.
A power cut is simulated as POSIX allows it: bytes that were not synced are cut off or zeroed, and
names that were changed in a folder not synced since may be as they were before.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHANGES = ("open", "write", "fsync", "replace", "mkdir", "unlink", "rmdir", "ftruncate")


class Death(BaseException):
    """The process is gone: nothing it does from now on reaches the disk."""


@dataclass(eq=False)
class NameChange:
    """A change of names in a folder, and how to take it back."""

    kind: str  # "made", "gone" or "moved"
    path: Path
    old: Path | None = None  # where a moved one came from
    kept: Path | None = None  # what was there before, if anything
    durable: bool = False
    undone: bool = False


class FaultyOs:
    """`os`, but once armed, change number `at` (from 0) dies or fails with error number `fault`.

    With `fault` None it is death; `lasting` repeats an error for every later write.
    """

    def __init__(self, attic: Path) -> None:
        self.count = 0
        self.dead = False
        self._attic = attic
        self._at, self._fault, self._lasting = -1, None, False
        self._paths: dict[int, Path] = {}
        self._names: list[NameChange] = []
        self._synced: dict[int, int] = {}  # inode -> bytes on the disk
        self._dirty: dict[int, Path] = {}

    def arm(self, at: int, fault: int | None = None, lasting: bool = False) -> None:
        """Count from now on, and misbehave at that change."""
        self.count, self._at, self._fault, self._lasting = 0, at, fault, lasting

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in CHANGES:
            return real
        return lambda *args, **more: self._change(name, real, args, more)

    def _change(self, name: str, real: Any, args: Any, more: Any) -> Any:
        if name == "open" and not (args[1] & os.O_CREAT and not os.path.lexists(args[0])):
            return self._opened(Path(args[0]), real(*args, **more))
        if self.dead:
            raise Death
        number, self.count = self.count, self.count + 1
        due = number == self._at
        lasts = self._lasting and number > self._at >= 0 and name in ("write", "open", "mkdir")
        if due or lasts:
            if name == "write":  # half of it gets through
                self._write(args[0], bytes(args[1])[: len(args[1]) // 2])
            if self._fault is None:
                self.dead = True
                raise Death
            raise OSError(self._fault, os.strerror(self._fault))
        return getattr(self, f"_{name}")(*args)

    def _opened(self, path: Path, descriptor: int) -> int:
        self._paths[descriptor] = path
        return descriptor

    def _open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        descriptor = self._opened(Path(path), os.open(path, flags, mode))
        self._names.append(NameChange("made", Path(path)))
        return descriptor

    def _write(self, descriptor: int, data: bytes) -> int:
        inode = os.fstat(descriptor).st_ino
        self._synced.setdefault(inode, os.fstat(descriptor).st_size)
        self._dirty[inode] = self._paths[descriptor]
        return os.write(descriptor, data)

    def _fsync(self, descriptor: int) -> None:
        path = self._paths[descriptor]
        if path.is_dir():
            for change in self._names:
                if not change.durable:
                    change.durable = path in (change.path.parent, self._now(change).parent)
        else:
            facts = os.fstat(descriptor)
            self._synced[facts.st_ino] = facts.st_size
            self._dirty.pop(facts.st_ino, None)

    def _ftruncate(self, descriptor: int, length: int) -> None:
        os.ftruncate(descriptor, length)

    def _mkdir(self, path: Path, mode: int = 0o777) -> None:
        os.mkdir(path, mode)
        self._names.append(NameChange("made", Path(path)))

    def _replace(self, old: Path, new: Path) -> None:
        kept = self._keep(Path(new))
        os.replace(old, new)
        self._names.append(NameChange("moved", Path(new), Path(old), kept))

    def _unlink(self, path: Path) -> None:
        kept = self._keep(Path(path))
        os.unlink(path)
        self._names.append(NameChange("gone", Path(path), kept=kept))

    def _rmdir(self, path: Path) -> None:
        os.rmdir(path)
        self._names.append(NameChange("gone", Path(path)))

    def _keep(self, path: Path) -> Path | None:
        if not path.is_file():
            return None
        kept = self._attic / f"{len(self._names)}-{path.name}"
        os.link(path, kept)
        return kept

    def _now(self, change: NameChange) -> Path:
        """Where a changed name is to be found after the renames that followed and still hold."""
        path = change.path
        for later in self._names[self._names.index(change) + 1 :]:
            if later.kind == "moved" and not later.undone and path.is_relative_to(later.old):
                path = later.path / path.relative_to(later.old)
        return path

    def cut_power(self, names_stay: float, zeros: bool) -> None:
        """Do to the disk what a power cut may; of the unsynced names the first share stays."""
        for inode, path in self._dirty.items():
            self._lose_bytes(inode, path, zeros)
        waiting = [change for change in self._names if not change.durable]
        for change in reversed(waiting[round(len(waiting) * names_stay) :]):
            self._undo(change)
            change.undone = True

    def _lose_bytes(self, inode: int, path: Path, zeros: bool) -> None:
        probe = NameChange("made", path)
        self._names.insert(0, probe)
        places = [path, self._now(probe), *self._attic.iterdir()]
        self._names.remove(probe)
        for place in places:
            if place.is_file() and place.stat().st_ino == inode:
                size, synced = place.stat().st_size, self._synced[inode]
                with open(place, "r+b") as file:
                    file.truncate(min(size, synced))
                    if zeros:
                        file.truncate(size)
                return

    def _undo(self, change: NameChange) -> None:
        path = self._now(change)
        if change.kind == "made":
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        elif change.kind == "moved" and os.path.lexists(path):
            change.undone = True
            os.replace(path, change.old)
        if change.kind == "gone" and change.kept is None:
            path.mkdir(exist_ok=True)
        if change.kept is not None and path.parent.is_dir() and not path.exists():
            os.link(change.kept, path)
