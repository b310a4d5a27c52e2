"""How the points of each kind are drawn, in units of their own; the source scales them.

Ring and grid are the benchmark of the GAN papers: Metz et al. 2017 (arXiv 1611.02163) and
Srivastava et al. 2017 (VEEGAN, arXiv 1705.07761): 8 modes on a circle, 25 on a lattice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RING = 8
RADIUS = 2.0
SIDE = 5  # of the grid
STEP = 2.0  # between neighbours of the grid


@dataclass(frozen=True)
class Drawn:
    """Points, which mode or arm each is of, and the modes' centres where there are any."""

    points: Floats  # (N, 2)
    labels: NDArray[np.int64]  # (N,)
    centres: Floats  # (K, 2), or (0, 2) where the points lie along curves
    sigma: float  # deviation of a mode, or across a curve, along each axis


Kind = Callable[[np.random.Generator, int, float], Drawn]


def gaussians(rng: np.random.Generator, count: int, centres: Floats, sigma: float) -> Drawn:
    """An equal mixture of round Gaussians."""
    labels = rng.integers(len(centres), size=count)
    points = centres[labels] + sigma * rng.standard_normal((count, 2))
    return Drawn(points, labels, centres, sigma)


def ring(rng: np.random.Generator, count: int, spread: float) -> Drawn:
    """Eight modes on a circle, a hundredth of its radius wide."""
    angles = 2 * np.pi * np.arange(RING) / RING
    centres = RADIUS * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return gaussians(rng, count, centres, 0.02 * spread)


def grid(rng: np.random.Generator, count: int, spread: float) -> Drawn:
    """Twenty-five modes on a square lattice."""
    places = STEP * (np.arange(SIDE) - SIDE // 2)
    centres = np.stack(np.meshgrid(places, places), axis=-1).reshape(-1, 2)
    return gaussians(rng, count, centres, 0.05 * spread)


def two(rng: np.random.Generator, count: int, spread: float) -> Drawn:
    """Two modes, wide enough to be learned at once."""
    return gaussians(rng, count, np.array([[-1.0, -0.5], [1.0, 0.5]]), 0.25 * spread)


def circle(rng: np.random.Generator, count: int, spread: float) -> Drawn:
    """A circle without gaps."""
    angles = 2 * np.pi * rng.random(count)
    points = RADIUS * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return _along(rng, points, np.zeros(count, np.int64), 0.05 * spread)


def spirals(rng: np.random.Generator, count: int, spread: float) -> Drawn:
    """Two arms that wind out of the middle, opposite one another."""
    labels = rng.integers(2, size=count)
    turn = 3 * np.pi * np.sqrt(rng.random(count))  # the root keeps the arms equally dense
    angles = turn + np.pi * labels
    points = turn[:, None] / np.pi * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return _along(rng, points, labels, 0.08 * spread)


def moons(rng: np.random.Generator, count: int, spread: float) -> Drawn:
    """Two half circles, each with an end inside the other."""
    labels = rng.integers(2, size=count)
    angles = np.pi * rng.random(count)
    upper = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    lower = np.stack([1 - np.cos(angles), 0.5 - np.sin(angles)], axis=1)
    points = np.where(labels[:, None] == 0, upper, lower)
    return _along(rng, points, labels, 0.06 * spread)


def around(rng: np.random.Generator, count: int, spread: float, given: Floats) -> Drawn:
    """Points near those that a person drew (M, 2), each as likely as the others."""
    deviation = 0.02 * spread * float(np.sqrt(given.var(axis=0).mean()))
    chosen = given[rng.integers(len(given), size=count)]
    return _along(rng, chosen, np.zeros(count, np.int64), deviation)


def _along(rng: np.random.Generator, on: Floats, labels: NDArray[np.int64], sigma: float) -> Drawn:
    points = on + sigma * rng.standard_normal(on.shape)
    return Drawn(points, labels, np.empty((0, 2)), sigma)


KINDS: Mapping[str, Kind] = {
    "ring": ring,
    "grid": grid,
    "two": two,
    "circle": circle,
    "spirals": spirals,
    "moons": moons,
}
