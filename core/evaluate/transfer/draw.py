"""Boxes and masks drawn over a picture, with the names of what is in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.colours import PALETTE_ON_DARK, rgb
from core.evaluate.transfer.average_precision import Detections
from core.evaluate.transfer.truth import BACKGROUND, Things
from core.pictures import Images, as_images

SIDE = 96  # pixels that a picture is shown with, at least
LIKELY = 0.3  # the score from which a box is drawn
LARGE = 0.02  # the share of a picture from which a class is named
STRENGTH = 0.55  # of the colour over a thing


def drawn(
    picture: NDArray[np.uint8], answer: Things | NDArray[np.int64], classes: Sequence[str]
) -> tuple[Images, str]:
    """A picture (C, H, W) with an answer or the truth over it, (H', W', 3), and it in words."""
    image = as_images(picture[None])[0]
    times = -(-SIDE // image.shape[0])
    if isinstance(answer, Things):
        return _boxed(_enlarged(image, times), answer, times, classes)
    return _tinted(image, answer, times, classes)


def colour_of(kind: int) -> NDArray[np.uint8]:
    """The colour of a class, (3,)."""
    return np.array(rgb(PALETTE_ON_DARK[kind % len(PALETTE_ON_DARK)]), dtype=np.uint8)


def _boxed(image: Images, things: Things, times: int, classes: Sequence[str]) -> tuple[Images, str]:
    said: list[str] = []
    for i in reversed(range(len(things.boxes))):  # the likeliest on top
        name = classes[things.classes[i]]
        if isinstance(things, Detections):
            if things.scores[i] < LIKELY:
                continue
            name = f"{name} {things.scores[i]:.2f}"
        said.insert(0, name)
        _frame(image, things.boxes[i] * times, colour_of(int(things.classes[i])))
    return image, ", ".join(said) or "nothing"


def _frame(image: Images, box: NDArray[np.floating], colour: NDArray[np.uint8]) -> None:
    """Two pixels of colour within two of black, so that it is seen on every ground."""
    height, width = image.shape[:2]
    x0, y0 = np.clip(np.rint(box[:2]).astype(int), 0, [width - 4, height - 4])
    x1, y1 = np.clip(np.rint(box[2:]).astype(int), [x0 + 4, y0 + 4], [width, height])
    for inset, ink in ((0, np.zeros(3, dtype=np.uint8)), (1, colour)):
        a, b, c, d = x0 + inset, y0 + inset, x1 - inset, y1 - inset
        thick = 3 - inset
        image[b : b + thick, a:c] = image[d - thick : d, a:c] = ink
        image[b:d, a : a + thick] = image[b:d, c - thick : c] = ink


def _tinted(
    image: Images, kinds: NDArray[np.int64], times: int, classes: Sequence[str]
) -> tuple[Images, str]:
    inks = np.stack([colour_of(kind - 1) for kind in range(len(classes))])[kinds]
    mixed = image * (1 - STRENGTH) + inks * STRENGTH
    shown = np.where((kinds == BACKGROUND)[..., None], image * 0.6, mixed).astype(np.uint8)
    shares = np.bincount(kinds.ravel(), minlength=len(classes)) / kinds.size
    shares[BACKGROUND] = 0
    order = [int(k) for k in np.argsort(-shares, kind="stable") if shares[k] >= LARGE]
    return _enlarged(shown, times), ", ".join(classes[k] for k in order) or "nothing"


def _enlarged(image: Images, times: int) -> Images:
    return image.repeat(times, axis=0).repeat(times, axis=1)
