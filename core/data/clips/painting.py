"""Painting a clip, and what is true of it, from a seed alone. NumPy, one thread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.clips.motion import Floats, Motion, gains, motions, pan
from core.data.clips.textures import KINDS, Texture, texture
from core.data.video.clip import Clip
from core.tracking.marks import Marks

FPS = 12.0
THINGS = (2, 3)
WIDEST = 1.35  # the farthest that an outline lies from the middle, in radii
POINTS = ("middle", "right", "bottom", "left", "top")  # of every thing
OUT = 0.6  # of the way from the middle to the outline, where the points lie
MOST_NOISE = 0.02
ROOM = 32  # pixels by which the backdrop's texture is larger than the picture


@dataclass(frozen=True)
class Thing:
    """An outline in polar coordinates, what it is made of, and how it moves."""

    waves: Floats  # (n, 3): how often around, how high, where it begins
    texture: Texture  # (S, S, 3), from -WIDEST to WIDEST radii
    motion: Motion

    def outline(self, angle: Floats) -> Floats:
        """How far the outline lies from the middle, in radii, at these angles."""
        found = np.ones_like(angle)
        for often, high, begin in self.waves:
            found += high * np.cos(often * angle + begin)
        return found

    def own_points(self) -> Floats:
        """The named points in the thing's own coordinates: (5, 2)."""
        angle = np.arange(4, dtype=np.float32) * (np.pi / 2)
        far = OUT * self.outline(angle)[:, None]
        ring = far * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return np.concatenate([np.zeros((1, 2), np.float32), ring]).astype(np.float32)


def make_clip(
    seed: int | tuple[int, ...],
    frames: int = 24,
    side: int = 96,
    textures: str = "procedural",
    *,
    held_out: bool = False,
    speed: float = 1.0,
    things: int = 0,
    flow: bool = False,
) -> Clip:
    """A clip (T, side, side, 3) with the truth of every frame; the same for the same values.

    `textures` is "procedural" or "photos", of which `held_out` takes others; `speed` multiplies
    motion and turning; `things` 0 paints two or three; `flow` computes the flow too. Raises
    ValueError for a value, DataError where there are no photographs.
    """
    if textures not in KINDS:
        raise ValueError(f"textures {textures!r} is not one of {', '.join(KINDS)}")
    if frames < 1 or side < 16 or things < 0:
        raise ValueError(f"{frames} frames of {side} px with {things} things cannot be painted")
    parts = seed if isinstance(seed, tuple) else (seed,)
    dice = np.random.default_rng([*parts, 1 if held_out else 0])
    backdrop = texture(textures, side + ROOM, held_out, dice)
    corners = pan(frames, side, speed, ROOM - 2.0, dice)
    count = things or int(dice.choice(THINGS))
    made = [
        Thing(_waves(dice), texture(textures, 56 * side // 96, held_out, dice), motion)
        for motion in motions(count, frames, side, speed, dice)
    ]
    canvas, masks = _painted(backdrop, corners, made, side)
    canvas *= 255.0 * gains(frames, dice)[:, None, None, None]
    noise = dice.standard_normal(canvas.shape, dtype=np.float32)
    noise *= 255.0 * dice.uniform(0.25, 1.0) * MOST_NOISE
    canvas += noise
    pixels = np.rint(canvas).clip(0, 255).astype(np.uint8)
    points = _points(made, masks)
    return Clip(
        pixels,
        FPS,
        [f"frame {at}" for at in range(frames)],
        f"painted clip {'.'.join(map(str, parts))}",
        {at: Marks(masks[at], points[at]) for at in range(frames)},
        keypoints=tuple(f"{k + 1} {name}" for k in range(count) for name in POINTS),
        skeleton=tuple((5 * k, 5 * k + n) for k in range(count) for n in range(1, 5)),
        flow=_flow(made, masks, corners) if flow else None,
    )


def _waves(dice: np.random.Generator) -> Floats:
    """An outline between a round and a lobed one."""
    often = np.array([2.0, 3.0, 4.0, 5.0])
    high = dice.uniform(0.02, 0.3, 4) / np.sqrt(often)
    high *= min(1.0, (WIDEST - 1.0) / high.sum())
    return np.stack([often, high, dice.uniform(0, 2 * np.pi, 4)], axis=1).astype(np.float32)


def _painted(
    backdrop: Texture, corners: Floats, things: list[Thing], side: int
) -> tuple[Floats, NDArray[np.uint8]]:
    """Pixels (T, H, W, 3) in about 0..1 and whose each is (T, H, W); later things lie on top."""
    canvas = np.stack([_shifted(backdrop, corner, side) for corner in corners])
    masks = np.zeros(canvas.shape[:3], np.uint8)
    for number, thing in enumerate(things, 1):
        for at, (centre, matrix) in enumerate(
            zip(thing.motion.centres, thing.motion.matrices, strict=True)
        ):
            reach = WIDEST * float(np.linalg.norm(matrix, 2)) + 1.0
            x0, y0 = np.maximum(0, np.floor(centre - reach)).astype(int)
            x1, y1 = np.minimum(side - 1, np.ceil(centre + reach)).astype(int)
            y, x = np.mgrid[y0 : y1 + 1, x0 : x1 + 1].reshape(2, -1)
            own = np.stack([x, y], axis=1).astype(np.float32) - centre
            own = own @ np.linalg.inv(matrix).T  # (n, 2) radii
            size = float(np.sqrt(np.linalg.det(matrix)))  # pixels of a radius
            far, angle = np.hypot(own[:, 0], own[:, 1]), np.arctan2(own[:, 1], own[:, 0])
            cover = (0.5 + (thing.outline(angle) - far) * size).clip(0.0, 1.0)
            y, x, own, cover = (part[cover > 0] for part in (y, x, own, cover))
            under = canvas[at, y, x]
            canvas[at, y, x] = under + cover[:, None] * (_colours(thing.texture, own) - under)
            masks[at, y[cover > 0.5], x[cover > 0.5]] = number
    return canvas, masks


def _colours(pixels: Texture, own: Floats) -> Floats:
    """A thing's colours (n, 3) at its own points (n, 2), each between four texels."""
    last = len(pixels) - 1.001
    texel = ((own + WIDEST) * (last / (2 * WIDEST))).clip(0.0, last)
    whole = texel.astype(np.intp)
    right, low = (texel - whole).astype(np.float32).T[:, :, None]
    wide, flat = pixels.shape[1], pixels.reshape(-1, 3)
    at = whole[:, 1] * wide + whole[:, 0]
    upper = flat[at] + (flat[at + 1] - flat[at]) * right
    lower = flat[at + wide] + (flat[at + wide + 1] - flat[at + wide]) * right
    return upper + (lower - upper) * low


def _shifted(backdrop: Texture, corner: Floats, side: int) -> Texture:
    """The backdrop from a corner x, y that lies between pixels."""
    (left, top), (x, y) = corner.astype(int), corner % 1.0
    seen = backdrop[top : top + side + 1, left : left + side + 1]
    rows = seen[:-1] * (1 - y) + seen[1:] * y
    return (rows[:, :-1] * (1 - x) + rows[:, 1:] * x).astype(np.float32)


def _points(things: list[Thing], masks: NDArray[np.uint8]) -> Floats:
    """The named points in every frame (T, 5 n, 2), NaN where hidden or outside."""
    side = masks.shape[1]
    places = np.concatenate([t.motion.places(t.own_points()) for t in things], axis=1)
    pixel = np.rint(places).astype(int)
    inside = ((pixel >= 0) & (pixel < side)).all(axis=-1)
    x, y = pixel.clip(0, side - 1)[..., 0], pixel.clip(0, side - 1)[..., 1]
    owner = masks[np.arange(len(masks))[:, None], y, x]
    mine = np.repeat(np.arange(1, len(things) + 1), len(POINTS))
    return np.where((inside & (owner == mine))[..., None], places, np.nan).astype(np.float32)


def _flow(things: list[Thing], masks: NDArray[np.uint8], corners: Floats) -> Floats:
    """Where what is seen at a pixel lies in the next frame, less where it is: (T - 1, H, W, 2)."""
    steps, side = len(masks) - 1, masks.shape[1]
    found = np.empty((steps, side, side, 2), np.float32)
    found[:] = (corners[:-1] - corners[1:])[:, None, None]
    for number, thing in enumerate(things, 1):
        move = thing.motion
        for at in range(steps):
            y, x = np.nonzero(masks[at] == number)
            here = np.stack([x, y], axis=1).astype(np.float32)
            own = (here - move.centres[at]) @ np.linalg.inv(move.matrices[at]).T
            found[at, y, x] = own @ move.matrices[at + 1].T + move.centres[at + 1] - here
    return found
