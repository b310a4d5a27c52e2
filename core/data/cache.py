"""Pictures decoded once: a folder a set, its pixels memory-mapped, written whole or not at all.

    <cache>/<key>/images.npy   (N, C, H, W) uint8, the training pictures first
    <cache>/<key>/labels.npy   (N,) int64
    <cache>/<key>/clips.npy    (N,) int64, where the pictures are frames
    <cache>/<key>/cameras.npy  (N, 20) float32, where they are views of a scene
    <cache>/<key>/facts/<part>.<name>.npy   what is known of each picture of a part, mapped too
    <cache>/<key>/about.json   what else an `ImageSet` holds; its time of change is the last use

A set is written to a temporary folder beside it, flushed, and renamed. The sets used longest ago
are removed when all together pass a cap. Deleting the folder costs nothing but time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import hashlib
import io
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from core.data.imageset import DataError, ImageSet, Pictures, Problem
from core.data.places import HOME, cache_folder

FORMAT = 1
FACTS = "facts"
MOST_BYTES = 8 << 30  # of all sets together
_STALE = 24 * 3600.0  # seconds after which somebody's temporary folder is rubbish
_TEMPORARY = ".tmp-"


def key_of(**parts: Any) -> str:
    """A name for what is a function of these plain values alone."""
    text = json.dumps({"format": FORMAT, **parts}, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Cache:
    """The sets under one folder."""

    def __init__(self, folder: Path | None = None, most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder or cache_folder() / "pictures"
        self.most_bytes = most_bytes

    def get(self, key: str) -> ImageSet | None:
        """The set kept under a key, or None; what cannot be read is as good as absent."""
        folder = self.folder / key
        try:
            about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
            images = np.load(folder / "images.npy", mmap_mode="c", allow_pickle=False)
            labels = np.load(folder / "labels.npy", allow_pickle=False)
            about["facts"] |= _arrays_in(folder / FACTS)
            more = {name: _array_in(folder, name) for name in ("clips", "cameras")}
            found = _as_set(about, images, labels, more)
            with contextlib.suppress(OSError):  # a cache on a read-only disk still serves
                os.utime(folder / "about.json")
        except (OSError, ValueError, KeyError, TypeError, DataError):
            return None
        return found

    @contextlib.contextmanager
    def writing(self, key: str, shape: tuple[int, int, int]) -> Iterator[Writer]:
        """Write a set of pictures of shape (C, H, W); it is there once the block has ended well.

        Raises DataError where the folder cannot be written or the disk is full.
        """
        with self.making(key) as folder, open(folder / "images.npy", "w+b") as file:
            writer = Writer(file, shape)
            yield writer
            writer.end(folder)

    @contextlib.contextmanager
    def making(self, key: str) -> Iterator[Path]:
        """A temporary folder that is kept under a key once the block has ended well.

        Raises DataError as `writing` does.
        """
        temporary: Path | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            temporary = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=self.folder))
            yield temporary
            self._move_in(temporary, key)
        except OSError as error:
            raise DataError(_cannot_write(self.folder, error)) from error
        finally:
            if temporary is not None:
                shutil.rmtree(temporary, ignore_errors=True)
        self.trim(keep=key)

    def trim(self, keep: str = "") -> None:
        """Remove the sets used longest ago until all together are under the cap."""
        kept = []
        for about in self.folder.glob("*/about.json"):
            with contextlib.suppress(OSError):  # another process may be trimming too
                size = sum(item.stat().st_size for item in about.parent.rglob("*"))
                kept.append((about.stat().st_mtime, size, about.parent))
        total = sum(size for _, size, _ in kept)
        for _, size, folder in sorted(kept, key=lambda entry: entry[0]):
            if total <= self.most_bytes:
                return
            if folder.name != keep and self._remove(folder):
                total -= size

    def _move_in(self, temporary: Path, key: str) -> None:
        target = self.folder / key
        if target.exists():  # unreadable, or written by another process in the meantime
            self._remove(target)
        try:
            os.replace(temporary, target)
        except OSError:
            if not target.exists():  # otherwise another process was quicker with the same set
                raise
        _flush_folder(self.folder)

    def _remove(self, folder: Path) -> bool:
        """Out of sight in one step, then deleted; pictures still mapped stay readable (POSIX)."""
        gone = self.folder / f"{_TEMPORARY}{folder.name}-{time.time_ns()}"
        try:
            os.replace(folder, gone)
        except OSError:  # on Windows, a set in use
            return False
        shutil.rmtree(gone, ignore_errors=True)
        return True

    def _sweep(self) -> None:
        for folder in self.folder.glob(f"{_TEMPORARY}*"):
            with contextlib.suppress(OSError):
                if time.time() - folder.stat().st_mtime > _STALE:
                    shutil.rmtree(folder, ignore_errors=True)


class Rows:
    """An .npy file of uint8 rows of one shape, whose number is known when the last has come."""

    def __init__(self, file: IO[bytes], shape: tuple[int, int, int]) -> None:
        self._file = file
        self._shape = shape
        self._room = file.write(_header(0, shape))
        self.count = 0

    def add(self, rows: NDArray[np.uint8]) -> None:
        """Append (n, *shape)."""
        if rows.shape[1:] != self._shape or rows.dtype != np.uint8:
            raise ValueError(f"expected uint8 {self._shape}, found {rows.dtype} {rows.shape}")
        self._file.write(np.ascontiguousarray(rows).data)
        self.count += len(rows)

    def end(self) -> None:
        """Write the count into the header and flush to disk."""
        header = _header(self.count, self._shape)
        if len(header) != self._room:
            raise ValueError("the header of an .npy file grew with its count")
        self._file.seek(0)
        self._file.write(header)
        _flush(self._file)


class Writer:
    """Takes pictures batch by batch, the training part first, so that none is held in memory."""

    def __init__(self, file: IO[bytes], shape: tuple[int, int, int]) -> None:
        self._rows = Rows(file, shape)
        self._labels: list[NDArray[np.int64]] = []
        self._names: list[str] = []
        self._clips: list[NDArray[np.int64]] = []
        self._cameras: list[NDArray[np.float32]] = []
        self._about: dict[str, Any] = {}
        self._arrays: dict[str, NDArray[Any]] = {}
        self.trained_on = 0  # how many of the pictures are for training

    @property
    def count(self) -> int:
        return self._rows.count

    def add(self, images: NDArray[np.uint8], labels: NDArray[np.int64], held_out: bool,
            names: Sequence[str] = (), clip: int | None = None,
            cameras: NDArray[np.float32] | None = None) -> None:  # fmt: skip
        """Append (n, C, H, W) pictures; none for training may follow one that is held out.

        Where they are frames, all are of that clip; where they are views, of cameras (n, 20).
        """
        if not held_out and self.count > self.trained_on:
            raise ValueError("a picture for training came after one that is held out")
        self._rows.add(images)
        self._labels.append(np.asarray(labels, dtype=np.int64))
        self._names.extend(names)
        if clip is not None:
            self._clips.append(np.full(len(images), clip, dtype=np.int64))
        if cameras is not None:
            self._cameras.append(cameras)
        self.trained_on += 0 if held_out else len(images)

    def describe(
        self,
        source: str,
        title: str,
        classes: Sequence[str] = (),
        problems: Sequence[Problem] = (),
        facts: dict[str, Any] | None = None,
    ) -> None:
        """The rest of the `ImageSet`; `facts` are plain values."""
        self._about = {
            "source": source,
            "title": title,
            "classes": list(classes),
            "problems": [dataclasses.astuple(problem) for problem in problems],
            "facts": facts or {},
        }

    def know(self, part: str, name: str, values: NDArray[Any]) -> None:
        """A fact of each picture of a part ("train" or "held_out"), too large for plain values."""
        self._arrays[f"{part}.{name}"] = values

    def leave_none_empty(self) -> None:
        """Where every picture of one part was unusable, the other part lends it one."""
        self.trained_on = min(max(1, self.trained_on), self.count - 1)

    def end(self, folder: Path) -> None:
        """Write the count into the header and the other two files, and flush all to disk."""
        self._rows.end()
        labels = np.concatenate(self._labels) if self._labels else np.empty(0, dtype=np.int64)
        save_array(folder / "labels.npy", labels)
        if self._clips:
            save_array(folder / "clips.npy", np.concatenate(self._clips))
        if self._cameras:
            save_array(folder / "cameras.npy", np.concatenate(self._cameras))
        for name, values in self._arrays.items():
            (folder / FACTS).mkdir(exist_ok=True)
            save_array(folder / FACTS / f"{name}.npy", values)
        about = {**self._about, "trained_on": self.trained_on, "names": self._names}
        with open(folder / "about.json", "wb") as file:
            file.write(json.dumps(about).encode("utf-8"))
            _flush(file)


def save_array(path: Path, values: NDArray[Any]) -> None:
    with open(path, "wb") as file:
        np.save(file, values, allow_pickle=False)
        _flush(file)


def _array_in(folder: Path, name: str) -> NDArray[Any] | None:
    path = folder / f"{name}.npy"
    return np.load(path, allow_pickle=False) if path.exists() else None


def _arrays_in(folder: Path) -> dict[str, dict[str, NDArray[Any]]]:
    """Part -> name -> one value a picture, mapped so that only what is looked at is read."""
    found: dict[str, dict[str, NDArray[Any]]] = {}
    for path in sorted(folder.glob("*.npy")):
        part, name = path.stem.split(".", 1)
        found.setdefault(part, {})[name] = np.load(path, mmap_mode="r", allow_pickle=False)
    return found


def _as_set(
    about: dict[str, Any], images: Any, labels: Any, more: dict[str, NDArray[Any] | None]
) -> ImageSet:
    """Raises KeyError, TypeError, ValueError or DataError where the parts do not fit together."""
    names, trained_on = about["names"], int(about["trained_on"])
    if images.dtype != np.uint8 or len(names) not in (0, len(images)) or trained_on > len(images):
        raise ValueError("the parts of this set do not belong together")
    # A plain array over the mapping: slices cost nothing, and no method meets np.memmap. It is
    # mapped copy-on-write, for torch warns of arrays that may not be written.
    pixels = np.asarray(images)

    def part(chosen: slice) -> Pictures:
        of = {name: None if all_ is None else all_[chosen] for name, all_ in more.items()}
        return Pictures(pixels[chosen], labels[chosen], names[chosen], **of)

    return ImageSet(
        source=about["source"],
        title=about["title"],
        train=part(slice(trained_on)),
        held_out=part(slice(trained_on, None)),
        classes=tuple(about["classes"]),
        problems=tuple(Problem(*problem) for problem in about["problems"]),
        facts=about["facts"],
    )


def _header(count: int, shape: tuple[int, int, int]) -> bytes:
    """The head of an .npy file; NumPy leaves room in it, so any count gives the same length."""
    head = io.BytesIO()
    about = {"descr": "|u1", "fortran_order": False, "shape": (count, *shape)}
    npy.write_array_header_1_0(head, about)
    return head.getvalue()


def _flush(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # Windows opens no folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _cannot_write(folder: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full: decoded pictures go to {folder}; free some space or set {HOME}"
    why = (error.strerror or str(error)).lower()
    return f"{folder}: decoded pictures cannot be written there ({why}); set {HOME} to another"
