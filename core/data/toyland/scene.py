"""A batch of scenes of one class: backdrop, things about, the main object, what hides it, light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.toyland import backdrop, built, living
from core.data.toyland.draws import Column, Draws
from core.data.toyland.layer import Canvas, Layer
from core.data.toyland.palette import COLOURS, Inks
from core.data.toyland.shapes import Frame, ellipse
from core.data.toyland.things import THINGS, Laid, scatter

PAINTERS = (
    built.house, living.tree, built.car, living.face, living.cat, living.fish,
    built.boat, living.flower, built.mug, built.rocket, living.mushroom, built.lamp,
)  # fmt: skip
CLASSES = tuple(painter.__name__ for painter in PAINTERS)
BACKDROPS = tuple(p.__name__ for p in (*backdrop.PATTERNS, *backdrop.OUTDOORS))

_OUTDOORS = 0.4  # the share of pictures whose backdrop has an up
_TILT = np.deg2rad(12)
_SEEN = 0.6  # a thing is worth a word when this share of it shows


@dataclass(frozen=True)
class Layout:
    """Where the main object is and how it is lit; every part (n, 1, 1)."""

    x: Column  # centre, where the picture spans -1 to 1
    y: Column  # up
    radius: Column  # half picture sides
    tilt: Column  # radians, counter-clockwise
    mirror: Column  # 1, or -1 for left and right exchanged
    shine: tuple[Column, Column]  # direction of the light times its strength
    line: Column  # brightness of its outlines, of their parts'
    shadow: Column  # darkness of its shadow

    @classmethod
    def drawn(cls, draws: Draws) -> Layout:
        # A third of the picture's width to and fro: pictures of one class seldom coincide, so
        # comparing pixels tells little of the class. Large things are cut by the border at times.
        radius = draws.uniform(0.54, 0.86)
        room = 1.15 - radius
        x, y = draws.uniform(-1, 1) * room, draws.uniform(-1, 1) * room
        angle, strength = draws.uniform(0, 2 * np.pi), draws.uniform(0.08, 0.24)
        shine = (np.cos(angle) * strength, np.sin(angle) * strength)
        tilt, mirror = draws.uniform(-_TILT, _TILT), draws.sign()
        return cls(
            x, y, radius, tilt, mirror, shine, draws.uniform(0.3, 0.7), draws.uniform(0.1, 0.6)
        )

    def frame(self, side: int) -> Frame:
        return Frame.placed(side, self.x, self.y, self.radius, self.tilt, self.mirror)


@dataclass(frozen=True)
class Scenes:
    """Pictures with what is known of them, one row a picture."""

    images: NDArray[np.uint8]  # (n, 3, H, W)
    masks: NDArray[np.bool_]  # (n, H, W), where the main object covers at least half of a pixel
    attributes: dict[str, NDArray[Any]]  # name -> (n,)


def paint_scenes(
    kind: int, draws: dict[str, Draws], noise: NDArray[np.float32], side: int
) -> Scenes:
    """Scenes whose main object is of one class; `noise` is in [0, 1), (n, 3, side, side)."""
    layout = Layout.drawn(draws["layout"])
    canvas, behind = _backdrop(layout, draws["backdrop"], side)
    beside = _lay_beside(canvas, draws["things"])
    inks = Inks.drawn(draws["object"])
    layer = Layer(layout.frame(side), layout.line)
    PAINTERS[kind](layer, inks, draws["object"])
    layer.light(*layout.shine)
    layer.lay_on(canvas, layout.shadow)
    before = _lay_before(canvas, draws["things"], layout)
    _grade(canvas, draws["layout"], noise)

    whole, masks = layer.cover >= 0.5, layer.cover * (1 - before.cover) >= 0.5
    visible = _count(masks) / _count(whole)
    seen = _count(beside.solid & ~whole & ~before.solid)
    told = seen > _SEEN * np.maximum(_count(beside.solid), 1)
    attributes = {
        "colour": _named(inks.names, COLOURS),
        "backdrop": _named(behind, BACKDROPS),
        "x": layout.x.ravel(),
        "y": layout.y.ravel(),
        "size": layout.radius.ravel(),
        "tilt": np.rad2deg(layout.tilt).ravel(),
        "mirrored": layout.mirror.ravel() < 0,
        "beside": _named(beside.kinds, tuple(THINGS), told),
        "beside_colour": _named(beside.colours, COLOURS, told),
        "hidden_by": _named(before.kinds, tuple(THINGS), visible < 1),
        "hidden_by_colour": _named(before.colours, COLOURS, visible < 1),
        "visible": visible.astype(np.float32),  # the share of the object that is not hidden
    }
    return Scenes((canvas * 255 + 0.5).astype(np.uint8), masks, attributes)


def _lay_beside(canvas: Canvas, draws: Draws) -> Laid:
    """A small thing towards the border of half of the pictures."""
    angle, far = draws.uniform(0, 2 * np.pi), draws.uniform(0.75, 1.0)
    x, y = far * np.cos(angle), far * np.sin(angle)
    return scatter(canvas, draws, 0.5, x, y, draws.uniform(0.14, 0.25))


def _lay_before(canvas: Canvas, draws: Draws, layout: Layout) -> Laid:
    """A thing that hides an outer part of the main object in some pictures."""
    angle, far = draws.uniform(0, 2 * np.pi), layout.radius * draws.uniform(0.75, 1.0)
    x, y = layout.x + far * np.cos(angle), layout.y + far * np.sin(angle)
    return scatter(canvas, draws, 0.15, x, y, layout.radius * draws.uniform(0.28, 0.42))


def _backdrop(layout: Layout, draws: Draws, side: int) -> tuple[Canvas, NDArray[np.intp]]:
    """The backdrops, and the position of each in BACKDROPS."""
    patterns, outdoors = len(backdrop.PATTERNS), len(backdrop.OUTDOORS)
    kinds = draws.choice(
        [(1 - _OUTDOORS) / patterns] * patterns + [_OUTDOORS / outdoors] * outdoors
    )
    canvas = np.empty((len(draws), 3, side, side), dtype=np.float32)
    horizons = layout.y - layout.radius * draws.uniform(0.35, 0.85)
    for kind in np.unique(kinds):
        rows = np.flatnonzero(kinds == kind)
        some = draws.rows(rows)
        nothing = np.zeros((len(rows), 1, 1), dtype=np.float32)
        frame = Frame.placed(side, nothing, nothing, nothing + 1, nothing, 1.0)
        if kind < patterns:
            canvas[rows] = backdrop.PATTERNS[kind](frame, some)
            continue
        canvas[rows] = backdrop.OUTDOORS[kind - patterns](frame, some, horizons[rows])
        x, y, radius = layout.x[rows], layout.y[rows], layout.radius[rows]
        shadow = ellipse(frame, x, y - radius * 0.93, radius * 0.8, radius * 0.22)
        canvas[rows] *= (1 - 0.35 * np.clip(0.5 - shadow * 4, 0, 1))[:, None]
    return canvas, kinds


def _grade(canvas: Canvas, draws: Draws, noise: NDArray[np.float32]) -> None:
    """Light falling across the picture from any side, its tint, and the noise of the sensor."""
    side = canvas.shape[-1]
    angle, strength = draws.uniform(0, 2 * np.pi), draws.uniform(0.0, 0.14)
    ticks = (np.arange(side, dtype=np.float32) + 0.5) * (2 / side) - 1
    fall = 1 + strength * (
        ticks[None, None, :] * np.cos(angle) + ticks[None, :, None] * np.sin(angle)
    )
    canvas *= (fall * draws.uniform(0.93, 1.1)).astype(np.float32)[:, None]
    warm = draws.uniform(-0.05, 0.05).ravel()
    tint = np.stack([1 + warm, np.ones_like(warm), 1 - warm], axis=1)
    canvas *= tint[:, :, None, None]
    noise -= 0.5
    noise *= draws.uniform(0.0, 0.09)[:, None]
    canvas += noise
    np.clip(canvas, 0, 1, out=canvas)


def _count(where: NDArray[np.bool_]) -> NDArray[np.intp]:
    return np.count_nonzero(where, axis=(1, 2))


def _named(
    index: NDArray[np.intp], names: tuple[str, ...], where: NDArray[np.bool_] | None = None
) -> NDArray[np.str_]:
    """The names of the indices, or nothing where it is not so, (n,)."""
    found = np.array(names, dtype="<U10")[index]
    return found if where is None else np.where(where, found, "")
