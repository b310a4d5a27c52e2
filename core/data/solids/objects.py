"""Source `objects`: one picture each of many objects, and where each is solid."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from core.config import option
from core.data.imageset import ImageSet, Source
from core.data.made import Made, Making
from core.data.solids.implicit import Implicit, box, capsule, cylinder, ellipsoid, union
from core.progress import Progress

RULES = 1  # raised when an object of the same options is made otherwise
ANGLE, RADIUS = 0.62, 4.0
TURN = math.radians(60)  # to either side of the front that a picture may be taken from


@dataclass(frozen=True)
class Options:
    """How many, how large."""

    count: int = option(800, "Objects to learn from.", low=4, high=100_000, log=True,
                        unit="objects", group="Data")  # fmt: skip
    held_out: int = option(120, "Others to judge by.", low=2, high=10_000, log=True,
                           unit="objects", group="Data")  # fmt: skip
    side: int = option(48, "Width and height of the pictures.", low=16, high=256, log=True,
                       unit="px", group="Data")  # fmt: skip
    seed: int = option(0, "Another number makes other objects.", low=0, high=2**31 - 1,
                       group="Data", advanced=True)  # fmt: skip


class Objects(Source):
    """`Pictures.truth` is (N, BYTES) uint8 as core.data.solids.record reads it; cameras are known.

    An object stands upright and looks to −y, however it is photographed.
    """

    id: ClassVar[str] = "objects"
    title: ClassVar[str] = "Objects"
    sentence: ClassVar[str] = (
        "Furniture and things, one picture each, and where each is solid: from images to space."
    )
    Options: ClassVar[type] = Options

    def load(self, options: Any, progress: Progress) -> ImageSet:
        """Make them, or map an earlier making of the same; raises Cancelled."""
        counts = {"train": options.count, "held_out": options.held_out}

        def one(part: str, n: int) -> Made:
            rng = np.random.default_rng((options.seed, int(part == "held_out"), n))
            label = n % len(KINDS)
            return Made(*photographed(KINDS[label][1](rng), options.side, rng), label=label)

        making = Making(self, RULES, options, counts, (3, options.side, options.side))
        found = making.load(one, [name for name, _ in KINDS], progress)
        return replace(found, truth="solid")


def photographed(
    solid: Implicit, side: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A picture (3, side, side) from somewhere before it, the camera (20,), and the record."""
    import torch

    from core.data.solids.record import POINTS, SIDE, record
    from core.render.cameras import orbit, pinhole
    from core.render.mesh import Mesh, sampled
    from core.render.meshing import crossing
    from core.render.raster import draw

    along = (np.arange(SIDE) + 0.5) * (2 / SIDE) - 1
    places = np.stack(np.meshgrid(along, along, along, indexing="ij"), axis=3).reshape(-1, 3)
    values = -solid(places).reshape((SIDE,) * 3).astype(np.float32)
    cut = crossing(values, 0.0)
    vertices = cut.vertices * np.float32((SIDE - 1) / SIDE)  # values are of the cells' middles
    tint = rng.uniform(0.45, 1.0, 3).astype(np.float32)
    mesh = Mesh(vertices, cut.faces, np.broadcast_to(tint, vertices.shape).copy(), cut.normals)
    turn = -math.pi / 2 + rng.uniform(-TURN, TURN)
    height = rng.uniform(0.25, 0.7)
    angles = torch.tensor([[turn], [height]], dtype=torch.float32)
    camera = pinhole(orbit(angles[0], angles[1], RADIUS), (side, side), ANGLE)
    seen = draw(mesh, camera, lit=True).seen.colour.numpy().transpose(2, 0, 1)
    drawn = sampled(mesh, POINTS, rng)
    assert drawn.normals is not None
    known = record(values > 0, np.hstack([drawn.vertices, drawn.normals]))
    return (seen.clip(0, 1) * 255 + 0.5).astype(np.uint8), camera.pack()[0].numpy(), known


# --- the kinds there are: each stands on the floor and fits the box ------------------------------

FLOOR = -0.85


def table(rng: np.random.Generator) -> Implicit:
    wide, deep, top = rng.uniform(0.5, 0.85), rng.uniform(0.35, 0.7), rng.uniform(-0.15, 0.35)
    leg, thick = rng.uniform(0.06, 0.1), rng.uniform(0.06, 0.1)
    height = (top - FLOOR) / 2
    x, y = wide - leg, deep - leg
    if rng.random() < 0.35:  # on one leg
        return union(cylinder((0, 0, top), min(wide, deep), thick),
                     cylinder((0, 0, FLOOR + height), leg * 1.6, height),
                     cylinder((0, 0, FLOOR + 0.06), 0.35, 0.06))  # fmt: skip
    legs = [box((a * x, b * y, FLOOR + height), (leg, leg, height))
            for a in (-1, 1) for b in (-1, 1)]  # fmt: skip
    return union(box((0, 0, top), (wide, deep, thick)), *legs)


def chair(rng: np.random.Generator) -> Implicit:
    half, seat, back = rng.uniform(0.35, 0.5), rng.uniform(-0.35, -0.05), rng.uniform(0.4, 0.85)
    leg, height = rng.uniform(0.06, 0.09), (seat - FLOOR) / 2
    x = half - leg
    legs = [box((a * x, b * x, FLOOR + height), (leg, leg, height))
            for a in (-1, 1) for b in (-1, 1)]  # fmt: skip
    rest = box((0, half - 0.07, (seat + back) / 2), (half, 0.07, (back - seat) / 2))
    return union(box((0, 0, seat), (half, half, 0.08)), rest, *legs)


def lamp(rng: np.random.Generator) -> Implicit:
    foot, shade, top = rng.uniform(0.25, 0.45), rng.uniform(0.3, 0.55), rng.uniform(0.4, 0.8)
    high = rng.uniform(0.15, 0.3)
    pole = capsule((0, 0, FLOOR), (0, 0, top - high), 0.08)
    return union(cylinder((0, 0, FLOOR + 0.07), foot, 0.07), pole,
                 cylinder((0, 0, top - high), shade, high))  # fmt: skip


def sofa(rng: np.random.Generator) -> Implicit:
    wide, deep = rng.uniform(0.65, 0.88), rng.uniform(0.3, 0.45)
    seat, back, arm = rng.uniform(-0.5, -0.3), rng.uniform(0.0, 0.4), rng.uniform(0.1, 0.18)
    low = (seat + FLOOR) / 2
    sides = [box((a * (wide - arm), 0, low + 0.12), (arm, deep, seat - low + 0.12), 0.05)
             for a in (-1, 1)]  # fmt: skip
    rest = box((0, deep - 0.1, (back + FLOOR) / 2), (wide, 0.12, (back - FLOOR) / 2), 0.05)
    return union(box((0, 0, low), (wide, deep, seat - low)), rest, *sides)


def bird(rng: np.random.Generator) -> Implicit:
    long, thick = rng.uniform(0.5, 0.75), rng.uniform(0.22, 0.35)
    span, height = rng.uniform(0.5, 0.85), rng.uniform(-0.1, 0.2)
    legs = [capsule((a, 0, FLOOR), (a, 0, height), 0.06) for a in (-0.12, 0.12)]
    head = ellipsoid((0, -long * 0.85, height + thick), (0.2, 0.24, 0.2))
    return union(ellipsoid((0, 0, height), (thick, long, thick)), head,
                 ellipsoid((0, 0.1, height + 0.08), (span, 0.24, 0.08)), *legs)  # fmt: skip


KINDS = (("table", table), ("chair", chair), ("lamp", lamp), ("sofa", sofa), ("bird", bird))
