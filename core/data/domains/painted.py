"""The painted domains: outlines and faces, day and night, faces without and with glasses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.data.domains.night import night
from core.data.domains.outlines import Outlines
from core.data.faces.painting import GLASSES, draw_looks, paint_faces
from core.data.toyland.world import render

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Part:
    """Some of both domains, a row a scene; attributes (n, 5) where the scenes are faces."""

    given: Bytes  # (n, 3, side, side)
    wanted: Bytes
    attributes: NDArray[np.bool_] | None = None  # of `given`
    wanted_attributes: NDArray[np.bool_] | None = None


def edges(seed: int, numbers: NDArray[np.int64], side: int, stream: str) -> Part:
    """Faces as outlines, and painted; the outlines do not tell the colours."""
    looks = draw_looks(_rng(seed, numbers, stream), len(numbers), varied=False)
    has = looks.attributes
    return Part(paint_faces(looks, side, Outlines), paint_faces(looks, side), has, has)


def lights(seed: int, numbers: NDArray[np.int64], side: int, stream: str) -> Part:
    """Toyland by day, and by night with a lamp at its main object."""
    day = render(seed, numbers, side, stream)
    found = day.attributes
    return Part(day.images, night(day.images, found["x"], found["y"], found["size"]))


def glasses(seed: int, numbers: NDArray[np.int64], side: int, stream: str) -> Part:
    """Faces without glasses, and the same with glasses."""
    looks = draw_looks(_rng(seed, numbers, stream), len(numbers), varied=False)
    without, worn = looks.attributes.copy(), looks.attributes.copy()
    without[:, GLASSES], worn[:, GLASSES] = False, True
    bare, with_them = (replace(looks, attributes=it) for it in (without, worn))
    return Part(paint_faces(bare, side), paint_faces(with_them, side), without, worn)


KINDS: Mapping[str, Callable[[int, NDArray[np.int64], int, str], Part]] = {
    "edges": edges,
    "night": lights,
    "glasses": glasses,
}


def _rng(seed: int, numbers: NDArray[np.int64], stream: str) -> np.random.Generator:
    return np.random.default_rng((seed, int(numbers[0]), sum(stream.encode())))
