"""What a panel asks of a denoiser: the way out of noise, many samples, a picture's way there and
back.

Each is a function of (method, look), as those of `core.questions` are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core.abilities import Denoises
from core.generative.wishes import EACH, OPEN, Wish
from core.method import Look, Method
from core.pictures import Denoising, Floats, ImageGrid, Images, as_images
from core.randomness import generator

WHOLE = 1.0  # the time at which nothing is left of a picture


@dataclass(frozen=True)
class Strip:
    """Ways out of the same noise; `branch` is the one on which the class was changed."""

    way: Denoising
    names: tuple[str, ...]  # of each picture's class; empty where it was left open
    branch: Denoising | None = None
    branch_name: str = ""
    branch_at: float = 0.0

    def grid(self) -> ImageGrid:
        """For each picture a row of x_t, below it the x_0 they are taken for; then the branch.

        An image's index is its moment, the column.
        """
        columns = len(self.way.times)
        rows: list[Images] = []
        captions: list[str] = []
        for at in range(self.way.strip.shape[1]):
            rows += [self.way.strip[:, at], self.way.predictions[:, at]]
            captions += [f"t {t:.2f}" for t in self.way.times]
            captions += self._seen_as(self.way.times, self.names[at] if self.names else "")
            if self.branch is not None:
                rows.append(self.branch.predictions[:, at])
                captions += [
                    f"→ {self.branch_name}" if t <= self.branch_at else "same"
                    for t in self.branch.times
                ]
        indices = np.tile(np.arange(columns), len(rows))
        return ImageGrid(np.concatenate(rows), captions, columns, indices)

    @staticmethod
    def _seen_as(times: Floats, name: str) -> list[str]:
        """Under the predictions: what was asked for, and that the last is the picture."""
        asked = f"x₀ {name}".strip()
        return [asked] * (len(times) - 1) + [f"made {name}".strip()]


@dataclass(frozen=True)
class There:
    """A picture put under noise up to a time, and what is made of it from there."""

    under: Images  # (K, H, W, 3) the forward process
    under_times: Floats  # (K,) from 0 to the time
    back: Denoising
    names: tuple[str, ...]

    def grid(self) -> ImageGrid:
        """The way there; below it, a row each, the ways back."""
        rows = [self.under, *self.back.predictions.swapaxes(0, 1)]
        captions = [f"t {t:.2f}" for t in self.under_times]
        for at in range(len(rows) - 1):
            name = self.names[at] if self.names else ""
            captions += [f"{t:.2f} {name}".strip() for t in self.back.times]
        wide = max(len(row) for row in rows)
        filled = [_filled(row, wide) for row in rows]
        spread = _spread(captions, [len(row) for row in rows], wide)
        return ImageGrid(np.concatenate(filled), spread, wide)


def strip(wish: Wish) -> Callable[[Method, Look], Strip]:
    """Pictures out of noise, moment by moment."""

    def ask(method: Method, look: Look) -> Strip:
        denoiser = able(method)
        labels = labels_of(wish, method)
        plain = replace(wish, then=None)
        way = _denoised(denoiser, plain, labels, _noise(method, wish))
        names = names_of(labels, method)
        if wish.then is None or labels is None:
            return Strip(way, names)
        branch = _denoised(denoiser, wish, labels, _noise(method, wish))
        return Strip(way, names, branch, method.data.classes[wish.then[1]], wish.then[0])

    return ask


def samples(wish: Wish, each: int) -> Callable[[Method, Look], ImageGrid]:
    """`each` pictures of every class, a row a class; of one class, or none, as many in all."""

    def ask(method: Method, look: Look) -> ImageGrid:
        denoiser = able(method)
        classes = len(method.data.classes) if labels_of(wish, method) is not None else 0
        kinds = classes if wish.label == EACH and classes else 1
        many = replace(wish, count=kinds * each, then=None, moments=1)
        labels = labels_of(many, method)
        if labels is not None and wish.label == EACH:
            labels = torch.arange(kinds).repeat_interleave(each)
        made = _denoised(denoiser, many, labels, _noise(method, many)).made
        names = names_of(labels, method)
        return ImageGrid(made, list(names), columns=each if kinds > 1 else 0)

    return ask


def there_and_back(wish: Wish, time: float, at: int) -> Callable[[Method, Look], There]:
    """The looked-at picture at a position under noise up to a time, and `wish.count` ways back."""

    def ask(method: Method, look: Look) -> There:
        denoiser = able(method)
        if not len(look.images):
            raise ValueError("there is no picture to put under noise; choose one")
        if not 0 < time <= WHOLE:
            raise ValueError(f"the time is {time:g}; choose more than 0 and at most 1")
        image = look.images[min(at, len(look.images) - 1)].unsqueeze(0)
        times = torch.linspace(0, time, wish.moments).tolist()
        under = [denoiser.noised(image, t, generator("noise", wish.seed)) for t in times]
        labels = labels_of(wish, method)
        noisy = denoiser.at_time(image, time, generator("noise", wish.seed), wish.count)
        back = _denoised(denoiser, replace(wish, then=None), labels, noisy, time)
        shown = as_images(torch.cat(under).numpy())
        return There(shown, np.array(times), back, names_of(labels, method))

    return ask


def able(method: Method) -> Denoises:
    """The method as one that denoises; raises ValueError."""
    if not isinstance(method, Denoises):
        raise ValueError(f"{type(method).__name__} takes no noise away")
    return method


def labels_of(wish: Wish, method: Method) -> Tensor | None:
    """A class for each picture (B,), -1 where open; None where the method knows no classes."""
    classes = len(method.data.classes)
    if not getattr(method, "conditional", False) or not classes:
        return None
    if wish.label == EACH:
        return torch.arange(wish.count) % classes
    if not OPEN <= wish.label < classes:
        raise ValueError(f"there is no class {wish.label}; there are {classes}")
    return torch.full((wish.count,), wish.label)


def names_of(labels: Tensor | None, method: Method) -> tuple[str, ...]:
    """The names of classes; empty where none is asked for."""
    if labels is None:
        return ()
    return tuple("" if at == OPEN else method.data.classes[at] for at in labels.tolist())


def _noise(method: Method, wish: Wish) -> Tensor:
    data = method.data
    shape = (wish.count, data.channels, data.side, data.side)
    return torch.randn(shape, generator=generator("noise", wish.seed))


def _denoised(
    denoiser: Denoises, wish: Wish, labels: Tensor | None, noise: Tensor, start: float | None = None
) -> Denoising:
    rng = generator("steps", wish.seed) if wish.random else None
    then = None
    if wish.then is not None and labels is not None:
        then = (wish.then[0], torch.full_like(labels, wish.then[1]))
    return denoiser.denoise(
        noise, labels, wish.weight, wish.steps, rng, wish.moments, start, then=then
    )


def _filled(row: Images, wide: int) -> Images:
    """A row with its last picture repeated up to a length."""
    return np.concatenate([row, *[row[-1:]] * (wide - len(row))])


def _spread(captions: list[str], lengths: list[int], wide: int) -> list[str]:
    """The captions of rows of those lengths, filled up as `_filled` fills them."""
    found, at = [], 0
    for length in lengths:
        mine = captions[at : at + length]
        found += mine + mine[-1:] * (wide - length)
        at += length
    return found
