"""Laying one map over another: the best rotation, flip, scale and shift (orthogonal Procrustes).

Schönemann, "A generalized solution of the orthogonal Procrustes problem", Psychometrika 1966.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Alignment:
    """`apply` turns, scales and shifts points of one map into the place of another."""

    turn: NDArray[np.float64]  # (dims, dims), orthogonal; its determinant is -1 for a flip
    scale: float
    centre: NDArray[np.float64]  # (dims,), of the map that is moved
    target: NDArray[np.float64]  # (dims,), of the map that stays

    def apply(self, xy: NDArray[Any]) -> NDArray[np.float32]:
        """Points (N, dims) of the moved map, in the place of the other."""
        return (((xy - self.centre) @ self.turn) * self.scale + self.target).astype(np.float32)


def procrustes(
    moving: NDArray[Any], fixed: NDArray[Any], scales: tuple[float, float] = (0.5, 2.0)
) -> Alignment:
    """The alignment that brings `moving` (N, dims) closest to `fixed` (N, dims) in least squares.

    The scale is held within `scales` times the ratio of the two maps' sizes: between unrelated
    maps the least-squares scale tends to zero and would fold the map up. Raises ValueError.
    """
    if moving.shape != fixed.shape or moving.ndim != 2:
        raise ValueError(f"expected two maps of one shape, found {moving.shape} and {fixed.shape}")
    a, b = np.asarray(moving, dtype=np.float64), np.asarray(fixed, dtype=np.float64)
    centre, target = a.mean(axis=0), b.mean(axis=0)
    a, b = a - centre, b - target
    left, strengths, right = np.linalg.svd(a.T @ b)
    size_a, size_b = np.linalg.norm(a), np.linalg.norm(b)
    if size_a == 0.0 or size_b == 0.0:
        return Alignment(left @ right, 1.0, centre, target)
    ratio = size_b / size_a
    scale = float(np.clip(strengths.sum() / size_a**2, scales[0] * ratio, scales[1] * ratio))
    return Alignment(left @ right, scale, centre, target)
