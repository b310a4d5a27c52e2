"""Pictures of the world by number: any of them, in any order, always the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.data.toyland.draws import classes_of, draw
from core.data.toyland.scene import CLASSES, paint_scenes
from core.data.toyland.words import captions

_PIXELS = 64 * 32 * 32  # painted at once: what stays in a core's cache


@dataclass(frozen=True)
class Rendered:
    """Pictures and all that is known of them, one row a picture."""

    images: NDArray[np.uint8]  # (N, 3, side, side)
    labels: NDArray[np.int64]  # (N,), positions in CLASSES
    masks: NDArray[np.bool_]  # (N, side, side), the main object where it is seen
    boxes: NDArray[np.float32]  # (N, 4): x0, y0, x1, y1 in pixels, the bounds of the mask
    captions: NDArray[np.str_]  # (N,)
    attributes: dict[str, NDArray[Any]]  # name -> (N,); see scene.py

    @classmethod
    def joined(cls, parts: Sequence[Rendered]) -> Rendered:
        """The pictures of all parts, one part after another."""
        names = parts[0].attributes
        return cls(
            images=np.concatenate([p.images for p in parts]),
            labels=np.concatenate([p.labels for p in parts]),
            masks=np.concatenate([p.masks for p in parts]),
            boxes=np.concatenate([p.boxes for p in parts]),
            captions=np.concatenate([p.captions for p in parts]),
            attributes={n: np.concatenate([p.attributes[n] for p in parts]) for n in names},
        )


def render(seed: int, indices: ArrayLike, side: int, stream: str = "train") -> Rendered:
    """The pictures with these numbers; `stream` is "train" or "held_out", which share none.

    Picture i is a function of (seed, stream, i, side) alone. At another side it is the same scene,
    painted finer, with other noise.
    """
    numbers = np.asarray(indices, dtype=np.int64).reshape(-1)
    count = len(numbers)
    labels = classes_of(seed, stream, numbers, len(CLASSES))
    images = np.empty((count, 3, side, side), dtype=np.uint8)
    masks = np.empty((count, side, side), dtype=bool)
    sentences = np.empty(count, dtype="<U160")
    attributes: dict[str, NDArray[Any]] = {}
    at_once = max(1, _PIXELS // side**2)
    for kind, name in enumerate(CLASSES):
        mine = np.flatnonzero(labels == kind)
        for rows in (mine[i : i + at_once] for i in range(0, len(mine), at_once)):
            draws, noise = draw(seed, stream, numbers[rows], side)
            scenes = paint_scenes(kind, draws, noise, side)
            images[rows], masks[rows] = scenes.images, scenes.masks
            sentences[rows] = captions([name] * len(rows), scenes.attributes, draws["words"])
            for key, values in scenes.attributes.items():
                attributes.setdefault(key, np.empty(count, dtype=values.dtype))[rows] = values
    return Rendered(images, labels, masks, bounds(masks), sentences, attributes)


def bounds(masks: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The boxes x0, y0, x1, y1 around the masks, (N, 4); x1, y1 lie just beyond the last pixel."""
    found = []
    for axis in (1, 2):  # columns that hold any of it, then rows
        line: NDArray[np.bool_] = np.any(masks, axis=axis)
        found.append((line.argmax(axis=1), line.shape[1] - line[:, ::-1].argmax(axis=1)))
    (x0, x1), (y0, y1) = found
    return np.stack([x0, y0, x1, y1], axis=1).astype(np.float32)


def contact_sheet(
    seed: int = 0, side: int = 64, columns: int = 12, gap: int = 2
) -> NDArray[np.uint8]:
    """A row of examples of every class on white, (H, W, 3), for a note or a look."""
    found = render(seed, np.arange(columns * len(CLASSES)), side)
    step = side + gap
    sheet = np.full((len(CLASSES) * step + gap, columns * step + gap, 3), 255, dtype=np.uint8)
    for place, i in enumerate(np.argsort(found.labels, kind="stable")):
        row, column = divmod(place, columns)
        top, left = gap + row * step, gap + column * step
        sheet[top : top + side, left : left + side] = found.images[i].transpose(1, 2, 0)
    return sheet
