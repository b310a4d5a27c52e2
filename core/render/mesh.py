"""Triangles and points: what they measure, how points are drawn on them, how they fit the box.

A point cloud is a mesh without faces. Everything is NumPy, for files and trees speak it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Faces = NDArray[np.int32]


@dataclass(frozen=True)
class Mesh:
    """Vertices of the scene and the triangles between them, counter-clockwise from outside."""

    vertices: Array  # (V, 3)
    faces: Faces  # (F, 3) rows of `vertices`; none of a point cloud
    colours: Array | None = None  # (V, 3) in 0..1
    normals: Array | None = None  # (V, 3) of length 1, outward

    def corners(self) -> Array:
        """The places of each triangle's corners, (F, 3, 3)."""
        return self.vertices[self.faces]


def cloud(points: Array, colours: Array | None = None, normals: Array | None = None) -> Mesh:
    """Points (N, 3) without faces."""
    return Mesh(np.asarray(points, np.float32), np.zeros((0, 3), np.int32), colours, normals)


def face_areas(mesh: Mesh) -> tuple[Array, Array]:
    """Area of each triangle (F,), and its normal (F, 3) of length 1; 0 where it has no area."""
    a, b, c = mesh.corners().astype(np.float64).transpose(1, 0, 2)
    across = np.cross(b - a, c - a)
    length = np.linalg.norm(across, axis=1)
    normals = across / np.maximum(length, 1e-20)[:, None]
    return (length / 2).astype(np.float32), normals.astype(np.float32)


def area(mesh: Mesh) -> float:
    """Of the whole surface."""
    return float(face_areas(mesh)[0].sum(dtype=np.float64))


def volume(mesh: Mesh) -> float:
    """Enclosed by a closed surface, by the divergence theorem; negative where it is inside out."""
    a, b, c = mesh.corners().astype(np.float64).transpose(1, 0, 2)
    return float((a * np.cross(b, c)).sum() / 6)


def vertex_normals(mesh: Mesh) -> Array:
    """Mean of the normals of the faces about each vertex, weighted by area, (V, 3)."""
    a, b, c = mesh.corners().astype(np.float64).transpose(1, 0, 2)
    across = np.cross(b - a, c - a)
    total = np.zeros((len(mesh.vertices), 3))
    for corner in range(3):
        for axis in range(3):
            total[:, axis] += np.bincount(
                mesh.faces[:, corner], across[:, axis], len(mesh.vertices)
            )
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return (total / np.maximum(length, 1e-20)).astype(np.float32)


def sampled(mesh: Mesh, count: int, rng: np.random.Generator) -> Mesh:
    """Points drawn evenly over the surface, with its colours and the normals of its faces.

    Of a point cloud some of its points. Raises ValueError where there is no area at all.
    """
    if not len(mesh.faces):
        chosen = rng.integers(len(mesh.vertices), size=count)
        of = (None if part is None else part[chosen] for part in (mesh.colours, mesh.normals))
        return cloud(mesh.vertices[chosen], *of)
    areas, normals = face_areas(mesh)
    total = areas.sum(dtype=np.float64)
    if not total > 0:
        raise ValueError("no triangle of the mesh has an area; nothing can be drawn on it")
    chosen = rng.choice(len(areas), size=count, p=areas.astype(np.float64) / total)
    u, v = np.sqrt(rng.random(count)), rng.random(count)
    shares = np.stack([1 - u, u * (1 - v), u * v], axis=1).astype(np.float32)  # (N, 3)

    def between(values: Array) -> Array:
        return np.asarray(np.einsum("nk,nkd->nd", shares, values[mesh.faces[chosen]]))

    colours = None if mesh.colours is None else between(mesh.colours)
    return cloud(between(mesh.vertices), colours, normals[chosen])


def joined(parts: list[Mesh]) -> Mesh:
    """Several as one; colours are kept where all have them."""
    starts = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    faces = [part.faces + start for part, start in zip(parts, starts, strict=True)]
    colours = [part.colours for part in parts if part.colours is not None]
    return Mesh(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate(faces).astype(np.int32),
        np.concatenate(colours) if len(colours) == len(parts) else None,
    )


def in_box(mesh: Mesh, reach: float = 0.9, upright: bool = True) -> Mesh:
    """Moved and scaled alike on all axes, so that the widest side reaches ±`reach`.

    `upright` False turns what has y up, as most .obj files, to the z up of the scene.
    """
    places = mesh.vertices.astype(np.float64)
    normals = mesh.normals
    if not upright:
        places = places[:, [0, 2, 1]] * [1, -1, 1]
        normals = (
            None if normals is None else normals[:, [0, 2, 1]] * np.array([1, -1, 1], np.float32)
        )
    low, high = places.min(axis=0), places.max(axis=0)
    scale = 2 * reach / max(float((high - low).max()), 1e-12)
    moved = (places - (low + high) / 2) * scale
    return replace(mesh, vertices=moved.astype(np.float32), normals=normals)


def tidied(mesh: Mesh) -> Mesh:
    """Without triangles that have two corners in one, and without vertices that none uses."""
    a, b, c = mesh.faces.T
    faces = mesh.faces[(a != b) & (b != c) & (a != c)]
    used, new = np.unique(faces, return_inverse=True)
    return Mesh(
        mesh.vertices[used],
        new.reshape(-1, 3).astype(np.int32),
        None if mesh.colours is None else mesh.colours[used],
        None if mesh.normals is None else mesh.normals[used],
    )
