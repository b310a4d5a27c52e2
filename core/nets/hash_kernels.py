"""The hash encoding as compiled loops: what `HashGrid.slowly` gives, faster. Serial, cached."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numba import njit
from torch import Tensor

from core.nets.hashgrid import PRIMES

F, U = np.float32, np.uint32
ONE, ZERO, HALF = F(1), F(0), F(0.5)
_Y, _Z = U(PRIMES[1]), U(PRIMES[2])


@njit(nogil=True, cache=True, fastmath=True, inline="always")
def _corner(point, side, size, rows, shares):  # type: ignore[no-untyped-def]
    """Fill rows within a level, and shares, of the eight corners about a point."""
    px = min(max((point[0] + ONE) * (HALF * F(side)), ZERO), F(side))
    py = min(max((point[1] + ONE) * (HALF * F(side)), ZERO), F(side))
    pz = min(max((point[2] + ONE) * (HALF * F(side)), ZERO), F(side))
    ix, iy, iz = min(int(px), side - 1), min(int(py), side - 1), min(int(pz), side - 1)
    fx, fy, fz = px - F(ix), py - F(iy), pz - F(iz)
    dense = (side + 1) ** 3 <= size
    for corner in range(8):
        x, y, z = ix + (corner >> 2), iy + ((corner >> 1) & 1), iz + (corner & 1)
        if dense:
            rows[corner] = (x * (side + 1) + y) * (side + 1) + z
        else:  # sizes are powers of 2, so what is lost of the products beyond 32 bits is no matter
            rows[corner] = (U(x) ^ (U(y) * _Y) ^ (U(z) * _Z)) & U(size - 1)
        sx = fx if corner & 4 else ONE - fx
        sy = fy if corner & 2 else ONE - fy
        shares[corner] = sx * sy * (fz if corner & 1 else ONE - fz)


@njit(nogil=True, cache=True, fastmath=True)
def _encode(table, sides, starts, points, out):  # type: ignore[no-untyped-def]
    features = table.shape[1]
    rows, shares = np.empty(8, np.int64), np.empty(8, np.float32)
    for level in range(len(sides)):
        start, size = starts[level], starts[level + 1] - starts[level]
        for n in range(len(points)):
            _corner(points[n], sides[level], size, rows, shares)
            for f in range(features):
                total = ZERO
                for corner in range(8):
                    total += shares[corner] * table[start + rows[corner], f]
                out[n, level * features + f] = total


@njit(nogil=True, cache=True, fastmath=True)
def _encode_back(sides, starts, points, upstream, d_table):  # type: ignore[no-untyped-def]
    features = d_table.shape[1]
    rows, shares = np.empty(8, np.int64), np.empty(8, np.float32)
    for level in range(len(sides)):
        start, size = starts[level], starts[level + 1] - starts[level]
        for n in range(len(points)):
            _corner(points[n], sides[level], size, rows, shares)
            for corner in range(8):
                for f in range(features):
                    pull = upstream[n, level * features + f]
                    d_table[start + rows[corner], f] += shares[corner] * pull


_encoded: Any = _encode
_encoded_back: Any = _encode_back


class _Encode(torch.autograd.Function):
    """Features of places, with gradients to the table."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, known: tuple[np.ndarray, ...]) -> Tensor:
        sides, _, points = known
        out = np.empty((len(points), len(sides) * table.shape[1]), np.float32)
        _encoded(table.detach().numpy(), *known, out)
        ctx.known, ctx.shape = known, table.shape
        return torch.from_numpy(out)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, None]:
        d_table = np.zeros(ctx.shape, np.float32)
        _encoded_back(*ctx.known, upstream[0].float().contiguous().numpy(), d_table)
        return torch.from_numpy(d_table), None


def encode(table: Tensor, sides: Tensor, starts: Tensor, points: Tensor) -> Tensor:
    """(N, L F) of points (N, 3) float32 on the processor."""
    where = points.detach().contiguous().numpy()
    return _Encode.apply(table, (sides.numpy(), starts.numpy(), where))
