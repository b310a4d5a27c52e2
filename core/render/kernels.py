"""The march through a voxel grid as compiled loops: what `march` of a `VoxelGrid` gives, faster.

Serial, so that several threads may run them at once without a layer of threads between; they let go
of Python's lock, and what is compiled is kept on the disk.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numba import njit
from torch import Tensor

from core.render.marching import LEAST_LEFT
from core.render.volume import Seen, box_span
from core.render.voxels import C0, C1, EMPTY, MOST, VoxelGrid

_FARTHEST = 16  # cells that a ray passes at once at the most


def distances(cells: np.ndarray) -> np.ndarray:
    """How many cells away, at least, the nearest occupied one is: uint8, 0 where occupied."""
    from scipy.ndimage import distance_transform_cdt

    if not cells.any():
        return np.full(cells.shape, _FARTHEST, np.uint8)
    away = distance_transform_cdt(~cells, metric="chessboard")
    return np.minimum(away, _FARTHEST).astype(np.uint8)


@njit(nogil=True, cache=True, fastmath=True, inline="always")
def _share(corner, fx, fy, fz):  # type: ignore[no-untyped-def]
    sx = fx if corner & 4 else 1.0 - fx
    sy = fy if corner & 2 else 1.0 - fy
    return sx * sy * (fz if corner & 1 else 1.0 - fz)


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _march(  # type: ignore[no-untyped-def]
    origins, directions, near, far, jitter, index, skip, log_density, harmonics, step, least,
    enough, background, colour, depth, opacity, samples, back, upstream, d_density, d_harmonics,
):  # fmt: skip
    """Fill `colour`, `depth`, `opacity` and `samples`; where `back`, the gradients instead.

    A ray ends where no more than `enough` of the light is left.
    Backwards a ray is marched once more: with C the whole colour and P the part in front of sample
    i and of itself, dC/dσ_i = δ (T_{i+1} c_i − (C − P)).
    """
    side = index.shape[0]
    scale = 0.5 * (side - 1)
    cell = 1.0 / scale
    count = harmonics.shape[1] // 3
    numbers = 3 * count
    between = np.empty(12, np.float32)  # the harmonics, interpolated
    rows = np.empty(8, np.int64)
    shares = np.empty(8, np.float32)
    basis = np.empty(4, np.float32)
    c = np.empty(3, np.float32)
    total = np.empty(3, np.float32)
    for ray in range(origins.shape[0]):
        ox, oy, oz = origins[ray, 0], origins[ray, 1], origins[ray, 2]
        dx, dy, dz = directions[ray, 0], directions[ray, 1], directions[ray, 2]
        basis[0] = C0
        basis[1] = -C1 * dy
        basis[2] = C1 * dz
        basis[3] = -C1 * dx
        left, stopped, sum_t, asked = 1.0, 0.0, 0.0, 0
        total[:] = 0.0
        k = 0
        while True:
            t = near[ray] + (k + jitter[ray]) * step
            if t >= far[ray] or left <= enough:
                break
            px = min(max((ox + t * dx + 1.0) * scale, 0.0), side - 1.0)
            py = min(max((oy + t * dy + 1.0) * scale, 0.0), side - 1.0)
            pz = min(max((oz + t * dz + 1.0) * scale, 0.0), side - 1.0)
            ix, iy, iz = min(int(px), side - 2), min(int(py), side - 2), min(int(pz), side - 2)
            away = skip[ix, iy, iz]
            if away:
                k += 1 + int((away - 1) * cell / step)
                continue
            k += 1
            asked += 1
            fx, fy, fz = np.float32(px - ix), np.float32(py - iy), np.float32(pz - iz)
            raw = 0.0
            for corner in range(8):
                row = index[ix + (corner >> 2), iy + ((corner >> 1) & 1), iz + (corner & 1)]
                share = _share(corner, fx, fy, fz)
                rows[corner] = row
                shares[corner] = share
                raw += share * (log_density[row] if row >= 0 else EMPTY)
            sigma = np.exp(np.float32(min(raw, MOST)))
            passed = np.exp(np.float32(-sigma * step))
            weight = left * (1.0 - passed)
            shown = weight > least
            c[:] = 0.0
            if shown:
                between[:] = 0.0
                for corner in range(8):
                    row = rows[corner]
                    if row < 0:
                        continue
                    share = shares[corner]
                    for n in range(numbers):
                        between[n] += share * harmonics[row, n]
                for channel in range(3):
                    value = np.float32(0.0)
                    for n in range(count):
                        value += basis[n] * between[channel * count + n]
                    c[channel] = np.float32(1.0) / (np.float32(1.0) + np.exp(-value))
                    total[channel] += weight * c[channel]
            left *= passed
            stopped += weight
            sum_t += weight * t
            if back:
                pull = 0.0
                for channel in range(3):
                    behind = colour[ray, channel] - total[channel]
                    pull += upstream[ray, channel] * (left * c[channel] - behind)
                pull *= step * sigma if raw < MOST else 0.0
                if shown:
                    for channel in range(3):
                        of = upstream[ray, channel] * weight * c[channel] * (1 - c[channel])
                        for n in range(count):
                            between[channel * count + n] = of * basis[n]
                for corner in range(8):
                    row = rows[corner]
                    if row < 0:
                        continue
                    share = shares[corner]
                    d_density[row] += share * pull
                    if shown:
                        for n in range(numbers):
                            d_harmonics[row, n] += share * between[n]
        if not back:
            for channel in range(3):
                colour[ray, channel] = total[channel] + (1.0 - stopped) * background[channel]
            depth[ray] = sum_t / max(stopped, 1e-6)
            opacity[ray] = stopped
            samples[ray] = asked


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _smooth(  # type: ignore[no-untyped-def]
    index, log_density, harmonics, of_density, of_colour, d_density, d_harmonics
):
    side, numbers = index.shape[0], harmonics.shape[1]
    for x in range(side - 1):
        for y in range(side - 1):
            for z in range(side - 1):
                here = index[x, y, z]
                if here < 0:
                    continue
                for axis in range(3):
                    there = index[x + (axis == 0), y + (axis == 1), z + (axis == 2)]
                    if there < 0:
                        continue
                    pull = of_density * (log_density[there] - log_density[here])
                    d_density[there] += pull
                    d_density[here] -= pull
                    for n in range(numbers):
                        pull = of_colour * (harmonics[there, n] - harmonics[here, n])
                        d_harmonics[there, n] += pull
                        d_harmonics[here, n] -= pull


def smooth(grid: VoxelGrid, of_density: float, of_colour: float) -> None:
    """Add the gradients of half the squared differences between neighbours, times these weights.

    Those of `VoxelGrid.roughness`, over all kept pairs along each axis.
    """
    assert grid.log_density.grad is not None
    assert grid.harmonics.grad is not None
    tensors = grid.log_density, grid.harmonics
    values = [tensor.detach().numpy() for tensor in tensors]
    gradients = [tensor.grad.numpy() for tensor in tensors]  # type: ignore[union-attr]
    _smoothed(grid.index.numpy(), *values, of_density, of_colour, *gradients)


_smoothed: Any = _smooth
_marched: Any = _march  # compiled, it is called with arrays that its stub does not know


class _Shine(torch.autograd.Function):
    """The colours of rays, with gradients to density and harmonics."""

    @staticmethod
    def forward(ctx: Any, log_density: Tensor, harmonics: Tensor, rays: list[np.ndarray],
                grid: tuple[np.ndarray, np.ndarray], terms: tuple[float, float, float, np.ndarray],
                ) -> tuple[Tensor, ...]:  # fmt: skip
        count = len(rays[0])
        colour = np.empty((count, 3), np.float32)
        depth, opacity, samples = (np.empty(count, np.float32) for _ in range(3))
        table = log_density.detach().numpy(), harmonics.detach().numpy()
        _marched(*rays, *grid, *table, *terms, colour, depth, opacity, samples, False,
               _NOTHING, _NOTHING[0], _NOTHING)  # fmt: skip
        ctx.known = rays, grid, terms, table, colour
        found = tuple(torch.from_numpy(a) for a in (colour, depth, opacity, samples))
        ctx.mark_non_differentiable(*found[1:])
        return found

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        rays, grid, terms, table, colour = ctx.known
        d_density, d_harmonics = np.zeros_like(table[0]), np.zeros_like(table[1])
        unused = _NOTHING[0]
        _marched(*rays, *grid, *table, *terms, colour, unused, unused, unused, True,
               upstream[0].contiguous().numpy(), d_density, d_harmonics)  # fmt: skip
        return torch.from_numpy(d_density), torch.from_numpy(d_harmonics), None, None, None


_NOTHING = np.zeros((1, 1), np.float32)


def shine(
    grid: VoxelGrid,
    skip: np.ndarray,
    origins: Tensor,
    directions: Tensor,
    step: float,
    jitter: Tensor,
    least: float,
    background: Tensor,
    box: Tensor | None = None,
    enough: float = LEAST_LEFT,
) -> Seen:
    """As `march` of the grid in its cells, whose `distances` are `skip`.

    A ray ends where no more than `enough` of the light is left.
    """
    near, far = box_span(origins, directions, box)
    rays = [part.contiguous().numpy() for part in (origins, directions, near, far, jitter)]
    known = grid.index.numpy(), skip
    terms = step, least, enough, background.numpy()
    return Seen(*_Shine.apply(grid.log_density, grid.harmonics, rays, known, terms))
