"""Source `faces`: painted faces whose five attributes are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.config import option
from core.data.faces.painting import ATTRIBUTES, draw_looks, paint_faces
from core.data.imageset import ImageSet, Pictures, Source
from core.progress import Progress

_AT_ONCE = 64  # faces painted at once: more leave the processor's cache and cost ten times as much


@dataclass(frozen=True)
class Options:
    """How many faces, how large, and how much varies beside the attributes."""

    count: int = option(12_000, "Faces to learn from.", low=16, high=200_000, log=True,
                        unit="pictures", group="Data")  # fmt: skip
    held_out: int = option(2000, "Faces painted to judge by, none of them among the others.",
                           low=16, high=20_000, log=True, unit="pictures",
                           group="Data")  # fmt: skip
    side: int = option(32, "Height and width of the pictures.", choices=(32, 64), unit="px",
                       group="Data")  # fmt: skip
    varied: bool = option(False, "Any ground, any colours, any place: far harder to learn.",
                          group="Data")  # fmt: skip
    seed: int = option(0, "Another number paints other faces of the same kind.", low=0,
                       high=2**31 - 1, group="Data", advanced=True)  # fmt: skip


class Faces(Source):
    """Each attribute is in half of the faces, independent of the others."""

    id: ClassVar[str] = "faces"
    title: ClassVar[str] = "Painted faces"
    sentence: ClassVar[str] = (
        "Painted faces of which it is known who wears glasses or a hat, smiles, has a beard or "
        "long hair."
    )
    Options: ClassVar[type] = Options

    def load(self, options: Any, progress: Progress) -> ImageSet:
        """Paint the faces; raises Cancelled out of `progress`."""
        total = options.count + options.held_out
        train = _paint(options, options.count, 0, total, progress)
        held_out = _paint(options, options.held_out, options.count, total, progress)
        progress.update("Painting faces", total, total, "pictures")
        return ImageSet(self.id, self.title, train, held_out, attributes=ATTRIBUTES)


def _paint(options: Any, count: int, done: int, total: int, progress: Progress) -> Pictures:
    rng = np.random.default_rng((options.seed, done))
    images = np.empty((count, 3, options.side, options.side), np.uint8)
    attributes = np.empty((count, len(ATTRIBUTES)), bool)
    for start in range(0, count, _AT_ONCE):
        progress.update("Painting faces", done + start, total, "pictures")
        part = slice(start, min(start + _AT_ONCE, count))
        looks = draw_looks(rng, part.stop - part.start, options.varied)
        images[part] = paint_faces(looks, options.side)
        attributes[part] = looks.attributes
    names = [_named(row) for row in attributes]
    return Pictures(images, np.full(count, -1, np.int64), names, attributes=attributes)


def _named(has: Any) -> str:
    return ", ".join(name for name, it in zip(ATTRIBUTES, has) if it) or "none of these"
