"""How far points are from a mesh, on which side of it, and how far two surfaces lie apart."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from core.render.mesh import Array, Mesh

_FAR_OFF = 3.0  # cells of a tree at so many times their radius count as one triangle
_LEAF = 16  # triangles


def chamfer(one: Array, other: Array) -> tuple[float, float]:
    """Mean distance from points (N, 3) to the nearest of (M, 3), and back.

    In units of the box. Some papers square the distances: they say so, and so do we not.
    """
    from scipy.spatial import cKDTree

    there = cKDTree(other).query(one)[0].mean()
    back = cKDTree(one).query(other)[0].mean()
    return float(there), float(back)


@njit(nogil=True, cache=True, error_model="numpy")
def _nearest(px, py, pz, t):  # type: ignore[no-untyped-def]
    """Squared distance to a triangle (3, 3): Ericson 2005, section 5.1.5, region by region."""
    abx, aby, abz = t[1, 0] - t[0, 0], t[1, 1] - t[0, 1], t[1, 2] - t[0, 2]
    acx, acy, acz = t[2, 0] - t[0, 0], t[2, 1] - t[0, 1], t[2, 2] - t[0, 2]
    apx, apy, apz = px - t[0, 0], py - t[0, 1], pz - t[0, 2]
    d1 = abx * apx + aby * apy + abz * apz
    d2 = acx * apx + acy * apy + acz * apz
    bpx, bpy, bpz = px - t[1, 0], py - t[1, 1], pz - t[1, 2]
    d3 = abx * bpx + aby * bpy + abz * bpz
    d4 = acx * bpx + acy * bpy + acz * bpz
    cpx, cpy, cpz = px - t[2, 0], py - t[2, 1], pz - t[2, 2]
    d5 = abx * cpx + aby * cpy + abz * cpz
    d6 = acx * cpx + acy * cpy + acz * cpz
    va, vb, vc = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    v, w = 0.0, 0.0
    if d1 <= 0.0 and d2 <= 0.0:
        pass
    elif d3 >= 0.0 and d4 <= d3:
        v = 1.0
    elif d6 >= 0.0 and d5 <= d6:
        w = 1.0
    elif vc <= 0.0 and d1 >= 0.0 and d3 <= 0.0:
        v = d1 / (d1 - d3)
    elif vb <= 0.0 and d2 >= 0.0 and d6 <= 0.0:
        w = d2 / (d2 - d6)
    elif va <= 0.0 and d4 - d3 >= 0.0 and d5 - d6 >= 0.0:
        w = (d4 - d3) / ((d4 - d3) + (d5 - d6))
        v = 1.0 - w
    else:
        v = vb / (va + vb + vc)
        w = vc / (va + vb + vc)
    x, y, z = apx - v * abx - w * acx, apy - v * aby - w * acy, apz - v * abz - w * acz
    return x * x + y * y + z * z


@njit(nogil=True, cache=True, error_model="numpy")
def _solid_angle(px, py, pz, t):  # type: ignore[no-untyped-def]
    """Of a triangle (3, 3) seen from a point: Van Oosterom and Strackee 1983."""
    ax, ay, az = t[0, 0] - px, t[0, 1] - py, t[0, 2] - pz
    bx, by, bz = t[1, 0] - px, t[1, 1] - py, t[1, 2] - pz
    cx, cy, cz = t[2, 0] - px, t[2, 1] - py, t[2, 2] - pz
    a = np.sqrt(ax * ax + ay * ay + az * az)
    b = np.sqrt(bx * bx + by * by + bz * bz)
    c = np.sqrt(cx * cx + cy * cy + cz * cz)
    triple = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
    rest = (
        a * b * c
        + (ax * bx + ay * by + az * bz) * c
        + (bx * cx + by * cy + bz * cz) * a
        + (cx * ax + cy * ay + cz * az) * b
    )
    return 2.0 * np.arctan2(triple, rest)


@njit(nogil=True, cache=True, error_model="numpy")
def _ask(points, triangles, low, high, first, last, skip, dipole, squares, turns):  # type: ignore[no-untyped-def]
    """Fill squared distances and winding numbers (N,), walking the tree of boxes.

    A box whose triangles are far off turns about a point as their summed area does (Barill et al.,
    "Fast winding numbers", SIGGRAPH 2018, of the first order).
    """
    for n in range(points.shape[0]):
        px, py, pz = points[n, 0], points[n, 1], points[n, 2]
        best, total = squares[n], 0.0
        node = 0
        while node < low.shape[0]:
            dx = max(low[node, 0] - px, 0.0, px - high[node, 0])
            dy = max(low[node, 1] - py, 0.0, py - high[node, 1])
            dz = max(low[node, 2] - pz, 0.0, pz - high[node, 2])
            near = dx * dx + dy * dy + dz * dz < best
            mx, my, mz = dipole[node, 0] - px, dipole[node, 1] - py, dipole[node, 2] - pz
            away = np.sqrt(mx * mx + my * my + mz * mz)
            if not near and away > _FAR_OFF * dipole[node, 6]:
                inner = mx * dipole[node, 3] + my * dipole[node, 4] + mz * dipole[node, 5]
                total += inner / (away * away * away)
                node = skip[node]
                continue
            if first[node] >= 0:
                for f in range(first[node], last[node]):
                    if near:
                        found = _nearest(px, py, pz, triangles[f])
                        if found < best:
                            best = found
                    total += _solid_angle(px, py, pz, triangles[f])
            node += 1
        squares[n] = best
        turns[n] = total / (4.0 * np.pi)


class Surface:
    """A mesh that can be asked for distances; the tree is made once."""

    def __init__(self, mesh: Mesh) -> None:
        """Raises ValueError for a mesh without faces."""
        if not len(mesh.faces):
            raise ValueError("points without faces have no inside; choose a mesh")
        from scipy.spatial import cKDTree

        triangles = mesh.corners().astype(np.float64)
        self._corners = cKDTree(mesh.vertices[np.unique(mesh.faces)])
        self._tree: list[tuple[np.ndarray, int, int, np.ndarray, float]] = []
        self._skip: list[int] = []
        self._placed = 0
        order: list[np.ndarray] = []
        self._grow(triangles, np.arange(len(triangles)), order)
        self._triangles = np.ascontiguousarray(triangles[np.concatenate(order)])
        bounds = np.stack([node[0] for node in self._tree])
        self._low, self._high = bounds[:, 0].copy(), bounds[:, 1].copy()
        self._first = np.array([node[1] for node in self._tree])
        self._last = np.array([node[2] for node in self._tree])
        radii = np.array([[node[4]] for node in self._tree])
        self._dipole = np.hstack([np.stack([node[3] for node in self._tree]), radii])
        self._jumps = np.array(self._skip)

    def _grow(self, triangles: np.ndarray, rows: np.ndarray, order: list[np.ndarray]) -> None:
        """A node and all below it, in the order they are walked."""
        own = triangles[rows]
        at = len(self._tree)
        low, high = own.min(axis=(0, 1)), own.max(axis=(0, 1))
        areas = np.cross(own[:, 1] - own[:, 0], own[:, 2] - own[:, 0]) / 2
        weight = np.linalg.norm(areas, axis=1)[:, None]
        middle = (own.mean(axis=1) * weight).sum(axis=0) / max(float(weight.sum()), 1e-30)
        radius = float(np.linalg.norm(own.reshape(-1, 3) - middle, axis=1).max())
        before = self._placed if len(rows) <= _LEAF else -1
        last = before + len(rows) if before >= 0 else -1
        dipole = np.concatenate([middle, areas.sum(axis=0)])
        self._tree.append((np.stack([low, high]), before, last, dipole, radius))
        self._skip.append(0)
        if before >= 0:
            order.append(rows)
            self._placed += len(rows)
        else:
            axis = int((high - low).argmax())
            half = len(rows) // 2
            parted = rows[np.argpartition(own.mean(axis=1)[:, axis], half)]
            self._grow(triangles, parted[:half], order)
            self._grow(triangles, parted[half:], order)
        self._skip[at] = len(self._tree)

    def ask(self, points: NDArray[np.floating]) -> tuple[Array, Array]:
        """Distance (N,) of points (N, 3) to the surface, and how often it winds about each."""
        places = np.ascontiguousarray(points, np.float64)
        least = self._corners.query(places)[0]  # no triangle need be looked at that is farther
        squares, turns = least**2 * (1 + 1e-9), np.empty(len(places))
        _ask(places, self._triangles, self._low, self._high, self._first, self._last, self._jumps,
             self._dipole, squares, turns)  # fmt: skip
        return np.sqrt(squares).astype(np.float32), turns.astype(np.float32)

    def signed(self, points: NDArray[np.floating]) -> Array:
        """Distance (N,), negative within: where the surface winds about a point by a half or more.

        Holes and overlaps are borne: the winding number is that of Jacobson et al. 2013.
        """
        away, turns = self.ask(points)
        return np.asarray(np.where(turns > 0.5, -away, away))

    def inside(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Whether points (N, 3) lie within."""
        return np.asarray(self.ask(points)[1] > 0.5)
