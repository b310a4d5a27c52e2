"""What a path is that somebody dropped on the window, told from names and first bytes.

A look takes a bounded number of directory entries, but the table of contents of a large zip may
take half a second to read: ask from a thread that may wait.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from pathlib import Path

from core.data.kinds import (
    MESHES,
    OTHER_PICTURES,
    READABLE,
    SNIFFED,
    VIDEOS,
    describe_start,
    suffix_of,
)

_MOST_ENTRIES = 5000  # of a folder that are looked at
_RUN_FILE = "run.json"
_DAVIS = "JPEGImages"


class Kind(Enum):
    """What can be done with a dropped path."""

    IMAGE = "image"
    IMAGE_FOLDER = "image folder"
    IMAGE_ZIP = "zip of images"
    RUN = "run"
    VIDEO = "video"
    VIDEO_FOLDER = "folder of videos"
    MESH = "mesh"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Recognised:
    """A path, what it is, and a sentence to say so."""

    path: Path
    kind: Kind
    sentence: str


def recognise(path: Path) -> Recognised:
    """What a path is; never raises, for what cannot be read is unknown with its reason."""
    try:
        kind, sentence = _folder(path) if path.is_dir() else _file(path)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        kind, sentence = Kind.UNKNOWN, f"{path.name} cannot be opened ({why})."
    return Recognised(path, kind, sentence)


def _folder(path: Path) -> tuple[Kind, str]:
    if (path / _RUN_FILE).is_file():
        return Kind.RUN, f"{path.name} is a run."
    if (path / _DAVIS).is_dir():
        return Kind.VIDEO_FOLDER, f"{path.name} is a folder of videos as DAVIS lays them out."
    names = list(islice(_names_below(path), _MOST_ENTRIES))
    pictures = _pictures(names)
    if pictures:
        least = "at least " if len(names) == _MOST_ENTRIES else ""
        return Kind.IMAGE_FOLDER, f"{path.name} is a folder with {least}{_count(pictures)}."
    videos = sum(suffix_of(name) in VIDEOS for name in names)
    if videos:
        many = "1 video" if videos == 1 else f"{videos:,} videos"
        return Kind.VIDEO_FOLDER, f"{path.name} is a folder with {many}."
    return Kind.UNKNOWN, f"{path.name} is a folder without images or a run in it."


def _names_below(folder: Path) -> Iterator[str]:
    """Names of files, level by level; links to folders are not followed."""
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop(0)) as found:
            for item in sorted(found, key=lambda item: item.name):
                if item.name.startswith(".") or item.name == "__MACOSX":
                    continue
                if item.is_dir(follow_symlinks=False):
                    waiting.append(Path(item))
                else:
                    yield item.name


def _file(path: Path) -> tuple[Kind, str]:
    with open(path, "rb") as file:
        start = file.read(SNIFFED)
    name, suffix, what = path.name, suffix_of(path.name), describe_start(start)
    if not start:
        return Kind.UNKNOWN, f"{name} is empty."
    if what == "a zip archive":
        return _zip(path)
    if name == _RUN_FILE:
        return Kind.RUN, f"{name} belongs to the run {path.parent.name}."
    if suffix in READABLE and (not what or what.endswith(" image")):
        return Kind.IMAGE, f"{name} is an image."
    if what in ("a JPEG image", "a PNG image", "a GIF image", "a TIFF image", "a WebP image",
                "an AVIF image"):  # fmt: skip
        return Kind.IMAGE, f"{name} is {what}."
    if suffix in OTHER_PICTURES:
        return Kind.UNKNOWN, f"{name} is an image of a kind that is not read; save it as PNG."
    if suffix in VIDEOS or what == "a video":
        return Kind.VIDEO, f"{name} is a video."
    if suffix in MESHES:
        return Kind.MESH, f"{name} is a 3-D file."
    return Kind.UNKNOWN, f"{name} is {what or 'of a kind'} that this program does not use."


def _zip(path: Path) -> tuple[Kind, str]:
    try:
        with zipfile.ZipFile(path) as opened:
            names = [n for n in opened.namelist() if not n.startswith("__MACOSX/")]
    except (zipfile.BadZipFile, NotImplementedError):
        return Kind.UNKNOWN, f"{path.name} is a damaged zip."
    pictures = _pictures(names)
    if pictures:
        return Kind.IMAGE_ZIP, f"{path.name} is a zip with {_count(pictures)}."
    return Kind.UNKNOWN, f"{path.name} is a zip without images in it."


def _pictures(names: Iterable[str]) -> int:
    return sum(suffix_of(name) in READABLE for name in names)


def _count(pictures: int) -> str:
    return "1 image" if pictures == 1 else f"{pictures:,} images"
