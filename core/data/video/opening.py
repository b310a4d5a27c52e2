"""Any film or folder of frames as a clip, decoded once into the cache at the working size.

<cache>/films/<key>/frames.npy   (T, H, W, 3) uint8, mapped into memory when it is opened
<cache>/films/<key>/masks.npy    (M, H, W) uint8, where a truth is known
<cache>/films/<key>/about.json   names, rate, what broke; its time of change is the last use
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.cache import Cache, Rows, key_of, save_array
from core.data.imageset import DataError
from core.data.places import cache_folder
from core.data.video.clip import Clip, VideoError
from core.data.video.film import Film
from core.data.video.folders import FrameFolder
from core.progress import Progress
from core.tracking.marks import Marks

RULES = 1  # raised when frames are decoded otherwise
MOST_BYTES = 8 << 30  # of all clips kept
LARGEST = 4 << 30  # bytes of one clip


def open_clip(
    path: Path,
    progress: Progress | None = None,
    side: int | None = None,
    first: int = 0,
    most: int | None = None,
    every: int = 1,
) -> Clip:
    """A film, a folder of frames or a sequence of DAVIS; its shorter side brought to `side`.

    Of a long film a part: from frame `first` on (counted from 0), each `every`-th, at most `most`.
    A film that breaks gives the frames before it, and says so in `Clip.problem`. Raises VideoError,
    or Cancelled out of `progress`.
    """
    if first < 0 or every < 1 or (most is not None and most < 1) or (side is not None and side < 8):
        raise VideoError(
            f"first {first}, most {most}, every {every}, side {side}: expected a frame from 0 on, "
            "at least 1 frame, each 1st or rarer, and 8 pixels or more"
        )
    path, progress = Path(path).expanduser(), progress or Progress()
    part = {"first": first, "most": most, "every": every, "side": side or 0}
    try:
        key = key_of(source="film", rules=RULES, stamp=stamp(path), **part)
        cache = Cache(cache_folder() / "films", MOST_BYTES)
        kept = _kept(cache.folder / key, path)
        if kept is not None:
            return kept
        reader = FrameFolder(path) if path.is_dir() else Film(path)
        with contextlib.closing(reader), cache.making(key) as folder:
            _decode(reader, folder, part, progress)
    except (OSError, DataError) as error:
        raise VideoError(_said(path, error)) from error
    written = _kept(cache.folder / key, path)
    if written is None:
        raise VideoError(f"{cache.folder}: the decoded frames are gone; open {path.name} again")
    return written


def _decode(
    reader: Film | FrameFolder, folder: Path, part: dict[str, Any], progress: Progress
) -> None:
    what = f"Decoding {reader.path.name}"
    expected = -(-max(0, reader.count - part["first"]) // part["every"])
    total = min(expected, part["most"] or expected) if expected else part["most"] or 0
    names: list[str] = []
    masks: dict[int, NDArray[np.uint8]] = {}
    rows: Rows | None = None
    with open(folder / "frames.npy", "w+b") as file:
        for name, pixels in reader.read(**part, progress=progress):
            if rows is None:
                _check_size(reader.path, pixels, total)
                rows = Rows(file, pixels.shape)
            if rows.count * pixels.nbytes > LARGEST:
                raise VideoError(_too_long(reader.path, pixels))
            rows.add(pixels[None])
            known = (
                reader.truth(name, pixels.shape[:2]) if isinstance(reader, FrameFolder) else None
            )
            if known is not None:
                masks[len(names)] = known
            names.append(name)
            progress.update(what, len(names), max(total, len(names) + 1) if total else 0, "frames")
        assert rows is not None  # or the reader would have raised
        rows.end()
    if masks:
        save_array(folder / "masks.npy", np.stack(list(masks.values())))
    about = {"names": names, "fps": reader.fps / part["every"], "problem": reader.problem,
             "annotated": list(masks)}  # fmt: skip
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    progress.update(what, len(names), len(names), "frames")


def _kept(folder: Path, path: Path) -> Clip | None:
    """The clip kept in a folder; what cannot be read is as good as absent."""
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        # Copy-on-write, for torch warns of arrays that may not be written.
        frames = np.asarray(np.load(folder / "frames.npy", mmap_mode="c", allow_pickle=False))
        truth = {}
        if about["annotated"]:
            masks = np.asarray(np.load(folder / "masks.npy", mmap_mode="c", allow_pickle=False))
            truth = {at: Marks(masks[i]) for i, at in enumerate(about["annotated"])}
        if len(frames) != len(about["names"]) or frames.ndim != 4:
            return None
        with contextlib.suppress(OSError):
            os.utime(folder / "about.json")
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None
    title = path.name if path.is_dir() else path.stem
    return Clip(frames, about["fps"], about["names"], title, truth, path, problem=about["problem"])


def stamp(path: Path) -> list[Any]:
    """Something else as soon as the film, or a file of the folder or of its masks, changes."""
    if not path.exists():
        raise VideoError(f"{path}: there is no such film or folder; choose one that exists")
    if not path.is_dir():
        facts = path.stat()
        return [str(path.resolve()), facts.st_size, facts.st_mtime_ns]
    folder = FrameFolder(path)
    files = [(p.name, p.stat()) for p in [*folder.files, *folder.annotated]]
    return [str(path.resolve()), [(name, f.st_size, f.st_mtime_ns) for name, f in files]]


def _check_size(path: Path, pixels: NDArray[np.uint8], total: int) -> None:
    if total * pixels.nbytes > LARGEST:
        raise VideoError(_too_long(path, pixels))


def _too_long(path: Path, pixels: NDArray[np.uint8]) -> str:
    high, wide = pixels.shape[:2]
    return (
        f"{path.name}: more than {LARGEST // pixels.nbytes:,} frames of {wide} x {high} would take "
        f"{LARGEST >> 30} GB; choose a smaller side, or a part of it by first, most and every"
    )


def _said(path: Path, error: Exception) -> str:
    if isinstance(error, DataError):
        return str(error)
    return f"{path.name} cannot be read: {getattr(error, 'strerror', None) or error}"
