"""Surfaces, as a picture's depth tells of them: where they are, which way they face, how surely."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.render.cameras import Cameras
from core.render.volume import Seen

SOLID = 0.5  # opacity from which there is a surface
GRAZING = 0.2  # cosine to the surface's normal below which a view sees little of it
JUMP, LEAST_JUMP = 3.0, 0.12  # of the depth between neighbours: in widths of a pixel, and at least


def surface(seen: Seen) -> NDArray[np.float32]:
    """How far along each ray there is a surface (H, W); inf where there is none."""
    return solid_depth(seen).float().numpy()


def solid_depth(seen: Seen) -> Tensor:
    """The same as a tensor."""
    return torch.where(seen.opacity > SOLID, seen.depth, torch.inf)


def points_of(depth: Tensor, camera: Cameras) -> Tensor:
    """Points (H, W, 3) at distances (H, W) along a camera's rays."""
    origins, directions = camera.all_rays()
    return (origins + directions * depth.reshape(-1, 1)).view(*depth.shape, 3)


def normals(depth: Tensor, camera: Cameras) -> Tensor:
    """Of length 1, (H, W, 3), towards the camera: across and down to the nearer neighbour."""
    points = points_of(depth, camera)
    across, down = _slope(points, depth, 1), _slope(points, depth, 0)
    found = torch.linalg.cross(down, across)
    found = found / found.norm(dim=2, keepdim=True).clamp(min=1e-9)
    facing = (found * (points - camera.centres[0])).sum(dim=2, keepdim=True)
    return torch.where(facing > 0, -found, found)


def doubtful(depth: Tensor, camera: Cameras) -> Tensor:
    """Pixels (H, W) bool of a depth, inf where nothing is, that may show two surfaces or hardly
    one: where depth jumps to a neighbour, and where what they show is seen at a grazing angle.

    The inverse of the depth is linear on a plane however it lies, so where it bends by more than
    belongs to a jump, there is an edge, or the rim of something round. What is learned has a
    rough depth: of three pixels along an edge the middle depth counts.
    """
    near = 1 / depth
    down, across = _middle(near, 0), _middle(near, 1)
    bend = torch.maximum(_bend(across, 0), _bend(down, 1))
    least = (depth * (JUMP / camera.lenses[0, 0])).clamp(min=LEAST_JUMP)
    known = depth.isfinite()
    smooth = 1 / _middle(down, 1).clamp(min=1e-2)
    rays = camera.all_rays()[1].view(*depth.shape, 3)
    facing = (normals(smooth, camera) * rays).sum(dim=2).abs()
    return known & ((bend * depth.square() > least) | (facing < GRAZING))


def _bend(values: Tensor, dim: int) -> Tensor:
    """How far each (H, W) is from the middle of its two neighbours, twice; 0 at the borders."""
    found = torch.zeros_like(values)
    count = values.shape[dim]
    if count > 2:
        found.narrow(dim, 1, count - 2).copy_(values.diff(n=2, dim=dim).abs())
    return found


def _middle(values: Tensor, dim: int) -> Tensor:
    """The median of each (H, W) and its two neighbours along a dimension; the borders as is."""
    found, count = values.clone(), values.shape[dim]
    if count > 2:
        three = torch.stack([values.narrow(dim, at, count - 2) for at in range(3)])
        found.narrow(dim, 1, count - 2).copy_(three.median(dim=0)[0])
    return found


def _slope(points: Tensor, depth: Tensor, dim: int) -> Tensor:
    """The step of points to that neighbour along a dimension whose depth is the more alike."""
    step, drop = points.diff(dim=dim), depth.diff(dim=dim).abs()
    pad = [step.narrow(dim, 0, 1)], [step.narrow(dim, step.shape[dim] - 1, 1)]
    edge = torch.full_like(depth.narrow(dim, 0, 1), torch.inf)
    before, after = torch.cat([*pad[0], step], dim), torch.cat([step, *pad[1]], dim)
    first, second = torch.cat([edge, drop], dim), torch.cat([drop, edge], dim)
    return torch.where((first < second)[..., None], before, after)
