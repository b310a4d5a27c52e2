"""Source `streets`: painted streets, their cameras, and the boxes of what stands in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from core.config import option
from core.data.imageset import ImageSet, Source
from core.data.made import Made, Making
from core.progress import Progress

RULES = 1  # raised when a picture of the same options is made otherwise
FINER = 2  # times as many pixels a side that things are drawn with
LEAST_SEEN = 0.3  # share of a box's outline that must be seen of it, to be told of
LEAST_PIXELS = 5.0  # height in pixels, of a picture of 96


@dataclass(frozen=True)
class Options:
    """How many, how large."""

    count: int = option(600, "Streets to learn from.", low=4, high=100_000, log=True,
                        unit="streets", group="Data")  # fmt: skip
    held_out: int = option(100, "Others to judge by.", low=2, high=10_000, log=True,
                           unit="streets", group="Data")  # fmt: skip
    side: int = option(96, "Width and height of the pictures.", low=32, high=512, log=True,
                       unit="px", group="Data")  # fmt: skip
    seed: int = option(0, "Another number makes other streets.", low=0, high=2**31 - 1,
                       group="Data", advanced=True)  # fmt: skip


class Streets(Source):
    """`Pictures.truth` is (N, 10, 14) as core.data.streets.record tells; cameras are in metres."""

    id: ClassVar[str] = "streets"
    title: ClassVar[str] = "Streets"
    sentence: ClassVar[str] = (
        "Cars, vans and people in painted streets, with the box of each in metres."
    )
    Options: ClassVar[type] = Options

    def load(self, options: Any, progress: Progress) -> ImageSet:
        """Make them, or map an earlier making of the same; raises Cancelled."""
        counts = {"train": options.count, "held_out": options.held_out}

        def one(part: str, n: int) -> Made:
            rng = np.random.default_rng((options.seed, int(part == "held_out"), n))
            return Made(*photographed(options.side, rng))

        making = Making(self, RULES, options, counts, (3, options.side, options.side))
        return replace(making.load(one, (), progress), truth="boxes")


def photographed(side: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A picture (3, side, side), its camera (20,), and the record of what is seen in it."""
    import torch

    from core.data.streets.layout import street
    from core.data.streets.painting import painted, street_camera
    from core.data.streets.record import record
    from core.render.oriented import corners

    scene, camera = street(rng), street_camera(side, rng)
    colours, owner = painted(scene, camera, FINER, rng)
    image = colours.transpose(2, 0, 1)
    placed = torch.from_numpy(corners(scene.boxes)).float()
    pixels = torch.stack([camera.project(0, points)[0] for points in placed]).numpy()
    ahead = camera.project(0, torch.from_numpy(scene.boxes[:, :3]).float())[1].numpy()
    flat = np.hstack([pixels.min(axis=1), pixels.max(axis=1)])
    counted = np.bincount(owner[owner >= 0], minlength=len(scene.kinds)) / FINER**2
    seen = counted / np.array([_outline(points) for points in pixels])
    tall = flat[:, 3] - flat[:, 1] >= LEAST_PIXELS * side / 96
    middle = (flat[:, :2] + flat[:, 2:]) / 2
    within = ((middle > 0) & (middle < side)).all(axis=1)
    told = np.flatnonzero((seen >= LEAST_SEEN) & tall & within)
    told = told[np.argsort(ahead[told])]
    known = record(scene.kinds[told], scene.boxes[told], flat[told], seen[told])
    return (image.clip(0, 1) * 255 + 0.5).astype(np.uint8), camera.pack()[0].numpy(), known


def _outline(points: np.ndarray) -> float:
    """Area of the convex hull of points (N, 2)."""
    from scipy.spatial import ConvexHull

    return float(ConvexHull(points).volume)
