"""Pictures of every type: empty, tiny and huge."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.pictures import (
    Curve,
    Guess,
    HeatMaps,
    Histogram,
    ImageGrid,
    Line,
    Matrix,
    Picture,
    Points,
    Table,
)


def _images(count: int, side: int = 8) -> np.ndarray:
    ramp = np.arange(count * side * side * 3) * 37 % 256
    return ramp.reshape(count, side, side, 3).astype(np.uint8)


def _points(count: int) -> Points:
    xy = np.random.default_rng(0).normal(size=(count, 2))
    return Points(xy, np.arange(count) % 3 - 1, ("cat", "dog"), np.arange(count) * 2)


def _curve(count: int, **look: bool) -> Curve:
    x = np.arange(1.0, count + 1)
    lines = {"one": Line(x, 1.0 / x, 0.1 / x), "two": Line(x, np.sin(x))}
    return Curve(lines, "step", "loss", marks={"change": count / 2}, **look)


def _guess(count: int, options: int) -> Guess:
    chances = np.random.default_rng(0).dirichlet(np.ones(options), count).reshape(count, options)
    names = [f"{90 * k}°" for k in range(options)]
    return Guess("Which way up?", _images(count), names, chances, np.arange(count) % 4, 4)


def _table(count: int) -> Table:
    return Table(("name", "value"), [(f"row {n}", n * 0.5) for n in range(count)], "three seeds")


def _heat(count: int) -> HeatMaps:
    return HeatMaps(_images(count), np.random.default_rng(0).random((count, 2, 4, 4)), ("a", "b"))


def _histogram(bins: int) -> Histogram:
    return Histogram(np.arange(bins + 1.0), {"real": np.arange(bins * 1.0)} if bins else {})


SIZES: dict[str, dict[str, Callable[[], Picture]]] = {
    "empty": {
        "ImageGrid": lambda: ImageGrid(_images(0)),
        "Matrix": lambda: Matrix(np.zeros((0, 0))),
        "HeatMaps": lambda: _heat(0),
        "Histogram": lambda: _histogram(0),
        "Points": lambda: Points(np.zeros((0, 2))),
        "Curve": lambda: Curve({}),
        "Table": lambda: Table((), ()),
        "Guess": lambda: _guess(0, 4),
    },
    "tiny": {
        "ImageGrid": lambda: ImageGrid(_images(1, 1), ("<b>one</b>",)),
        "Matrix": lambda: Matrix(np.full((1, 1), np.nan), diverging=True),
        "HeatMaps": lambda: _heat(1),
        "Histogram": lambda: _histogram(1),
        "Points": lambda: Points(np.zeros((1, 2))),
        "Curve": lambda: _curve(1, log_x=True, log_y=True),
        "Table": lambda: _table(1),
        "Guess": lambda: _guess(1, 1),
    },
    "huge": {
        "ImageGrid": lambda: ImageGrid(_images(5000), [str(n) for n in range(5000)]),
        "Matrix": lambda: Matrix(np.random.default_rng(0).normal(size=(512, 512))),
        "HeatMaps": lambda: _heat(150),
        "Histogram": lambda: _histogram(2000),
        "Points": lambda: _points(100_000),
        "Curve": lambda: _curve(100_000, log_x=True),
        "Table": lambda: _table(5000),
        "Guess": lambda: _guess(400, 12),
    },
}
KINDS = tuple(SIZES["tiny"])
