"""Samples as a person looks at them: the same noise at every step, with what the critic says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.abilities import Criticises, Denoises, Generates
from core.generative.judging import Bench, neighbours
from core.generative.latents import truncated
from core.method import Look, Method
from core.pictures import Histogram, ImageGrid, Images, as_images
from core.randomness import generator

MOST = 256  # samples that are looked at together
HEARD = 256  # real pictures that the critic's histogram is made of
BINS = 30
NEAREST = 7
Arrays = NDArray[np.float32]


@dataclass(frozen=True)
class Wish:
    """Which samples: `draw` 0 is the fixed noise, each other number noise of its own."""

    count: int = 64
    draw: int = 0
    label: int | None = None  # the class of all; None: one after the other
    truncation: float = 1.0  # the share of its way from 0 that every latent goes
    raw: bool = False  # by the weights as they are instead of their average


@dataclass(frozen=True)
class Samples:
    """What a method made, and of which numbers."""

    images: Images  # (N, H, W, 3) as they are shown
    pixels: Arrays  # (N, C, H, W) in 0..1
    latents: Arrays  # (N, Z)
    labels: NDArray[np.int64] | None  # (N,) where the method makes pictures of a class
    classes: tuple[str, ...]
    averages: bool  # an average of the weights is kept, so that there are raw ones beside it
    truncates: bool  # latents may be drawn towards 0 and stay what they are
    scores: Arrays | None = None  # (N,) of the critic, more for what it takes for real
    real_scores: Arrays | None = None  # (M,) of the real pictures that were looked at
    heard: Histogram | None = None  # what the critic says of real and of made ones

    def grid(self) -> ImageGrid:
        """All in rows, each with its class."""
        named = [] if self.labels is None else [self.classes[i] for i in self.labels.tolist()]
        return ImageGrid(self.images, named)

    def verdict(self, at: int) -> str:
        """What the critic says of one, beside what it says of real ones; "" without a critic."""
        if self.scores is None or self.real_scores is None or not len(self.real_scores):
            return ""
        below = float((self.real_scores < self.scores[at]).mean())
        return f"score {self.scores[at]:.2f}; {below:.0%} of real pictures score less"


def sampled(wish: Wish) -> Callable[[Method, Look], Samples]:
    """The samples that are wished for; the looked-at pictures are the real ones beside them."""

    def ask(method: Method, look: Look) -> Samples:
        if not isinstance(method, Generates):
            raise TypeError(f"{type(method).__name__} makes no pictures of noise")
        rng = generator("nursery", wish.draw, device=look.rng.device)
        latents = method.draw(max(MOST, wish.count), rng)[
            : wish.count
        ]  # fewer are the first of many
        truncates = not isinstance(method, Denoises)  # less noise is no noise that it has seen
        if truncates and wish.truncation != 1.0:
            latents = truncated(latents, wish.truncation)
        labels = _classes(method, look, wish.count, wish.label)
        made = method.generate(latents, labels, raw=wish.raw)
        found = Samples(
            as_images(made.cpu().numpy()), made.cpu().numpy(), latents.cpu().numpy(),
            None if labels is None else labels.numpy(), tuple(look.classes),
            hasattr(method, "averaged"), truncates,
        )  # fmt: skip
        return _criticised(method, look, wish, made, labels, found)

    return ask


def _classes(method: Generates, look: Look, count: int, label: int | None) -> Tensor | None:
    if not method.conditional:
        return None
    if label is not None:
        return torch.full((count,), label)
    return torch.arange(count) % len(look.classes)


def _criticised(
    method: Method, look: Look, wish: Wish, made: Tensor, labels: Tensor | None, found: Samples
) -> Samples:
    """The same with what the critic says, of real pictures too; as it is without a critic."""
    if not isinstance(method, Criticises):
        return found
    images, truth = look.images[:HEARD], look.labels[:HEARD]
    if labels is not None:  # of a picture whose class nobody told it cannot be asked
        images, truth = images[truth >= 0], truth[truth >= 0]
    scores = method.criticise(made, labels).cpu().numpy()
    real = method.criticise(images, truth).cpu().numpy()
    return Samples(**{**vars(found), "scores": scores, "real_scores": real,
                      "heard": heard(real, scores)})  # fmt: skip


def heard(real: Arrays, made: Arrays) -> Histogram:
    """Scores of real and of made pictures, as shares of each."""
    both = np.concatenate([real, made])
    low, high = float(both.min()), float(both.max())
    edges = np.linspace(low, high if high > low else low + 1.0, BINS + 1)
    counts = {"D(real)": real, "D(fake)": made}
    return Histogram(
        edges,
        {name: np.histogram(v, edges)[0] / max(1, len(v)) for name, v in counts.items()},
        "score of the discriminator, more is more like real",
        "share of the pictures",
    )


@dataclass(frozen=True)
class Card:
    """One sample, looked at closely."""

    names: Sequence[str]  # of classes or attributes
    likely: Sequence[float]  # (K,) the judge's probability of each
    one_of_many: bool  # exactly one of the names is true, as of classes
    by_features: ImageGrid  # the nearest training pictures, near first
    by_pixels: ImageGrid


def card(pixels: Arrays, bench: Bench, count: int = NEAREST) -> Card:
    """What a sample (C, H, W) in 0..1 shows by the judge, and what it may be copied from."""
    one = torch.from_numpy(pixels)
    likely = bench.judge.probabilities(one.unsqueeze(0))[0]
    near = neighbours(one, bench, count)
    train = bench.data.train.images
    return Card(
        bench.judge.names,
        [float(p) for p in likely],
        bench.judge.one_of_many,
        _grid(train, *near["features"]),
        _grid(train, *near["pixels"]),
    )


def _grid(train: NDArray[np.uint8], where: NDArray[np.int64], far: Arrays) -> ImageGrid:
    pictures = as_images(np.stack([train[int(i)] for i in where]))
    return ImageGrid(pictures, [f"{d:.2f}" for d in far], columns=NEAREST)
