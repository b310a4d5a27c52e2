"""The way of a camera through keyframes at constant speed.

Places by centripetal Catmull-Rom splines (Yuksel et al. 2011: without loops or cusps between two
keyframes), gone through by the length of the way. Directions are interpolated alike and made
upright again.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from core.render.cameras import Cameras, orbit, pinhole

_PARTS = 64  # of the way between two keyframes, to measure its length
ANGLE = 0.6911  # radians that a camera of no known lens is wide, as of the Blender scenes
RADIUS, ELEVATION = 4.0, 0.5


def around(
    count: int, size: tuple[int, int], radius: float = RADIUS, elevation: float = ELEVATION
) -> Cameras:
    """Once about the scene in `count` even steps, at one height; ANGLE across the shorter side of
    the pictures, so that wide ones cut nothing off.
    """
    turns = torch.arange(count) * (2 * math.pi / count)
    wide = 2 * math.atan(math.tan(ANGLE / 2) * max(1.0, size[0] / size[1]))
    return pinhole(orbit(turns, torch.full_like(turns, elevation), radius), size, wide)


def along(keys: Cameras, count: int, closed: bool = False) -> Cameras:
    """`count` cameras from the first keyframe to the last, or back to the first, evenly.

    The same length of way lies between any two; where all stand in one place, the same turn.
    Raises ValueError for fewer than 2 keyframes or pictures.
    """
    if len(keys) < 2 or count < 2:
        raise ValueError(
            f"a way needs 2 keyframes and 2 pictures at least; there are {len(keys)} and {count}"
        )
    # Centre, backward, up and lens of each keyframe: all that is interpolated, (K, 17).
    known = torch.cat(
        [keys.centres, keys.poses[:, :, 2], keys.poses[:, :, 1], keys.lenses], dim=1
    ).double()
    if closed:
        known = torch.cat([known, known[:1]])
    fine = _spline(known, closed)
    steps = fine[:, :3].diff(dim=0).norm(dim=1)
    if float(steps.sum()) < 1e-6:
        steps = fine[:, 3:9].diff(dim=0).norm(dim=1)
    gone = torch.cat([steps.new_zeros(1), steps.cumsum(0)])
    wanted = torch.linspace(0, float(gone[-1]), count + int(closed), dtype=gone.dtype)[:count]
    after = torch.searchsorted(gone, wanted).clamp(1, len(gone) - 1)
    share = (wanted - gone[after - 1]) / (gone[after] - gone[after - 1]).clamp(min=1e-12)
    found = torch.lerp(fine[after - 1], fine[after], share[:, None])
    return _upright(found, keys)


def _spline(known: Tensor, closed: bool) -> Tensor:
    """Points (P, D) of the spline through keyframes (K, D), `_PARTS` between two."""
    if closed:
        before, after = known[-2:-1], known[1:2]
    else:
        before, after = 2 * known[:1] - known[1:2], 2 * known[-1:] - known[-2:-1]
    every = torch.cat([before, known, after])
    t = torch.linspace(0, 1, _PARTS + 1, dtype=known.dtype)[:-1, None]
    parts = []
    for k in range(len(known) - 1):
        p0, p1, p2, p3 = every[k : k + 4]
        # Knots by the square root of how far apart the cameras stand, or look apart.
        gaps = [float((b - a)[:9].norm()) ** 0.5 for a, b in ((p0, p1), (p1, p2), (p2, p3))]
        d0, d1, d2 = (max(gap, 1e-6) for gap in gaps)
        leaving = (p1 - p0) / d0 - (p2 - p0) / (d0 + d1) + (p2 - p1) / d1
        coming = (p2 - p1) / d1 - (p3 - p1) / (d1 + d2) + (p3 - p2) / d2
        m1, m2 = leaving * d1, coming * d1
        parts.append(
            (2 * t**3 - 3 * t**2 + 1) * p1
            + (t**3 - 2 * t**2 + t) * m1
            + (3 * t**2 - 2 * t**3) * p2
            + (t**3 - t**2) * m2
        )
    return torch.cat([*parts, known[-1:]])


def _upright(found: Tensor, keys: Cameras) -> Cameras:
    """Cameras of interpolated numbers (N, 17): backward of length 1, and up as near as it goes."""
    centre, backward, up, lens = found.split([3, 3, 3, 8], dim=1)
    backward = torch.nn.functional.normalize(backward, dim=1)
    right = torch.nn.functional.normalize(torch.linalg.cross(up, backward), dim=1)
    up = torch.linalg.cross(backward, right)
    poses = torch.stack([right, up, backward, centre], dim=2)
    like = keys.poses.dtype
    return Cameras(poses.to(like), lens.to(like), keys.size)
