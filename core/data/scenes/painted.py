"""Scenes of solid shapes under one light, traced ray by ray: pictures, depth, occupancy exact.

All lie in the box from −1 to 1 with z up, seen from about them, on white. Nothing painted is quite
white, so that white is background.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.data.scenes.shapes import (
    MISSED,
    Box,
    Cylinder,
    Shape,
    Sphere,
    Torus,
    checks,
    plain,
)
from core.progress import Progress
from core.render.cameras import Cameras, orbit, pinhole

DISTANCE, ANGLE = 4.0, 0.6911  # of the cameras from the middle; their width in radians
LIGHT = (0.45, -0.5, 0.74)
AMBIENT, MOST = 0.35, 0.97  # light from everywhere; the brightest that is painted
FINE = 2  # rays across and down a pixel
GREEN, RED, BLUE, GOLD = (0.2, 0.6, 0.3), (0.8, 0.2, 0.16), (0.16, 0.32, 0.75), (0.9, 0.66, 0.16)
DARK, PALE = (0.25, 0.27, 0.32), (0.86, 0.84, 0.78)


def still_life() -> list[Shape]:
    """A chequered disc with a ball, a ring, a striped box and a thin mast."""
    return [
        Cylinder(checks(DARK, PALE, 0.25, "xy"), (0.0, 0.0), 0.95, -0.75, -0.65),
        Sphere(plain(*RED), (-0.4, -0.3, -0.3), 0.35, gloss=0.35),
        Torus(plain(*GREEN), (0.38, 0.36, -0.2), (0.5, -0.3, 0.8), 0.3, 0.11),
        Box(checks(BLUE, GOLD, 0.12, "z"), (0.42, -0.42, -0.38), (0.2, 0.2, 0.27), 0.5),
        Cylinder(plain(0.5, 0.45, 0.4), (-0.42, 0.45), 0.035, -0.65, 0.5),
        Sphere(plain(*GOLD), (-0.42, 0.45, 0.58), 0.12),
    ]


def polished() -> list[Shape]:
    """Balls, a ring and a block that mirror light and sky: what one sees depends on where from."""
    return [
        Cylinder(plain(0.42, 0.4, 0.38), (0.0, 0.0), 0.95, -0.75, -0.65, gloss=0.25),
        Sphere(plain(0.5, 0.08, 0.08), (-0.35, -0.25, -0.25), 0.4, gloss=0.8),
        Sphere(plain(0.08, 0.12, 0.4), (0.45, 0.35, -0.35), 0.3, gloss=0.8),
        Torus(plain(0.5, 0.38, 0.1), (0.0, 0.1, 0.35), (0.2, 0.3, 1.0), 0.45, 0.1, gloss=0.7),
        Box(plain(0.1, 0.3, 0.16), (0.42, -0.45, -0.42), (0.22, 0.2, 0.23), -0.4, gloss=0.6),
    ]


def towers() -> list[Shape]:
    """Houses and posts of many heights: edges, narrow gaps and thin things."""
    rng = np.random.default_rng(5)
    found: list[Shape] = [Box(checks(PALE, (0.7, 0.74, 0.66), 0.2, "xy"), (0, 0, -0.8),
                              (0.95, 0.95, 0.05))]  # fmt: skip
    colours = (RED, BLUE, GOLD, GREEN, DARK)
    for at in range(16):
        x, y = -0.66 + 0.44 * (at % 4), -0.66 + 0.44 * (at // 4)
        high, colour = float(rng.uniform(0.15, 0.75)), colours[int(rng.integers(5))]
        if at % 5 == 3:
            found.append(Cylinder(plain(*colour), (x, y), 0.07, -0.75, -0.75 + 2 * high))
        else:
            light = tuple(0.4 + 0.6 * c for c in colour)
            half = (float(rng.uniform(0.09, 0.16)), float(rng.uniform(0.09, 0.16)), high)
            found.append(Box(checks(colour, light, 0.11, "z"), (x, y, -0.75 + high), half,
                             float(rng.uniform(0, 1.5))))  # fmt: skip
    return found


SCENES: dict[str, Callable[[], Sequence[Shape]]] = {
    "still life": still_life,
    "polished": polished,
    "towers": towers,
}


@dataclass(frozen=True)
class Traced:
    """What rays meet first."""

    distance: Tensor  # (R,) infinite where they meet nothing
    colour: Tensor  # (R, 3) in 0..1, white where they meet nothing


def trace(shapes: Sequence[Shape], origins: Tensor, directions: Tensor) -> Traced:
    """The nearest surface along each ray (R, 3), under the light, with its hard shadow."""
    distance, first = _nearest(shapes, origins, directions)
    colour = torch.ones_like(origins)
    light = origins.new_tensor(LIGHT) / math.hypot(*LIGHT)
    for number, shape in enumerate(shapes):
        mine = (first == number).nonzero()[:, 0]
        if not len(mine):
            continue
        points = origins[mine] + distance[mine, None] * directions[mine]
        normals, seen_from = shape.normals(points), -directions[mine]
        start = points + 2e-3 * normals
        lit = _nearest(shapes, start, light.expand_as(start))[0].isinf().to(points.dtype)
        facing = (normals @ light).clamp(min=0) * lit
        shade = shape.paint(points) * (AMBIENT + (1 - AMBIENT) * facing)[:, None]
        if shape.gloss:
            shade = _polished(shade, shape.gloss, normals, seen_from, light, lit)
        colour[mine] = shade.clamp(0, MOST)
    return Traced(distance, colour)


def _nearest(shapes: Sequence[Shape], origins: Tensor, directions: Tensor) -> tuple[Tensor, Tensor]:
    """Distance (R,) to the nearest shape and its number, −1 where there is none."""
    nearest = torch.full_like(origins[:, 0], MISSED)
    first = torch.full_like(nearest, -1, dtype=torch.long)
    for number, shape in enumerate(shapes):
        found = shape.meet(origins, directions)
        closer = found < nearest
        nearest = torch.where(closer, found, nearest)
        first = torch.where(closer, number, first)
    return nearest, first


def _polished(
    shade: Tensor, gloss: float, normals: Tensor, seen_from: Tensor, light: Tensor, lit: Tensor
) -> Tensor:
    """With the highlight of Blinn and Phong, and a sky that is mirrored the more at grazing."""
    half = seen_from + light
    half = half / half.norm(dim=1, keepdim=True).clamp(min=1e-9)
    highlight = (normals * half).sum(dim=1).clamp(min=0) ** 40 * lit
    facing = (normals * seen_from).sum(dim=1, keepdim=True).clamp(0, 1)
    up = 2 * facing[:, 0] * normals[:, 2] - seen_from[:, 2]  # of the mirrored direction
    sky = torch.stack([0.3 + 0.3 * up, 0.4 + 0.35 * up, 0.55 + 0.4 * up], dim=1).clamp(0, 1)
    mirrored = gloss * (0.15 + 0.85 * (1 - facing) ** 3)
    return shade * (1 - mirrored) + mirrored * sky + gloss * highlight[:, None]


def cameras_around(count: int, side: int, seed: int) -> Cameras:
    """`count` cameras above the scene, evenly about it, each a little off its place."""
    rng = np.random.default_rng(seed)
    at = np.arange(count) + rng.uniform(-0.3, 0.3, count)
    azimuth = at * math.pi * (3 - math.sqrt(5)) + rng.uniform(0, 2 * math.pi)
    height = np.clip((at * 0.618034 % 1.0) * 0.85 + 0.03, 0.0, 0.95)  # sine of the elevation
    elevation = torch.from_numpy(np.arcsin(height))
    poses = orbit(torch.from_numpy(azimuth), elevation, DISTANCE)
    return pinhole(poses.float(), (side, side), ANGLE)


def occupancy(shapes: Sequence[Shape], side: int) -> Tensor:
    """(side, side, side) bool, x first: which cells' middles lie within a shape."""
    along = (torch.arange(side) + 0.5) * (2 / side) - 1
    points = torch.stack(torch.meshgrid(along, along, along, indexing="ij"), -1).reshape(-1, 3)
    found = torch.zeros(len(points), dtype=torch.bool)
    for shape in shapes:
        found |= shape.inside(points)
    return found.view(side, side, side)


def photograph(
    shapes: Sequence[Shape], cameras: Cameras, progress: Progress
) -> tuple[Tensor, Tensor]:
    """Pictures (N, 3, H, W) uint8, and the distance along the ray of each pixel's middle (N, H, W).

    The distance is 0 where nothing is met.
    """
    width, height = cameras.size
    fine = cameras.resized(width * FINE, height * FINE)
    pictures, distances = [], []
    for one in range(len(cameras)):
        progress.update("Photographing a painted scene", one, len(cameras), "pictures")
        far = _nearest(shapes, *cameras.all_rays(one))[0].view(height, width)
        met = F.max_pool2d(far.isfinite().float()[None], 3, stride=1, padding=1)
        asked = met[0].repeat_interleave(FINE, 0).repeat_interleave(FINE, 1).flatten() > 0
        origins, directions = fine.all_rays(one)
        seen = torch.ones_like(origins)
        seen[asked] = trace(shapes, origins[asked], directions[asked]).colour
        mean = seen.view(height, FINE, width, FINE, 3).mean(dim=(1, 3))
        pictures.append((mean * 255 + 0.5).byte().permute(2, 0, 1))
        distances.append(torch.where(far.isfinite(), far, 0.0))
    progress.update("Photographing a painted scene", len(cameras), len(cameras), "pictures")
    return torch.stack(pictures), torch.stack(distances)
