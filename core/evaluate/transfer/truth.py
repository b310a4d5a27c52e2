"""What is known of the things in pictures: boxes with their classes, or a class for every pixel.

A source that knows them says so among the facts of its `ImageSet`: `facts["train"]["boxes"]`
(N, 4), x0, y0, x1, y1 in pixels, and `facts["train"]["masks"]` (N, H, W) bool, both of the thing
that gives a picture its label; the same of "held_out".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.imageset import ImageSet, Pictures
from core.evaluate.features import EvaluationError
from core.evaluate.protocols import protocol

BACKGROUND = 0  # the class of pixels that belong to nothing; class k of the labels is k + 1
KNOWING = "Toyland"  # a source to send people to


@dataclass(frozen=True)
class Things:
    """The things in one picture, however many."""

    boxes: NDArray[np.float32]  # (K, 4): x0, y0, x1, y1 in pixels
    classes: NDArray[np.int64]  # (K,)


def check_facts(data: ImageSet, protocols: Sequence[str]) -> None:
    """Raise EvaluationError where a protocol needs boxes or masks that are not known."""
    for needing in map(protocol, protocols):
        if needing.needs is not None:
            for part in ("train", "held_out"):
                _check(data, part, needing.needs, needing.title)


def _check(data: ImageSet, part: str, fact: str, title: str) -> None:
    pictures: Pictures = getattr(data, part)
    found = data.facts.get(part, {}).get(fact)
    if found is None:
        raise EvaluationError(
            f"{title} needs pictures whose {fact} are known, and {data.title} has none; choose "
            f"{KNOWING}, or judge without {title.lower()}"
        )
    if len(found) != len(pictures):
        raise EvaluationError(
            f"{data.title} has {len(found)} {fact} for {len(pictures)} pictures; load it again"
        )


def things_of(data: ImageSet, part: str, chosen: NDArray[np.int64]) -> Sequence[Things]:
    """What is in the chosen pictures of a part ("train" or "held_out")."""
    boxes, labels = _facts(data, part, "boxes", chosen)
    return [
        Things(box[None].astype(np.float32), label[None])
        for box, label in zip(boxes, labels, strict=True)
    ]


def pixel_classes(data: ImageSet, part: str, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """The class of every pixel, (N, H, W): `BACKGROUND`, or one more than the label."""
    masks, labels = _facts(data, part, "masks", chosen)
    return np.where(masks, labels[:, None, None] + 1, BACKGROUND)


def _facts(
    data: ImageSet, part: str, fact: str, chosen: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    pictures: Pictures = getattr(data, part)
    return np.asarray(data.facts[part][fact])[chosen], np.asarray(pictures.labels)[chosen]
