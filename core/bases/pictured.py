"""What all share that tell a shape from one picture: its camera, and pictures of what they tell."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.render.cameras import Cameras, orbit, pinhole
from core.render.mesh import Mesh
from core.render.meshing import NothingThere, crossing
from core.render.raster import draw

BEFORE, BEHIND = -1.0, 1.2  # radians about the object that a usual picture is taken from
ANGLE, RADIUS, HEIGHT = 0.62, 4.0, 0.5


def usual_camera(side: int, turn: float = BEFORE) -> Cameras:
    """One that stands somewhere before the object, or behind it."""
    angles = torch.tensor([[turn], [HEIGHT]])
    return pinhole(orbit(angles[0], angles[1], RADIUS), (side, side), ANGLE)


def cameras_of(packed: Tensor | None, images: Tensor) -> Cameras:
    """Where pictures (B, C, S, S) were taken; the usual place of those of which it is not known."""
    side = images.shape[-1]
    usual = usual_camera(side).pack().to(images).expand(len(images), -1)
    if packed is None:
        return Cameras.unpack(usual, (side, side))
    unknown = packed.isnan().any(dim=1, keepdim=True)
    return Cameras.unpack(torch.where(unknown, usual, packed.to(images)), (side, side))


def pictured(mesh: Mesh, camera: Cameras) -> Tensor:
    """A mesh as a camera sees it, (3, H, W)."""
    return draw(mesh, camera).seen.colour.permute(2, 0, 1)


def cubes(values: np.ndarray, camera: Cameras) -> Tensor:
    """Where values (S, S, S) are above 0 as a camera sees it: (3, H, W), the shape of its cells."""
    try:
        found = crossing((values > 0).astype(np.float32), 0.5)
    except NothingThere:
        return torch.ones(3, camera.size[1], camera.size[0])
    scale = np.float32((len(values) - 1) / len(values))  # values are of the cells' middles
    return pictured(Mesh(found.vertices * scale, found.faces, None, found.normals), camera)
