"""Source `video`: the frames of a person's own films, to learn from without a label.

Pictures of a set are square: of a wide film the two squares at its ends, each a clip of its own, or
the one in the middle. The last frames of every clip are held out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from core.config import option
from core.data.cache import Cache, Writer, key_of
from core.data.imageset import DataError, ImageSet, Problem, Source
from core.data.video.clip import Clip, VideoError
from core.data.video.folders import clips_in
from core.data.video.opening import RULES, open_clip, stamp
from core.progress import Progress

AT_LEAST = 8  # frames held out of a clip that has twice as many: a window must fit
AT_ONCE = 64  # frames copied at a time


@dataclass(frozen=True)
class VideoOptions:
    """Which films, and what their frames are brought to."""

    path: str = option("", "A film, a folder of frames, a folder of films, or DAVIS.",
                       group="Data", path=True)  # fmt: skip
    side: int = option(96, "Height and width that every frame is brought to.", unit="px",
                       choices=(32, 48, 64, 96, 128, 192, 256), group="Data")  # fmt: skip
    most: int = option(300, "The most frames used of each film.", low=4, high=100_000, log=True,
                       group="Data")  # fmt: skip
    every: int = option(1, "Use each frame, or only each 2nd, 3rd ... of a slow film.", low=1,
                        high=100, group="Data")  # fmt: skip
    first: int = option(0, "The first frame used of each film.", low=0, high=10_000_000,
                        group="Data", advanced=True)  # fmt: skip
    fit: str = option("ends", "Which squares of frames that are not square: both ends, or the "
                      "middle.", choices=("ends", "middle"), group="Data")  # fmt: skip
    held_out: float = option(0.15, "Share of each film, its last frames, held out to judge by.",
                             low=0.02, high=0.5, group="Data")  # fmt: skip


class Video(Source):
    """Frames of films in order; what cannot be read is listed with its reason and left out."""

    id: ClassVar[str] = "video"
    title: ClassVar[str] = "Your films"
    sentence: ClassVar[str] = "The frames of a film, a folder of frames, several films, or DAVIS."
    Options: ClassVar[type] = VideoOptions

    def load(self, options: Any, progress: Progress) -> ImageSet:
        """Decode the films, or map what an earlier load decoded."""
        if not options.path:
            raise DataError("path: no film is chosen; choose a film, or a folder of frames")
        path = Path(options.path).expanduser()
        try:
            films = _films(path)
            key = key_of(source=self.id, rules=RULES, films=[stamp(film) for film in films],
                         options={**asdict(options), "path": str(path.resolve())})  # fmt: skip
            cache = Cache()
            kept = cache.get(key)
            if kept is not None:
                return kept
            clips, problems = _opened(films, options, progress)
        except VideoError as error:
            raise DataError(str(error)) from error
        with cache.writing(key, (3, options.side, options.side)) as writer:
            _write(clips, options, writer)
            writer.describe(self.id, path.name, problems=problems)
        written = cache.get(key)
        if written is None:
            raise DataError(f"{cache.folder}: the decoded frames are gone; load them again")
        return written


def _films(path: Path) -> list[Path]:
    """What is opened clip by clip; raises VideoError."""
    if not path.exists():
        raise VideoError(f"{path}: there is no such film or folder; choose one that exists")
    found = clips_in(path) if path.is_dir() else [path]
    if not found:
        raise VideoError(f"{path.name} has no film and no frames in it; choose another folder")
    return found


def _opened(
    films: Sequence[Path], options: VideoOptions, progress: Progress
) -> tuple[list[Clip], list[Problem]]:
    """The clips, mapped and not in memory; raises VideoError where none can be used."""
    clips, problems = [], []
    for film in films:
        try:
            clip = open_clip(film, progress, options.side, options.first, options.most,
                             options.every)  # fmt: skip
        except VideoError as error:
            problems.append(Problem(film.name, str(error)))
            continue
        if len(clip) < 2:
            problems.append(Problem(film.name, "it has 1 frame, and at least 2 are needed"))
            continue
        if clip.problem:
            problems.append(Problem(film.name, clip.problem))
        clips.append(clip)
    if not clips:
        raise VideoError("; ".join(f"{p.name}: {p.reason}" for p in problems[:3]))
    return clips, problems


def _write(clips: Sequence[Clip], options: VideoOptions, writer: Writer) -> None:
    """The first frames of all clips, then those that are held out."""
    for held_out in (False, True):
        number = 0
        for clip in clips:
            at = len(clip) - _held(len(clip), options.held_out)
            chosen = range(at, len(clip)) if held_out else range(at)
            for left, top in _corners(clip.size, options):
                for start in range(chosen.start, chosen.stop, AT_ONCE):
                    part = slice(start, min(start + AT_ONCE, chosen.stop))
                    pixels = _square(clip.frames[part], left, top, options.side)
                    names = [f"{clip.title}, frame {name}" for name in clip.names[part]]
                    labels = np.full(len(pixels), -1, np.int64)
                    writer.add(pixels, labels, held_out, names, number)
                number += 1


def _held(count: int, share: float) -> int:
    """How many frames of a clip are held out: at least one, and at most half."""
    return max(1, min(count // 2, max(AT_LEAST, round(count * share))))


def _corners(size: tuple[int, int], options: VideoOptions) -> list[tuple[int, int]]:
    """Left and top of the squares; the shorter side is that of the squares already."""
    rest_down, rest_across = size[0] - options.side, size[1] - options.side
    if options.fit == "middle":
        return [(rest_across // 2, rest_down // 2)]
    return list(dict.fromkeys([(0, 0), (rest_across, rest_down)]))


def _square(frames: NDArray[np.uint8], left: int, top: int, side: int) -> NDArray[np.uint8]:
    cut = frames[:, top : top + side, left : left + side]
    return np.ascontiguousarray(cut.transpose(0, 3, 1, 2))  # (n, 3, side, side)
