"""The march through a voxel grid as compiled loops: what `march` of a `VoxelGrid` gives, faster.

Serial, so that several threads may run them at once without a layer of threads between; they let go
of Python's lock, and what is compiled is kept on the disk. Samples of the march are kept for the
gradients, so that backwards nothing is looked for again. Loops over a row ask the table how wide it
is: those of a length that is known beforehand are unrolled, and then not made into vectors. `many`
is a tuple as long as there are harmonics a colour, whose length the compiler does know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numba import njit
from torch import Tensor

from core.render.marching import LEAST_LEFT
from core.render.volume import Seen
from core.render.voxels import C0, C1, EMPTY, MOST, VoxelGrid

F = np.float32
ONE, ZERO, HALF = F(1), F(0), F(0.5)
_WHOLE = np.array([[-1, -1, -1], [1, 1, 1]], F)
_EMPTY, _MOST = F(EMPTY), F(MOST)
_C0, _C1 = F(C0), F(C1)
_FARTHEST = np.uint8(16)  # cells that a ray passes at once at the most
_BEYOND, _LEAST_ALONG = F(1e30), F(1e-9)
_AT_ONCE = 8  # samples of a ray
_SAMPLES = 12  # a ray for which room is made; more is made where it is needed
# Of a kept sample: light behind it, its weight, what its density changes, its colour.
_LEFT, _WEIGHT, _PULL, _COLOUR, _KEPT = 0, 1, 2, 3, 6


@njit(nogil=True, cache=True)
def _sweep(away, near):  # type: ignore[no-untyped-def]
    """Carry distances from corner to corner; `near` is room for a row with an end on both sides."""
    far, wide, long = away.shape
    for x in range(far):
        for y in range(wide):
            near[:] = _FARTHEST
            if x > 0:
                for v in range(max(y - 1, 0), min(y + 2, wide)):
                    for z in range(long):
                        near[z + 1] = min(near[z + 1], away[x - 1, v, z])
            if y > 0:
                for z in range(long):
                    near[z + 1] = min(near[z + 1], away[x, y - 1, z])
            for z in range(long):
                least = min(min(near[z], near[z + 1]), near[z + 2])
                away[x, y, z] = min(away[x, y, z], np.uint8(least + 1))
            last = _FARTHEST
            for z in range(long):
                last = min(away[x, y, z], np.uint8(last + 1))
                away[x, y, z] = last


def distances(cells: np.ndarray) -> np.ndarray:
    """How many cells away, at least, the nearest occupied one is: uint8, 0 where occupied.

    Of a move in any direction, as a king's in chess. Two sweeps are exact (Rosenfeld and Pfaltz,
    "Distance functions on digital pictures", 1968).
    """
    away = np.where(cells, np.uint8(0), _FARTHEST)
    near = np.empty(cells.shape[2] + 2, np.uint8)
    _swept(away, near)
    _swept(away[::-1, ::-1, ::-1], near)
    return away


@dataclass(frozen=True)
class Space:
    """Where something is in the cells of a grid, so that rays pass what is empty."""

    away: np.ndarray  # (G, G, G) uint8, the `distances`
    bounds: np.ndarray  # (2, 3) float32: the least box about the occupied cells

    @classmethod
    def of(cls, cells: np.ndarray) -> Space:
        """That of cells (G, G, G) bool over the box from −1 to 1."""
        bounds = np.full((2, 3), 2.0, F)  # of no cells: where no ray comes
        for axis in range(3):
            held = np.flatnonzero(cells.any(axis=tuple({0, 1, 2} - {axis})))
            if len(held):
                bounds[:, axis] = 2 * held[[0, -1]] / cells.shape[axis] - 1
                bounds[1, axis] += 2 / cells.shape[axis]
        return cls(distances(cells), bounds)


@njit(nogil=True, cache=True, fastmath=True, inline="always")
def _place(along, side):  # type: ignore[no-untyped-def]
    """The cell of a coordinate in −1..1, and how far in it: of `side` vertices."""
    at = min(max((along + ONE) * (HALF * F(side - 1)), ZERO), F(side - 1))
    cell = min(int(at), side - 2)
    return cell, at - F(cell)


@njit(nogil=True, cache=True, fastmath=True, inline="always")
def _span(origins, directions, ray, box):  # type: ignore[no-untyped-def]
    """Where a ray enters a box and leaves it: as `box_span`."""
    enters, leaves = ZERO, _BEYOND
    for axis in range(3):
        along = directions[ray, axis]
        inverse = ONE / (along if abs(along) >= _LEAST_ALONG else _LEAST_ALONG)
        one = (box[0, axis] - origins[ray, axis]) * inverse
        other = (box[1, axis] - origins[ray, axis]) * inverse
        enters, leaves = max(enters, min(one, other)), min(leaves, max(one, other))
    return enters, leaves


@njit(nogil=True, cache=True, fastmath=True, inline="always")
def _corners(index, x, y, z, rows, at):  # type: ignore[no-untyped-def]
    """Fill `rows[at]`: those of the eight vertices of a cell."""
    u, v, w = x + 1, y + 1, z + 1
    rows[at, 0], rows[at, 1] = index[x, y, z], index[x, y, w]
    rows[at, 2], rows[at, 3] = index[x, v, z], index[x, v, w]
    rows[at, 4], rows[at, 5] = index[u, y, z], index[u, y, w]
    rows[at, 6], rows[at, 7] = index[u, v, z], index[u, v, w]


@njit(nogil=True, cache=True, fastmath=True, inline="always")
def _shares(x, y, z, shares, at):  # type: ignore[no-untyped-def]
    """Fill `shares[at]`: what these vertices count for at a place in the cell."""
    a, b, c = ONE - x, ONE - y, ONE - z
    shares[at, 0], shares[at, 1] = a * b * c, a * b * z
    shares[at, 2], shares[at, 3] = a * y * c, a * y * z
    shares[at, 4], shares[at, 5] = x * b * c, x * b * z
    shares[at, 6], shares[at, 7] = x * y * c, x * y * z


@njit(nogil=True, cache=True, fastmath=True, inline="always")
def _density(table, rows, shares, at):  # type: ignore[no-untyped-def]
    """The interpolated logarithm of a density."""
    found = ZERO
    for corner in range(8):
        row = rows[at, corner]
        found += shares[at, corner] * (table[row, 0] if row >= 0 else _EMPTY)
    return found


@njit(nogil=True, cache=True, fastmath=True, inline="always")
def _basis(x, y, z):  # type: ignore[no-untyped-def]
    """The first four harmonics of a direction."""
    return _C0, -_C1 * y, _C1 * z, -_C1 * x


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy", inline="always")
def _shade(table, rows, shares, at, basis, many):  # type: ignore[no-untyped-def]
    """A colour by interpolated harmonics. Those of a vertex are summed up before its share counts,
    so that nothing has to be kept but three sums.
    """
    count = len(many)
    red = green = blue = ZERO
    for corner in range(8):
        row, share = rows[at, corner], shares[at, corner]
        if row < 0:
            continue
        r = g = b = ZERO
        for h in range(count):
            r += basis[h] * table[row, 1 + h]
            g += basis[h] * table[row, 1 + count + h]
            b += basis[h] * table[row, 1 + 2 * count + h]
        red += share * r
        green += share * g
        blue += share * b
    return (ONE / (ONE + np.exp(-red)), ONE / (ONE + np.exp(-green)), ONE / (ONE + np.exp(-blue)))


@njit(nogil=True, cache=True)
def _longer(array):  # type: ignore[no-untyped-def]
    """The same rows, and room for as many more."""
    made = np.empty((2 * array.shape[0], array.shape[1]), array.dtype)
    made[: array.shape[0]] = array
    return made


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _march(  # type: ignore[no-untyped-def]
    origins, directions, jitter, box, index, away, bounds, table, many, step, least,
    enough, background, keep, colour, depth, opacity, samples, ends, rows, shares, kept,
):  # fmt: skip
    """Fill `colour`, `depth`, `opacity` and `samples`; return the samples where `keep`.

    Those of all rays stand behind one another, and ray r's before `ends[r]`: the rows and shares of
    their corners, and the numbers named above. A few samples of a ray are taken at a time, first
    their places, then their densities, then their colours: what they wait for in memory then comes
    at the same time.
    """
    side = index.shape[0]
    ahead = F(2.0) / F(side - 1) / step  # steps across a cell
    places, found = np.empty(_AT_ONCE, F), np.empty(_AT_ONCE, F)
    at = 0
    for ray in range(origins.shape[0]):
        ox, oy, oz = origins[ray, 0], origins[ray, 1], origins[ray, 2]
        dx, dy, dz = directions[ray, 0], directions[ray, 1], directions[ray, 2]
        basis = _basis(dx, dy, dz)
        left, stopped, sum_t, asked, more = ONE, ZERO, ZERO, 0, True
        near, far = _span(origins, directions, ray, box)
        first, last = _span(origins, directions, ray, bounds)
        k, far = max(0, int((first - near) / step - jitter[ray])), min(far, last)
        red = green = blue = ZERO
        while more:
            if at + _AT_ONCE > len(rows):
                rows, shares, kept = _longer(rows), _longer(shares), _longer(kept)
            count = 0
            while count < _AT_ONCE:
                t = near + (F(k) + jitter[ray]) * step
                if t >= far:
                    more = False
                    break
                ix, fx = _place(ox + t * dx, side)
                iy, fy = _place(oy + t * dy, side)
                iz, fz = _place(oz + t * dz, side)
                cells = away[ix, iy, iz]
                if cells:
                    k += 1 + int(F(cells - 1) * ahead)
                    continue
                k += 1
                _corners(index, ix, iy, iz, rows, at + count)
                _shares(fx, fy, fz, shares, at + count)
                places[count] = t
                count += 1
            for n in range(count):
                found[n] = _density(table, rows, shares, at + n)
            for n in range(count):
                sigma = np.exp(min(found[n], _MOST))
                passed = np.exp(-sigma * step)
                weight = left * (ONE - passed)
                left *= passed
                stopped += weight
                sum_t += weight * places[n]
                kept[at + n, _LEFT], kept[at + n, _WEIGHT] = left, weight
                kept[at + n, _PULL] = step * sigma if found[n] < _MOST else ZERO
                if left <= enough:
                    count, more = n + 1, False
                    break
            for n in range(at, at + count):
                weight = kept[n, _WEIGHT]
                r = g = b = ZERO
                if weight > least:
                    r, g, b = _shade(table, rows, shares, n, basis, many)
                    red += weight * r
                    green += weight * g
                    blue += weight * b
                kept[n, _COLOUR], kept[n, _COLOUR + 1], kept[n, _COLOUR + 2] = r, g, b
            asked += count
            if keep:
                at += count
        rest = ONE - stopped
        colour[ray, 0] = red + rest * background[0]
        colour[ray, 1] = green + rest * background[1]
        colour[ray, 2] = blue + rest * background[2]
        depth[ray] = sum_t / max(stopped, F(1e-6))
        opacity[ray] = stopped
        samples[ray] = asked
        ends[ray] = at
    return rows, shares, kept


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _march_back(  # type: ignore[no-untyped-def]
    directions, ends, rows, shares, kept, colour, upstream, many, least, d_table
):
    """Add the gradients of the table.

    With C the whole colour and P the part in front of sample i and of itself,
    dC/dσ_i = δ (T_{i+1} c_i − (C − P)).
    """
    count, width, at = len(many), d_table.shape[1], 0
    behind, pull = np.empty(3, F), np.zeros(width, F)
    for ray in range(len(ends)):
        basis = _basis(directions[ray, 0], directions[ray, 1], directions[ray, 2])
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
            asked = width if weight > least else 1  # the others have no colour
            for corner in range(8):
                row, share = rows[sample, corner], shares[sample, corner]
                if row >= 0:
                    for n in range(asked):
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
_swept: Any = _sweep


class _Shine(torch.autograd.Function):
    """The colours of rays, with gradients to the table."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, many: tuple[int, ...], rays: list[np.ndarray],
                grid: tuple[np.ndarray, ...], terms: tuple[Any, ...], keep: bool,
                ) -> tuple[Tensor, ...]:  # fmt: skip
        count = len(rays[0])
        colour = np.empty((count, 3), F)
        depth, opacity, samples = (np.empty(count, F) for _ in range(3))
        ends, room = np.empty(count, np.int64), _AT_ONCE + (_SAMPLES * count if keep else 0)
        kept = (np.empty((room, 8), np.int32), np.empty((room, 8), F), np.empty((room, _KEPT), F))
        kept = _marched(*rays, *grid, table.detach().numpy(), many, *terms, keep,
                        colour, depth, opacity, samples, ends, *kept)  # fmt: skip
        ctx.known = (rays[1], ends, *kept, colour), many, terms[1], table.shape
        found = tuple(torch.from_numpy(a) for a in (colour, depth, opacity, samples))
        ctx.mark_non_differentiable(*found[1:])
        return found

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        known, many, least, shape = ctx.known
        gradients = np.zeros(tuple(shape), F)
        _marched_back(*known, upstream[0].contiguous().numpy(), many, least, gradients)
        return torch.from_numpy(gradients), None, None, None, None, None


def shine(
    grid: VoxelGrid,
    space: Space,
    origins: Tensor,
    directions: Tensor,
    step: float,
    jitter: Tensor,
    least: float,
    background: Tensor,
    box: Tensor | None = None,
    enough: float = LEAST_LEFT,
) -> Seen:
    """As `march` of the grid in its cells, of which `space` is.

    A ray ends where no more than `enough` of the light is left.
    """
    rays = [part.contiguous().numpy() for part in (origins, directions, jitter)]
    rays.append(_WHOLE if box is None else box.numpy().astype(F))
    terms = F(step), F(least), F(enough), background.numpy()
    keep = torch.is_grad_enabled() and grid.table.requires_grad
    many, known = (0,) * grid.count, (grid.index.numpy(), space.away, space.bounds)
    return Seen(*_Shine.apply(grid.table, many, rays, known, terms, keep))
