"""Where rays pass through cells that may hold something, as a compiled loop and in torch.

A lattice of all places on all rays is mostly empty: a loop that keeps only what it meets takes a
fraction of the time. Serial, cached on the disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numba import njit
from torch import Tensor

F = np.float32
ONE, HALF = F(1), F(0.5)
_ROOM = 16  # samples a ray for which room is made; more is made where it is needed


@dataclass(frozen=True)
class Met:
    """Places on rays, ray after ray, from near to far."""

    ray: Tensor  # (N,) int64
    number: Tensor  # (N,) int64, of the place among those of its ray
    t: Tensor  # (N,) distance along the ray
    points: Tensor  # (N, 3)
    most: int  # on one ray, at least 1


def met_by(ray: Tensor, t: Tensor, points: Tensor, rays: int) -> Met:
    """Number the places, whose rays (N,) rise, among those of each ray."""
    counts = torch.bincount(ray, minlength=rays)
    first = counts.cumsum(0) - counts
    number = torch.arange(len(ray), device=ray.device) - first[ray]
    return Met(ray, number, t, points, max(1, int(counts.max()) if rays else 1))


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _walk(  # type: ignore[no-untyped-def]
    origins, directions, near, far, jitter, cells, step, found, counts
):
    """Return rows of place and distance, and how many; `counts` has how many each ray has."""
    side, used = cells.shape[0], 0
    scale = HALF * F(side)
    for ray in range(origins.shape[0]):
        ox, oy, oz = origins[ray, 0], origins[ray, 1], origins[ray, 2]
        dx, dy, dz = directions[ray, 0], directions[ray, 1], directions[ray, 2]
        before, k = used, 0
        while True:
            t = near[ray] + (F(k) + jitter[ray]) * step
            if t >= far[ray]:
                break
            k += 1
            x, y, z = ox + t * dx, oy + t * dy, oz + t * dz
            ix, iy, iz = int((x + ONE) * scale), int((y + ONE) * scale), int((z + ONE) * scale)
            outside = min(ix, iy, iz) < 0 or max(ix, iy, iz) >= side
            if outside or not cells[ix, iy, iz]:
                continue
            if used == found.shape[0]:
                longer = np.empty((2 * used, 4), F)
                longer[:used] = found
                found = longer
            found[used, 0], found[used, 1], found[used, 2], found[used, 3] = x, y, z, t
            used += 1
        counts[ray] = used - before
    return found, used


_walked: Any = _walk  # compiled, it is called with arrays that its stub does not know


def walk(
    origins: Tensor,
    directions: Tensor,
    near: Tensor,
    far: Tensor,
    jitter: Tensor,
    cells: Tensor,
    step: float,
) -> Met:
    """Places a step apart on rays (R, 3) from near to far (R,), in cells (G, G, G) that are True.

    On a CPU; `jitter` (R,) in 0..1 is where in its step each ray is sampled.
    """
    rays = [part.contiguous().numpy() for part in (origins, directions, near, far, jitter)]
    counts = np.empty(len(origins), np.int64)
    room = np.empty((_ROOM * max(1, len(origins)), 4), F)
    found, used = _walked(*rays, cells.contiguous().numpy(), F(step), room, counts)
    places = torch.from_numpy(found[:used])
    ray = torch.from_numpy(np.repeat(np.arange(len(counts)), counts))
    return met_by(ray, places[:, 3], places[:, :3].contiguous(), len(counts))
