"""A mesh of where a field crosses a level: marching cubes, coloured by asking along the normals.

Lorensen and Cline, "Marching cubes", SIGGRAPH 1987, in the form of Lewiner et al. 2003 that
scikit-image has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from core.progress import Progress
from core.render.mesh import Mesh, vertex_normals

ASKING, COLOURING = "asking the field", "colouring the mesh"
BATCH = 32768  # points asked at once
LEAST_SIDE = 4


class Solid(Protocol):
    """What can be asked anywhere in the box: more is further within."""

    def density_at(self, points: Tensor) -> Tensor:
        """(N,) at points (N, 3)."""
        ...

    def colour_at(self, points: Tensor, directions: Tensor) -> Tensor:
        """Colour (N, 3) in 0..1 of points (N, 3) as seen along directions (N, 3)."""
        ...


class NothingThere(ValueError):
    """The field crosses the level nowhere; says what it reaches."""


def lattice_points(side: int) -> Tensor:
    """The corners of a grid of `side`³ over the box, (side³, 3), x slowest."""
    along = torch.linspace(-1, 1, side)
    return torch.stack(torch.meshgrid(along, along, along, indexing="ij"), dim=3).view(-1, 3)


@torch.no_grad()
def asked(
    ask: Callable[[Tensor], Tensor], side: int, device: torch.device, progress: Progress
) -> np.ndarray:
    """What a field answers at the corners of a grid, (side, side, side) float32, x first.

    Raises ValueError for a side below 4, and Cancelled out of `progress`.
    """
    if side < LEAST_SIDE:
        raise ValueError(f"resolution {side}: {LEAST_SIDE} is the least")
    points, found, done = lattice_points(side), [], 0
    for part in points.split(BATCH):
        progress.update(ASKING, done, len(points), "points")
        found.append(ask(part.to(device)).float().cpu())
        done += len(part)
    progress.update(ASKING, done, done, "points")
    return torch.cat(found).view(side, side, side).numpy()


def crossing(values: np.ndarray, level: float) -> Mesh:
    """Where values (S, S, S) over the box cross a level; its faces look to where they are less.

    What reaches the sides of the box is closed there. Raises NothingThere.
    """
    from skimage.measure import marching_cubes

    low, high = float(values.min()), float(values.max())
    if not low < level < high:
        raise NothingThere(
            f"the field crosses the level {level:.4g} nowhere: it goes from {low:.4g} to "
            f"{high:.4g}; choose a level between, or train on"
        )
    side = values.shape[0]
    padded = np.pad(values, 1, constant_values=min(low, level - (high - level)))
    # scikit-image's "ascent" faces look to the greater side when axes are taken as x, y, z.
    places, faces, _, _ = marching_cubes(padded, level, gradient_direction="ascent")
    vertices = ((places - 1) * (2 / (side - 1)) - 1).clip(-1, 1).astype(np.float32)
    mesh = Mesh(vertices, np.ascontiguousarray(faces, np.int32))
    return Mesh(vertices, mesh.faces, normals=vertex_normals(mesh))


@torch.no_grad()
def coloured(mesh: Mesh, field: Solid, device: torch.device, progress: Progress) -> Mesh:
    """The mesh with the colour of every vertex as seen from straight outside."""
    assert mesh.normals is not None
    vertices, normals = torch.from_numpy(mesh.vertices), torch.from_numpy(mesh.normals)
    found, done = [], 0
    for places, outward in zip(vertices.split(BATCH), normals.split(BATCH), strict=True):
        progress.update(COLOURING, done, len(vertices), "vertices")
        inward = -outward.to(device)
        found.append(field.colour_at(places.to(device), inward).float().cpu())
        done += len(places)
    progress.update(COLOURING, done, done, "vertices")
    colours = torch.cat(found).clamp(0, 1).numpy()
    return Mesh(mesh.vertices, mesh.faces, colours, mesh.normals)


def extracted(
    field: Solid, side: int, level: float, device: torch.device, progress: Progress | None = None
) -> Mesh:
    """The coloured mesh of a field in the box from −1 to 1; raises NothingThere, or Cancelled."""
    progress = progress or Progress()
    mesh = crossing(asked(field.density_at, side, device, progress), level)
    return coloured(mesh, field, device, progress)
