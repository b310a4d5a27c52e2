"""What things and backdrops are made of: painted patterns, or crops of photographs.

Held-out clips are textured by photographs that no training clip has.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.data.imageset import DataError

Texture = NDArray[np.float32]  # (H, W, 3) in 0..1

KINDS = ("procedural", "photos")
PHOTO_SIDE = 360  # pixels of a photograph's shorter side: more is finer than a clip can show

# Those in colour. The motorcycle is held out: its stereo pair is a test of correspondence.
_TRAINED = ("china", "astronaut", "coffee", "galaxies", "retina", "tissue")
_HELD_OUT = ("flower", "cat", "rocket", "motorcycle")


def texture(kind: str, side: int, held_out: bool, dice: np.random.Generator) -> Texture:
    """A square texture of that side; raises DataError where there are no photographs."""
    return _crop(side, held_out, dice) if kind == "photos" else _pattern(side, dice)


def _pattern(side: int, dice: np.random.Generator) -> Texture:
    """Two or three inks laid out by clouds, then stripes, checks or dots of another one."""
    inks = _inks(4, dice)
    coarse = _clouds(side, int(dice.integers(3, 7)), dice)
    fine = _clouds(side, int(dice.integers(9, 20)), dice)
    painted = _between(inks[0], inks[1], _sharper(coarse, dice.uniform(1.0, 6.0)))
    painted = _mixed(painted, inks[2], 0.7 * _sharper(fine, dice.uniform(2.0, 8.0)))
    return _mixed(painted, inks[3], dice.uniform(0.4, 0.9) * _figure(side, dice)).clip(0.0, 1.0)


def _inks(count: int, dice: np.random.Generator) -> Texture:
    """Colours (count, 3) of hues and lightnesses that differ, none of them garish."""
    hue = (dice.random() + np.arange(count) * 0.382 + dice.normal(0, 0.05, count)) * 2 * np.pi
    light = dice.permutation(np.linspace(0.18, 0.85, count))
    strong = dice.uniform(0.08, 0.32, count)
    turns = hue[:, None] + np.array([0.0, 2.0, 4.0]) * np.pi / 3
    return (light[:, None] + strong[:, None] * np.cos(turns)).clip(0.0, 1.0).astype(np.float32)


def _clouds(side: int, cells: int, dice: np.random.Generator) -> NDArray[np.float32]:
    """Smooth noise (side, side) in 0..1: a lattice of random numbers between which it is bent."""
    lattice = dice.random((cells + 1, cells + 1), dtype=np.float32)
    at = np.linspace(0.0, cells, side, endpoint=False, dtype=np.float32)
    whole = at.astype(np.intp)
    part = at - whole
    part = part * part * (3.0 - 2.0 * part)
    rows = lattice[whole] * (1 - part)[:, None] + lattice[whole + 1] * part[:, None]
    return rows[:, whole] * (1 - part) + rows[:, whole + 1] * part


def _figure(side: int, dice: np.random.Generator) -> NDArray[np.float32]:
    """Coverage (side, side) of stripes, checks or dots at any angle."""
    angle, wide = dice.uniform(0, np.pi), dice.uniform(0.09, 0.28) * side
    y, x = np.mgrid[:side, :side].astype(np.float32) / wide
    u = (np.cos(angle) * x + np.sin(angle) * y) + dice.random()
    v = (np.cos(angle) * y - np.sin(angle) * x) + dice.random()
    across, along = np.sin(2 * np.pi * u), np.sin(2 * np.pi * v)
    kind = dice.integers(3)
    found = across if kind == 0 else across * along if kind == 1 else across + along - 0.9
    return (0.5 + found * wide / 5.0).clip(0.0, 1.0)


def _sharper(values: NDArray[np.float32], by: float) -> NDArray[np.float32]:
    return ((values - 0.5) * by + 0.5).clip(0.0, 1.0)


def _between(one: Texture, other: Texture, share: NDArray[np.float32]) -> Texture:
    return one + (other - one) * share[..., None]


def _mixed(painted: Texture, ink: Texture, share: NDArray[np.float32]) -> Texture:
    return painted + (ink - painted) * share[..., None]


def _crop(side: int, held_out: bool, dice: np.random.Generator) -> Texture:
    """A square of a photograph, not enlarged, turned and mirrored by chance."""
    found = _photographs(held_out)
    photo = found[int(dice.integers(len(found)))]
    high, wide = photo.shape[:2]
    # Of every scale from pixel for pixel to the whole photograph.
    step = max(1.0, min(high, wide) / side * 2.0 ** -dice.uniform(0.0, 2.0))
    taken = min(high, wide, round(side * step))
    top, left = dice.integers(high - taken + 1), dice.integers(wide - taken + 1)
    square = _resized(photo[top : top + taken, left : left + taken], side)
    square = np.rot90(square, int(dice.integers(4)))
    return square[:, ::-1] if dice.random() < 0.5 else square


def _resized(pixels: NDArray[np.uint8], side: int) -> Texture:
    from PIL import Image

    small = Image.fromarray(np.ascontiguousarray(pixels)).resize((side, side), 3)  # 3: bicubic
    return np.asarray(small, dtype=np.float32) / 255.0


@lru_cache(maxsize=2)
def _photographs(held_out: bool) -> tuple[NDArray[np.uint8], ...]:
    from core.data.photos import installed, open_photo

    here = installed()
    names = [name for name in (_HELD_OUT if held_out else _TRAINED) if name in here]
    if not names:
        raise DataError("none of the photographs that scikit-learn and scikit-image bring are "
                        "here; install both again, or choose procedural textures")  # fmt: skip
    found = []
    for name in names:
        photo = open_photo(name, here[name])
        scale = PHOTO_SIDE / min(photo.size)
        if scale < 1.0:
            photo = photo.resize((round(photo.width * scale), round(photo.height * scale)), 3)
        found.append(np.asarray(photo, dtype=np.uint8))
    return tuple(found)
