"""What a panel asks of what predicts pixels: a few more of them, their price in bits, the class.

Each is a function of (method, look), as those of `core.questions` are. A drawing is asked for row
by row, so that whoever else asks the observer gets an answer in between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.abilities import Predicts
from core.generative.wishes import EACH, OPEN, Drawing
from core.method import Look, Method
from core.pictures import Guess, HeatMaps, Images, as_images
from core.randomness import generator


@dataclass(frozen=True)
class Drawn:
    """Some pixels further: every moment on the way, and from what to go on."""

    frames: tuple[Images, ...]  # (N, H, W, 3) after each pixel
    pixels: NDArray[np.float32]  # (N, C, H, W)
    row: int  # the next row
    done: int  # pixels drawn so far
    total: int
    names: tuple[str, ...]  # of each picture's class
    given: Images | None = None  # (1, H, W, 3) the picture as it is, where one is completed

    @property
    def finished(self) -> bool:
        return self.done >= self.total


def further(drawing: Drawing) -> Callable[[Method, Look], Drawn]:
    """The next row that has something to be drawn."""

    def ask(method: Method, look: Look) -> Drawn:
        drawer, given, hidden, cells = _begun(method, look, drawing)
        rows = cells.any(dim=1).nonzero()[:, 0].tolist()
        here = next((row for row in rows if row >= drawing.row), None)
        labels = _labels(drawing, method)
        names = () if labels is None else tuple(
            "" if at == OPEN else method.data.classes[at] for at in labels.tolist()
        )  # fmt: skip
        shown = None if drawing.picture is None else as_images(given[:1].numpy())
        done, total = int(cells[: drawing.row].sum()), int(cells.sum())
        so_far = _blank(given, hidden) if drawing.pixels is None else torch.from_numpy(
            drawing.pixels
        )  # fmt: skip
        if here is None:
            return Drawn((), so_far.numpy().copy(), drawing.row, total, total, names, shown)
        grain = hidden.shape[0] // cells.shape[0]
        only = torch.zeros_like(hidden)
        only[here * grain : (here + 1) * grain] = hidden[here * grain : (here + 1) * grain]
        frames: list[Images] = []

        def seen(drawn: int, _: int, now: Tensor) -> None:
            frames.append(as_images(_veiled(now, hidden, cells, here, drawn).numpy()))

        made = drawer.sample(
            drawing.count,
            labels,
            generator("drawing", drawing.seed, here),
            so_far,
            only,
            seen,
            drawing.temperature,
        )
        last = here == rows[-1]
        done = total if last else int(cells[: here + 1].sum())
        return Drawn(tuple(frames), made.numpy().copy(), here + 1, done, total, names, shown)

    return ask


def bits(method: Method, look: Look) -> HeatMaps:
    """What each pixel of the looked-at pictures costs, their classes told, as heat."""
    drawer = able(method)
    found = drawer.bits(look.images, look.labels)  # (B, h, w)
    heat = found.unsqueeze(1) / found.amax().clamp(min=1e-9)
    words = [
        f"{name} · {each.sum():.1f} bits".removeprefix(" · ")
        for name, each in zip(_captions(look), found)
    ]
    return HeatMaps(
        as_images(look.images.cpu().numpy()), heat.numpy().copy(), ["bits of each pixel"], words
    )


def classes(seen: float = 1.0) -> Callable[[Method, Look], Guess]:
    """p(class | what is read of each picture), by Bayes' rule, every class alike beforehand.

    `seen` is the share of the pixels that is read, from the top.
    """

    def ask(method: Method, look: Look) -> Guess:
        drawer = able(method)
        names = method.data.classes if _knows_classes(method) else ()
        if not names:
            raise ValueError("this run learned no classes, so a picture's class cannot be told "
                               "from how likely each makes it")  # fmt: skip
        chances = class_chances(drawer, look.images, len(names), seen)
        share = "" if seen >= 1 else f" the first {seen:.0%} of"
        return Guess(
            f"Which class makes{share} each picture likeliest?",
            as_images(look.images.cpu().numpy()),
            list(names),
            chances.numpy().copy(),
            look.labels.numpy().copy(),
        )

    return ask


def class_chances(drawer: Predicts, images: Tensor, count: int, seen: float = 1.0) -> Tensor:
    """p(y | the first pixels) ∝ Π p(x_i | x_1 … x_{i−1}, y): (B, count)."""
    found = []
    for label in range(count):
        told = torch.full((len(images),), label)
        each = drawer.bits(images, told).flatten(1)
        found.append(-each[:, : max(1, round(each.shape[1] * seen))].sum(dim=1))
    return (torch.stack(found, dim=1) * float(np.log(2))).softmax(dim=1)


def able(method: Method) -> Predicts:
    """The method as one that predicts pixels; raises ValueError."""
    if not isinstance(method, Predicts):
        raise ValueError(f"{type(method).__name__} draws no picture pixel by pixel")
    return method


def _begun(method: Method, look: Look, drawing: Drawing) -> tuple[Predicts, Tensor, Tensor, Tensor]:
    """The drawer; the pictures (N, C, H, W) drawn on; what is hidden (H, W); the same in cells."""
    drawer, data = able(method), method.data
    shape = (drawing.count, data.channels, data.side, data.side)
    if drawing.picture is None:
        given, hidden = torch.zeros(shape), torch.ones(shape[-2:], dtype=torch.bool)
    else:
        if not len(look.images):
            raise ValueError("there is no picture to complete; choose one")
        at = min(drawing.picture, len(look.images) - 1)
        given = look.images[at].expand(shape).clone()
        hidden = torch.ones(shape[-2:], dtype=torch.bool)
        if drawing.hidden is not None:
            if drawing.hidden.shape != tuple(shape[-2:]):
                raise ValueError(f"the hole is of {drawing.hidden.shape} pixels, the picture of "
                                 f"{tuple(shape[-2:])}")  # fmt: skip
            hidden = torch.from_numpy(np.ascontiguousarray(drawing.hidden))
    return drawer, given, hidden, drawer.cells(hidden)


def _blank(given: Tensor, hidden: Tensor) -> Tensor:
    """What is hidden is nothing before it is drawn, so that it cannot be read."""
    return given.masked_fill(hidden, 0.0)


def _veiled(now: Tensor, hidden: Tensor, cells: Tensor, row: int, drawn: int) -> Tensor:
    """The pictures so far, what is still to come in grey; of this row so many are drawn."""
    rest = cells.clone()
    rest[:row] = False
    rest[row, rest[row].nonzero()[:drawn, 0]] = False
    grain = hidden.shape[0] // cells.shape[0]
    veil = rest.repeat_interleave(grain, 0).repeat_interleave(grain, 1)
    return now.masked_fill(veil, 0.5)


def _captions(look: Look) -> list[str]:
    """The class of each picture, where it is known."""
    return [look.classes[i] if 0 <= i < len(look.classes) else "" for i in look.labels.tolist()]


def _knows_classes(method: Method) -> bool:
    return bool(getattr(method, "classes", 0))


def _labels(drawing: Drawing, method: Method) -> Tensor | None:
    """A class for each picture (N,); None where the method knows none."""
    if not _knows_classes(method):
        return None
    count = len(method.data.classes)
    if drawing.label == EACH:
        return torch.arange(drawing.count) % count
    if not OPEN <= drawing.label < count:
        raise ValueError(f"there is no class {drawing.label}; there are {count}")
    return torch.full((drawing.count,), drawing.label)
