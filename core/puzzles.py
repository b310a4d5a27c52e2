"""Puzzles that a person sets a method: a part of a picture to fill in, nine tiles to put in order.

Each is a question to an observer, as those of `core.questions` are, about a hole or an order that
was made by hand, or that the method draws itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.abilities import Fills, Orders
from core.losses.permutations import TILES, nearest
from core.method import Look, Method
from core.pictures import Floats, Images, Ints, as_images
from core.questions import CannotAnswer
from core.randomness import generator

Mask = NDArray[np.bool_]
LIKELIEST = 5  # orders that are shown
MOST_SHARE = 0.95  # that is hidden by a draw


@dataclass(frozen=True)
class Hole:
    """What is hidden of every picture: a share that the method draws, or just these pixels."""

    share: float | None = None  # None: as much as in training
    draw: int = 0  # another number, another draw
    pixels: Mask | None = None  # (H, W), True where hidden; then share and draw say nothing


@dataclass(frozen=True)
class Filling:
    """Pictures with a hole, what was made of them, and the truth."""

    hidden: Mask  # (H, W), what was asked for
    grain: int  # side in pixels of the least part that can be hidden
    usual: float  # the share that is hidden in training
    given: Images  # (N, H, W, 3)
    made: Images
    truth: Images
    captions: Sequence[str]  # of the three
    error: Floats  # (N,) mean squared error over what is hidden, of values in 0..1; NaN: nothing is


@dataclass(frozen=True)
class Ordering:
    """Tiles laid in an order, and the orders that the method takes it for, likeliest first."""

    tiles: Images  # (9, s, s, 3) as they belong, row by row
    laid: Ints  # (9,) place j shows tile laid[j]
    orders: Ints  # (T, 9)
    probabilities: Floats  # (T,)
    known: int  # how many orders the method can name
    at: int  # which of them is `laid`; -1: none
    chance: float  # the probability of `laid`; 0 where it is none of them
    shared: int  # places in which the nearest of them agrees with `laid`

    @property
    def placed(self) -> int:
        """How many of the tiles the answer puts where they belong."""
        return int((self.orders[0] == self.laid).sum())

    def shown(self) -> Images:
        """The tiles as they lie, (9, s, s, 3)."""
        return self.tiles[self.laid]

    def believed(self, answer: int = 0) -> Images:
        """Every tile where it belongs by one of the answers, (9, s, s, 3)."""
        found = np.empty_like(self.tiles)
        found[self.orders[answer]] = self.tiles[self.laid]
        return found

    def verdict(self) -> str:
        """Whether the answer is right, in words."""
        sure = f"{self.probabilities[0]:.0%}"
        if self.at < 0:
            return (
                f"This order is not among the {self.known:,} that the network knows; the nearest "
                f"shares {self.shared} of {TILES} tiles. Its answer ({sure}) puts {self.placed} of "
                f"{TILES} where they belong."
            )
        which = f"order {self.at + 1:,} of the {self.known:,} that it knows"
        if self.placed == TILES:
            return f"Right, and {sure} sure: this is {which}."
        return (
            f"Wrong: its answer ({sure}) puts {self.placed} of {TILES} tiles where they belong. "
            f"This is {which}; it gave it {self.chance:.0%}."
        )


def filling(hole: Hole, at: int | None = None) -> Callable[[Method, Look], Filling]:
    """The pictures, or the one at a position among them, with a hole, and what is made of that."""

    def ask(method: Method, look: Look) -> Filling:
        if not isinstance(method, Fills):
            raise CannotAnswer(f"{type(method).__name__} fills in no hole")
        images = _one(look, at)
        hidden = _pixels(hole, method, tuple(images.shape[-2:]))
        found = method.fill(images, hidden)
        away = (found.made.astype(np.float64) - found.truth) ** 2 / 255.0**2
        where = hidden.numpy()
        none = np.full(len(away), np.nan)
        error = away[:, where].mean(axis=(1, 2)) if where.any() else none
        three = found.given, found.made, found.truth
        return Filling(
            where.copy(), method.grain, method.usual_share, *three, found.captions, error
        )

    return ask


def ordering(
    laid: Sequence[int] | None = None, draw: int = 0, at: int = 0
) -> Callable[[Method, Look], Ordering]:
    """The tiles of the picture at a position in an order, by default one that the method knows."""

    def ask(method: Method, look: Look) -> Ordering:
        if not isinstance(method, Orders):
            raise CannotAnswer(f"{type(method).__name__} puts nothing in order")
        image, orders = _one(look, at), method.orders.numpy()
        order = _drawn(orders, draw) if laid is None else _checked(laid)
        chances = method.order(image, torch.from_numpy(order))[0].numpy()
        likeliest = np.argsort(-chances, kind="stable")[:LIKELIEST]
        close, shared = nearest(orders, order)
        known = shared == TILES
        return Ordering(
            as_images(method.tiles(image)[0].numpy()),
            order,
            orders[likeliest].copy(),
            chances[likeliest],
            len(orders),
            close if known else -1,
            float(chances[close]) if known else 0.0,
            shared,
        )

    return ask


def _one(look: Look, at: int | None) -> Tensor:
    """All the pictures, or as a batch of one that at the position, the last where it is beyond."""
    if at is None:
        return look.images
    if not len(look.images):
        raise ValueError("there is no such picture; choose another one")
    at = min(at, len(look.images) - 1)
    return look.images[at : at + 1]


def _pixels(hole: Hole, method: Fills, size: tuple[int, ...]) -> Tensor:
    if hole.pixels is not None:
        if hole.pixels.shape != size:
            raise ValueError(f"the hole is of {hole.pixels.shape} pixels, the pictures of {size}")
        return torch.from_numpy(np.ascontiguousarray(hole.pixels))
    share = min(MOST_SHARE, method.usual_share if hole.share is None else hole.share)
    if share <= 0:
        return torch.zeros(size, dtype=torch.bool)
    return method.hide(share, generator("hole", hole.draw))


def _drawn(orders: NDArray[np.int64], draw: int) -> NDArray[np.int64]:
    """One of the orders but the true one."""
    at = torch.randint(1, len(orders), (1,), generator=generator("order", draw))
    return orders[int(at)].copy()


def _checked(laid: Sequence[int]) -> NDArray[np.int64]:
    if sorted(laid) != list(range(TILES)):
        named = ", ".join(str(tile + 1) for tile in laid)
        raise ValueError(f"an order names each of the {TILES} tiles once; found {named}")
    return np.array(laid, dtype=np.int64)
