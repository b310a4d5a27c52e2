"""Source `mixtures`: points in the plane, scaled alike, with their modes known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from core.config import option
from core.data.imageset import DataError, ImageSet, Pictures, Source
from core.data.points.file import read_points
from core.data.points.shapes import KINDS, Drawn, around
from core.progress import Progress

OWN = "own"
# Root of the mean squared distance from the middle: the published ring's radius. At half of it the
# same GAN needs twice the steps, for the modes lie closer than a young discriminator can tell.
SPREAD = 2.0


@dataclass(frozen=True)
class Options:
    """Which points, and how many."""

    kind: str = option("ring", "Ring of 8 modes, grid of 25, two wide modes, curves, or a file of "
                       "your own points.", choices=(*KINDS, OWN), group="Data")  # fmt: skip
    file: str = option("", "Your own points: a .csv with x and y in a line, or a .json of pairs.",
                       path=True, group="Data")  # fmt: skip
    count: int = option(20_000, "Points to learn from.", low=16, high=1_000_000, log=True,
                        unit="points", group="Data")  # fmt: skip
    held_out: int = option(2500, "Points to judge by.", low=16, high=100_000, log=True,
                           unit="points", group="Data")  # fmt: skip
    spread: float = option(1.0, "How wide modes and curves are, times the usual.", low=0.01,
                           high=20.0, log=True, group="Data")  # fmt: skip
    seed: int = option(0, "Another number draws other points of the same kind.", low=0,
                       high=2**31 - 1, group="Data", advanced=True)  # fmt: skip


class Mixtures(Source):
    """`facts` has "centres" (K, 2) of the modes, K 0 for curves, and "sigma", in scaled units.

    A point p of a file is shown at (p - offset) / scale, of `facts` too.
    """

    id: ClassVar[str] = "mixtures"
    title: ClassVar[str] = "Points in the plane"
    sentence: ClassVar[str] = (
        "Points of a known mixture or your own: what is learned, and what is lost, is seen at once."
    )
    Options: ClassVar[type] = Options
    points: ClassVar[bool] = True

    def load(self, options: Any, progress: Progress) -> ImageSet:
        """(N, 2, 1, 1) float32; raises DataError for a file that cannot be used."""
        total = options.count + options.held_out
        progress.update("Drawing points", 0, total, "points")
        drawn = _draw(options, total)
        offset = drawn.points.mean(axis=0)
        scale = float(np.sqrt(drawn.points.var(axis=0).sum())) / SPREAD
        scaled = ((drawn.points - offset) / scale).astype(np.float32)[:, :, None, None]
        several = drawn.labels.max() > 0
        labels = drawn.labels if several else np.full(total, -1, np.int64)
        word = "mode" if len(drawn.centres) else "arm"
        split = slice(0, options.count), slice(options.count, total)
        train, held_out = (Pictures(np.ascontiguousarray(scaled[p]), labels[p]) for p in split)
        progress.update("Drawing points", total, total, "points")
        return ImageSet(
            self.id,
            f"{self.title}, {options.kind}",
            train,
            held_out,
            tuple(f"{word} {i + 1}" for i in range(drawn.labels.max() + 1)) if several else (),
            facts={
                "centres": ((drawn.centres - offset) / scale).astype(np.float32),
                "sigma": drawn.sigma / scale,
                "offset": offset,
                "scale": scale,
            },
        )


def _draw(options: Options, total: int) -> Drawn:
    rng = np.random.default_rng((options.seed, sum(options.kind.encode())))
    if options.kind != OWN:
        return KINDS[options.kind](rng, total, options.spread)
    if not options.file:
        raise DataError("points of your own: choose a .csv or .json with the option file")
    return around(rng, total, options.spread, read_points(Path(options.file)))
