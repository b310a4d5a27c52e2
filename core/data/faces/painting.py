"""A face: its attributes, what varies beside them, and the layers it is painted in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.faces.canvas import Canvas, Floats, box, ellipse, ring

ATTRIBUTES = ("glasses", "smile", "long hair", "beard", "hat")
GLASSES, SMILE, LONG, BEARD, HAT = range(len(ATTRIBUTES))

SKINS = ((0.96, 0.80, 0.67), (0.84, 0.63, 0.46), (0.55, 0.37, 0.26))
HAIRS = ((0.16, 0.11, 0.09), (0.45, 0.25, 0.12), (0.86, 0.68, 0.33))
HATS = ((0.78, 0.16, 0.18), (0.14, 0.32, 0.70))
GROUND = (0.72, 0.80, 0.86)
DARK = (0.10, 0.09, 0.11)
WHITE = (0.97, 0.97, 0.96)
LIPS = (0.62, 0.18, 0.20)
FRAME = (0.05, 0.05, 0.08)


@dataclass(frozen=True)
class Looks:
    """What n faces look like: five attributes, independent of each other and of all else."""

    attributes: NDArray[np.bool_]  # (n, 5)
    skin: Floats  # (n, 3)
    hair: Floats
    hat: Floats
    ground: Floats
    dx: Floats  # (n,)
    dy: Floats
    scale: Floats


def draw_looks(rng: np.random.Generator, n: int, varied: bool) -> Looks:
    """n faces. Varied ones have any colours and places, which costs a generator most of its time.

    Usual ones have one ground, three colours of skin and hair, two of hats, and hardly move. The
    two colours of hats are on purpose: what has two modes has no single direction.
    """
    attributes = rng.random((n, len(ATTRIBUTES))) < 0.5
    skin, hair, hat = (
        np.array(table)[rng.integers(len(table), size=n)] for table in (SKINS, HAIRS, HATS)
    )
    ground = np.tile(np.array(GROUND), (n, 1))
    shake, grow, noise = 0.03, 0.02, 0.015
    if varied:
        shake, grow, noise = 0.12, 0.12, 0.05
        hair, hat, ground = rng.random((n, 3)) * 0.8, rng.random((n, 3)), rng.random((n, 3))
    skin, hair, hat, ground = (
        np.clip(c + noise * rng.standard_normal((n, 3)), 0, 1).astype(np.float32)
        for c in (skin, hair, hat, ground)
    )
    dx, dy = (rng.uniform(-shake, shake, n).astype(np.float32) for _ in "xy")
    scale = rng.uniform(1 - grow, 1 + grow, n).astype(np.float32)
    return Looks(attributes, skin, hair, hat, ground, dx, dy, scale)


def paint_faces(looks: Looks, side: int, brush: type[Canvas] = Canvas) -> NDArray[np.uint8]:
    """The faces (n, 3, side, side), as this kind of canvas renders their shapes."""
    canvas = brush(looks.ground, side, looks.dx, looks.dy, looks.scale)
    has = looks.attributes.T
    every = np.ones(len(looks.attributes), bool)
    _hair_behind(canvas, looks, has[LONG])
    _head(canvas, looks, every)
    _features(canvas, looks, every)
    _beard(canvas, looks, has[BEARD])
    _mouth(canvas, looks, has[SMILE])
    _glasses(canvas, looks, has[GLASSES])
    _hat(canvas, looks, has[HAT])
    pixels: NDArray[np.uint8] = (canvas.pixels * 255 + 0.5).astype(np.uint8)
    return pixels


def _all(looks: Looks, colour: tuple[float, float, float]) -> Floats:
    return np.tile(np.array(colour, np.float32), (len(looks.attributes), 1))


def _hair_behind(canvas: Canvas, looks: Looks, long: NDArray[np.bool_]) -> None:
    x, y = canvas.x, canvas.y
    canvas.paint(box(x, y - 0.28, 0.66, 0.62), looks.hair, long)


def _head(canvas: Canvas, looks: Looks, every: NDArray[np.bool_]) -> None:
    x, y = canvas.x, canvas.y
    shirt = looks.skin * 0.35 + 0.30
    canvas.paint(ellipse(x, y - 1.16, 0.72, 0.38), shirt, every)
    canvas.paint(box(x, y - 0.72, 0.18, 0.24), looks.skin * 0.88, every)
    canvas.paint(ellipse(x, y + 0.10, 0.58, 0.68), looks.hair, every)
    face = ellipse(x, y - 0.10, 0.50, 0.62)
    canvas.paint(np.maximum(face, -0.30 - y), looks.skin, every)  # below the line of the hair


def _features(canvas: Canvas, looks: Looks, every: NDArray[np.bool_]) -> None:
    x, y = np.abs(canvas.x) - 0.21, canvas.y
    canvas.paint(ellipse(x, y + 0.03, 0.10, 0.085), _all(looks, WHITE), every)
    canvas.paint(ellipse(x, y + 0.03, 0.055, 0.065), _all(looks, DARK), every)
    canvas.paint(box(x, y + 0.20, 0.11, 0.025), looks.hair * 0.6, every)
    canvas.paint(ellipse(canvas.x, y - 0.17, 0.055, 0.10), looks.skin * 0.80, every)


def _beard(canvas: Canvas, looks: Looks, beard: NDArray[np.bool_]) -> None:
    x, y = canvas.x, canvas.y
    chin = np.maximum(ellipse(x, y - 0.10, 0.52, 0.66), 0.30 - y)
    canvas.paint(np.maximum(chin, -ellipse(x, y - 0.42, 0.25, 0.12)), looks.hair * 0.7, beard)


def _mouth(canvas: Canvas, looks: Looks, smile: NDArray[np.bool_]) -> None:
    x, y = canvas.x, canvas.y
    open_ = np.maximum(ellipse(x, y - 0.36, 0.24, 0.19), 0.36 - y)  # the lower half
    canvas.paint(open_ - 0.02, _all(looks, LIPS), smile)
    teeth = np.maximum(open_ + 0.03, y - 0.45)
    canvas.paint(teeth, _all(looks, WHITE), smile)
    canvas.paint(box(x, y - 0.42, 0.15, 0.03), _all(looks, LIPS), ~smile)


def _glasses(canvas: Canvas, looks: Looks, glasses: NDArray[np.bool_]) -> None:
    x, y = np.abs(canvas.x), canvas.y + 0.03
    frame = np.minimum(ring(ellipse(x - 0.22, y, 0.19, 0.17), 0.03), box(x, y, 0.05, 0.025))
    frame = np.minimum(frame, box(x - 0.46, y, 0.07, 0.025))
    canvas.paint(frame, _all(looks, FRAME), glasses)


def _hat(canvas: Canvas, looks: Looks, hat: NDArray[np.bool_]) -> None:
    x, y = canvas.x, canvas.y
    crown = np.maximum(ellipse(x, y + 0.38, 0.50, 0.52), y + 0.40)
    canvas.paint(crown, looks.hat, hat)
    canvas.paint(box(x, y + 0.40, 0.70, 0.06), looks.hat * 0.75, hat)
