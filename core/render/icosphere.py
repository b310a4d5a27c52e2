"""A ball of triangles, finer at will: what a mesh that is learned begins as."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.render.mesh import Array, Faces

Pairs = NDArray[np.int64]

GOLDEN = (1 + 5**0.5) / 2
_CORNERS = np.array(
    [[-1, GOLDEN, 0], [1, GOLDEN, 0], [-1, -GOLDEN, 0], [1, -GOLDEN, 0],
     [0, -1, GOLDEN], [0, 1, GOLDEN], [0, -1, -GOLDEN], [0, 1, -GOLDEN],
     [GOLDEN, 0, -1], [GOLDEN, 0, 1], [-GOLDEN, 0, -1], [-GOLDEN, 0, 1]]
)  # fmt: skip


def icosphere(level: int) -> tuple[Array, Faces]:
    """Vertices (10 · 4^level + 2, 3) of length 1 and faces (20 · 4^level, 3), outside in front."""
    vertices = _CORNERS / np.linalg.norm(_CORNERS, axis=1, keepdims=True)
    faces = _hull(vertices)
    for _ in range(level):
        pairs, faces = cut(len(vertices), faces)
        vertices = np.concatenate([vertices, vertices[pairs].mean(axis=1)])
        vertices /= np.linalg.norm(vertices, axis=1, keepdims=True)
    return vertices.astype(np.float32), faces


def edges(faces: Faces) -> Pairs:
    """Every edge once, (E, 2), the lower vertex first."""
    every = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    return np.unique(np.sort(every, axis=1), axis=0).astype(np.int64)


def cut(count: int, faces: Faces) -> tuple[Pairs, Faces]:
    """Each of the triangles over `count` vertices as four: the pairs (E, 2) whose middles are the
    vertices from `count` on, and the new faces (4 F, 3).
    """
    pairs = edges(faces)
    row = {(int(a), int(b)): count + n for n, (a, b) in enumerate(pairs)}
    new = []
    for a, b, c in faces.tolist():
        ab, bc, ca = (row[min(p), max(p)] for p in ((a, b), (b, c), (c, a)))
        new += [(a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca)]
    return pairs, np.array(new, np.int32)


def _hull(vertices: NDArray[np.floating]) -> Faces:
    """The icosahedron's faces: three corners next to one another, counter-clockwise outside."""
    apart = np.linalg.norm(vertices[:, None] - vertices, axis=2)
    near = apart < apart[apart > 0].min() * 1.01
    faces = []
    for a in range(12):
        for b in range(a + 1, 12):
            for c in range(b + 1, 12):
                if near[a, b] and near[b, c] and near[a, c]:
                    turned = np.linalg.det(vertices[[a, b, c]]) < 0
                    faces.append((a, c, b) if turned else (a, b, c))
    return np.array(faces, np.int32)
