"""Source `clips`: painted clips to learn from, whose frames are pictures like any other."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from core.config import option
from core.data.cache import Cache, Writer, key_of
from core.data.clips.motion import USUAL_SIDE
from core.data.clips.painting import POINTS, THINGS, make_clip
from core.data.clips.textures import KINDS
from core.data.imageset import DataError, ImageSet, Source
from core.progress import Progress

RULES = 1  # raised when a clip of the same seed is painted otherwise
MOST_POINTS = max(THINGS) * len(POINTS)


@dataclass(frozen=True)
class ClipsOptions:
    """How many clips are painted, and what moves in them how fast."""

    count: int = option(80, "Clips to learn from.", low=2, high=5000, log=True, unit="clips",
                        group="Data")  # fmt: skip
    held_out: int = option(12, "Clips to judge by, none of them among the others.", low=1,
                           high=500, log=True, unit="clips", group="Data")  # fmt: skip
    frames: int = option(24, "Frames of every clip.", low=2, high=240, log=True, group="Data")
    side: int = option(USUAL_SIDE, "Height and width of the frames.", unit="px",
                       choices=(48, 64, 96, 128), group="Data")  # fmt: skip
    textures: str = option("procedural", "What things are made of: painted patterns, or crops of "
                           "photographs, held-out clips of others.", choices=KINDS,
                           group="Data")  # fmt: skip
    speed: float = option(1.0, "How fast all moves and turns; 1 is 1.2 to 2.4 pixels a frame.",
                          low=0.0, high=5.0, group="Data")  # fmt: skip
    seed: int = option(0, "Another number paints other clips of the same kind.", low=0,
                       high=2**31 - 1, group="Data", advanced=True)  # fmt: skip


class Clips(Source):
    """Frames in order; `Pictures.clips` tells which clip each is of.

    `facts["held_out"]` has "masks" (N, H, W) uint8, whose object each pixel is, and "keypoints"
    (N, 15, 2), NaN where hidden.
    """

    id: ClassVar[str] = "clips"
    title: ClassVar[str] = "Painted clips"
    sentence: ClassVar[str] = (
        "Short films of textured things that move, turn and hide one another, known to the pixel."
    )
    Options: ClassVar[type] = ClipsOptions

    def load(self, options: Any, progress: Progress) -> ImageSet:
        """Paint the clips, or map those of an earlier load."""
        key = key_of(source=self.id, rules=RULES, options=asdict(options))
        cache = Cache()
        kept = cache.get(key)
        if kept is not None:
            return kept
        with cache.writing(key, (3, options.side, options.side)) as writer:
            _paint(options, writer, progress)
            writer.describe(self.id, self.title)
        written = cache.get(key)
        if written is None:
            raise DataError(f"{cache.folder}: the painted clips are gone; load them again")
        return written


def _paint(options: ClipsOptions, writer: Writer, progress: Progress) -> None:
    total = options.count + options.held_out
    masks: list[Any] = []
    points: list[Any] = []
    for number in range(total):
        progress.update("Painting clips", number, total, "clips")
        held_out = number >= options.count
        clip = make_clip((options.seed, number), options.frames, options.side, options.textures,
                         held_out=held_out, speed=options.speed)  # fmt: skip
        names = [f"clip {number + 1}, frame {at + 1}" for at in range(len(clip))]
        pixels = np.ascontiguousarray(clip.frames.transpose(0, 3, 1, 2))
        writer.add(pixels, np.full(len(clip), -1, np.int64), held_out, names, number)
        if held_out:
            masks += [marks.mask for marks in clip.truth.values()]
            points += [_filled(marks.points) for marks in clip.truth.values()]
    writer.know("held_out", "masks", np.stack(masks))
    writer.know("held_out", "keypoints", np.stack(points))
    progress.update("Painting clips", total, total, "clips")


def _filled(points: Any) -> Any:
    """The points of a clip of fewer things, with rows of NaN to the most there can be."""
    return np.pad(points, ((0, MOST_POINTS - len(points)), (0, 0)), constant_values=np.nan)
