"""The march through a voxel grid as compiled loops: what `march` of a `VoxelGrid` gives, faster.

Serial, so that several threads may run them at once without a layer of threads between; they let go
of Python's lock, and what is compiled is kept on the disk. Samples of the march are kept for the
gradients, so that backwards nothing is looked for again. Loops over a row ask the table how wide it
is: those of a length that is known beforehand are unrolled, and then not made into vectors. `many`
is a tuple as long as there are harmonics a colour, whose length the compiler does know.
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

F = np.float32
ONE, ZERO, HALF = F(1), F(0), F(0.5)
_EMPTY, _MOST = F(EMPTY), F(MOST)
_C0, _C1 = F(C0), F(C1)
_FARTHEST = 16  # cells that a ray passes at once at the most
_SAMPLES = 12  # a ray for which room is made; more is made where it is needed
# Of a kept sample: light behind it, its weight, what its density changes, its colour.
_LEFT, _WEIGHT, _PULL, _COLOUR, _KEPT = 0, 1, 2, 3, 6


def distances(cells: np.ndarray) -> np.ndarray:
    """How many cells away, at least, the nearest occupied one is: uint8, 0 where occupied."""
    from scipy.ndimage import distance_transform_cdt

    if not cells.any():
        return np.full(cells.shape, _FARTHEST, np.uint8)
    away = distance_transform_cdt(~cells, metric="chessboard")
    return np.minimum(away, _FARTHEST).astype(np.uint8)


@njit(nogil=True, cache=True, fastmath=True, inline="always")
def _place(along, side):  # type: ignore[no-untyped-def]
    """The cell of a coordinate in −1..1, and how far in it: of `side` vertices."""
    at = min(max((along + ONE) * (HALF * F(side - 1)), ZERO), F(side - 1))
    cell = min(int(at), side - 2)
    return cell, at - F(cell)


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _gather(index, table, cell, along, rows, shares, at, found):  # type: ignore[no-untyped-def]
    """Fill row `at` of rows and shares of a cell's corners, and `found`, interpolated.

    An array's row as a view of its own would be counted by all who hold it, which takes longer.
    """
    lost = ZERO
    for corner in range(8):
        x, y, z = corner >> 2, (corner >> 1) & 1, corner & 1
        share = along[0] if x else ONE - along[0]
        share *= along[1] if y else ONE - along[1]
        share *= along[2] if z else ONE - along[2]
        row = index[cell[0] + x, cell[1] + y, cell[2] + z]
        if row < 0:
            lost += share
            share, row = ZERO, np.int32(0)
        rows[at, corner] = row
        shares[at, corner] = share
    width = table.shape[1]
    found[:] = ZERO
    for corner in range(8):
        row, share = rows[at, corner], shares[at, corner]
        for n in range(width):
            found[n] += share * table[row, n]
    found[0] += lost * _EMPTY


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _harmonics(directions, ray, basis):  # type: ignore[no-untyped-def]
    """Fill the first four of a ray's direction."""
    basis[0] = _C0
    basis[1] = -_C1 * directions[ray, 1]
    basis[2] = _C1 * directions[ray, 2]
    basis[3] = -_C1 * directions[ray, 0]


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _shade(found, basis, colour, many):  # type: ignore[no-untyped-def]
    """Fill a colour (3,) from interpolated harmonics."""
    count = len(many)
    for channel in range(3):
        value = ZERO
        for n in range(count):
            value += basis[n] * found[1 + channel * count + n]
        colour[channel] = ONE / (ONE + np.exp(-value))


@njit(nogil=True, cache=True)
def _longer(array):  # type: ignore[no-untyped-def]
    """The same rows, and room for as many more."""
    made = np.empty((2 * array.shape[0], array.shape[1]), array.dtype)
    made[: array.shape[0]] = array
    return made


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _march(  # type: ignore[no-untyped-def]
    origins, directions, near, far, jitter, index, skip, table, many, step, least,
    enough, background, keep, colour, depth, opacity, samples, ends, rows, shares, kept,
):  # fmt: skip
    """Fill `colour`, `depth`, `opacity` and `samples`; return the samples where `keep`.

    Those of all rays stand behind one another, and ray r's before `ends[r]`: the rows and shares of
    their corners, and the numbers named above.
    """
    side = index.shape[0]
    ahead = F(2.0) / F(side - 1) / step  # steps across a cell
    found, basis = np.empty(table.shape[1], F), np.empty(4, F)
    c, total = np.empty(3, F), np.empty(3, F)
    used = 0
    for ray in range(origins.shape[0]):
        ox, oy, oz = origins[ray, 0], origins[ray, 1], origins[ray, 2]
        dx, dy, dz = directions[ray, 0], directions[ray, 1], directions[ray, 2]
        _harmonics(directions, ray, basis)
        left, stopped, sum_t, asked, k = ONE, ZERO, ZERO, 0, 0
        total[:] = ZERO
        while left > enough:
            t = near[ray] + (F(k) + jitter[ray]) * step
            if t >= far[ray]:
                break
            ix, fx = _place(ox + t * dx, side)
            iy, fy = _place(oy + t * dy, side)
            iz, fz = _place(oz + t * dz, side)
            away = skip[ix, iy, iz]
            if away:
                k += 1 + int(F(away - 1) * ahead)
                continue
            k += 1
            asked += 1
            if used == len(rows):
                rows, shares, kept = _longer(rows), _longer(shares), _longer(kept)
            _gather(index, table, (ix, iy, iz), (fx, fy, fz), rows, shares, used, found)
            sigma = np.exp(min(found[0], _MOST))
            passed = np.exp(-sigma * step)
            weight = left * (ONE - passed)
            c[:] = ZERO
            if weight > least:
                _shade(found, basis, c, many)
            left *= passed
            stopped += weight
            sum_t += weight * t
            for channel in range(3):
                total[channel] += weight * c[channel]
            if keep:
                kept[used, _LEFT], kept[used, _WEIGHT] = left, weight
                kept[used, _PULL] = step * sigma if found[0] < _MOST else ZERO
                for channel in range(3):
                    kept[used, _COLOUR + channel] = c[channel]
                used += 1
        for channel in range(3):
            colour[ray, channel] = total[channel] + (ONE - stopped) * background[channel]
        depth[ray] = sum_t / max(stopped, F(1e-6))
        opacity[ray] = stopped
        samples[ray] = asked
        ends[ray] = used
    return rows, shares, kept


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _march_back(  # type: ignore[no-untyped-def]
    directions, ends, rows, shares, kept, colour, upstream, many, d_table
):
    """Add the gradients of the table.

    With C the whole colour and P the part in front of sample i and of itself,
    dC/dσ_i = δ (T_{i+1} c_i − (C − P)).
    """
    count, width, at = len(many), d_table.shape[1], 0
    behind, basis, pull = np.empty(3, F), np.empty(4, F), np.zeros(width, F)
    for ray in range(len(ends)):
        _harmonics(directions, ray, basis)
        behind[:] = colour[ray]
        for sample in range(at, ends[ray]):
            left, weight, through = kept[sample, _LEFT], kept[sample, _WEIGHT], ZERO
            for channel in range(3):
                c, up = kept[sample, _COLOUR + channel], upstream[ray, channel]
                behind[channel] -= weight * c
                through += up * (left * c - behind[channel])
                inner = up * weight * c * (ONE - c)
                for n in range(count):
                    pull[1 + channel * count + n] = inner * basis[n]
            pull[0] = through * kept[sample, _PULL]
            for corner in range(8):
                row, share = rows[sample, corner], shares[sample, corner]
                if share > ZERO:
                    for n in range(width):
                        d_table[row, n] += share * pull[n]
        at = ends[ray]


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _smooth(index, table, weights, d_table):  # type: ignore[no-untyped-def]
    """Draw each kept vertex to the next along each axis, by a weight for each number of a row."""
    side, width = index.shape[0], table.shape[1]
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
                    for n in range(width):
                        pull = weights[n] * (table[there, n] - table[here, n])
                        d_table[there, n] += pull
                        d_table[here, n] -= pull


def smooth(grid: VoxelGrid, of_density: float, of_colour: float) -> None:
    """Add the gradients of half the squared differences between neighbours, times these weights.

    Those of `VoxelGrid.roughness`, over all kept pairs along each axis.
    """
    assert grid.table.grad is not None
    table, gradients = grid.table.detach().numpy(), grid.table.grad.numpy()
    weights = np.full(table.shape[1], of_colour, F)
    weights[0] = of_density
    _smoothed(grid.index.numpy(), table, weights, gradients)


# Compiled, they are called with arrays and tuples that their stubs do not know.
_marched: Any = _march
_marched_back: Any = _march_back
_smoothed: Any = _smooth


class _Shine(torch.autograd.Function):
    """The colours of rays, with gradients to the table."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, many: tuple[int, ...], rays: list[np.ndarray],
                grid: tuple[np.ndarray, np.ndarray], terms: tuple[Any, ...], keep: bool,
                ) -> tuple[Tensor, ...]:  # fmt: skip
        count = len(rays[0])
        colour = np.empty((count, 3), F)
        depth, opacity, samples = (np.empty(count, F) for _ in range(3))
        ends, room = np.empty(count, np.int64), _SAMPLES * count if keep else 1
        kept = (np.empty((room, 8), np.int32), np.empty((room, 8), F), np.empty((room, _KEPT), F))
        kept = _marched(*rays, *grid, table.detach().numpy(), many, *terms, keep,
                        colour, depth, opacity, samples, ends, *kept)  # fmt: skip
        ctx.known = (rays[1], ends, *kept, colour), many, table.shape
        found = tuple(torch.from_numpy(a) for a in (colour, depth, opacity, samples))
        ctx.mark_non_differentiable(*found[1:])
        return found

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        known, many, shape = ctx.known
        gradients = np.zeros(tuple(shape), F)
        _marched_back(*known, upstream[0].contiguous().numpy(), many, gradients)
        return torch.from_numpy(gradients), None, None, None, None, None


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
    terms = F(step), F(least), F(enough), background.numpy()
    keep = torch.is_grad_enabled() and grid.table.requires_grad
    many, known = (0,) * grid.count, (grid.index.numpy(), skip)
    return Seen(*_Shine.apply(grid.table, many, rays, known, terms, keep))
