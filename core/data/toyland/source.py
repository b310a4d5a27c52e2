"""`toyland` as a source of pictures to learn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.config import option
from core.data.imageset import ImageSet, Pictures, Source
from core.data.toyland.scene import CLASSES
from core.data.toyland.world import Rendered, render
from core.progress import Progress

_AT_ONCE = 768  # pictures between two reports: a fraction of a second


@dataclass(frozen=True)
class Options:
    """How much of the world to paint."""

    count: int = option(
        6000, "Training pictures to paint.", low=12, high=200_000, log=True, unit="pictures",
        group="Data",
    )  # fmt: skip
    held_out: int = option(
        1000, "Pictures painted to judge by, none of them among the training pictures.", low=12,
        high=20_000, log=True, unit="pictures", group="Data",
    )  # fmt: skip
    side: int = option(
        32, "Height and width of the pictures.", choices=(32, 48, 64), unit="px", group="Data"
    )
    seed: int = option(
        0, "Another number paints another world of the same kind.", low=0, high=2**31 - 1,
        group="Data", advanced=True,
    )  # fmt: skip


class Toyland(Source):
    """Scenes painted as they are needed, with boxes, masks and captions known exactly."""

    id: ClassVar[str] = "toyland"
    title: ClassVar[str] = "Toyland"
    sentence: ClassVar[str] = (
        "Painted toy scenes of 12 things that have an up and a down, in colours that tell nothing."
    )
    Options: ClassVar[type] = Options

    def load(self, options: Any, progress: Progress) -> ImageSet:
        """Paint the pictures; raises Cancelled out of `progress`."""
        total = options.count + options.held_out
        train = _paint(options, "train", options.count, 0, total, progress)
        held_out = _paint(options, "held_out", options.held_out, options.count, total, progress)
        progress.update("Painting toyland", total, total, "pictures")
        return ImageSet(
            source=self.id,
            title=self.title,
            train=Pictures(train.images, train.labels),
            held_out=Pictures(held_out.images, held_out.labels),
            classes=CLASSES,
            facts={"train": _facts(train), "held_out": _facts(held_out)},
        )


def _paint(
    options: Any, stream: str, count: int, done: int, total: int, progress: Progress
) -> Rendered:
    parts = []
    for start in range(0, count, _AT_ONCE):
        progress.update("Painting toyland", done + start, total, "pictures")
        numbers = np.arange(start, min(start + _AT_ONCE, count))
        parts.append(render(options.seed, numbers, options.side, stream))
    return Rendered.joined(parts)


def _facts(found: Rendered) -> dict[str, Any]:
    return {
        "boxes": found.boxes,
        "masks": found.masks,
        "captions": found.captions,
        "colours": found.attributes["colour"],
        "attributes": found.attributes,
    }
