"""What of a rendered picture is shown: colour, depth, opacity, normals, cost, error; as bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.colours import colour_map
from core.render.cameras import Cameras
from core.render.volume import Seen

# Name -> its words and what it tells.
OUTPUTS: dict[str, tuple[str, str]] = {
    "colour": ("Colour", "What the camera sees"),
    "depth": ("Depth", "How far along each ray light is stopped: near is bright"),
    "opacity": ("Opacity", "Share of the light that is stopped"),
    "normals": ("Normals", "Which way surfaces face, from the depth: x, y, z as red, green, blue"),
    "samples": ("Samples", "At how many places along each ray the field was asked"),
    "error": ("Error", "How far the colour is from the photograph of the nearest training view"),
}
SOLID = 0.5  # opacity from which there is a surface
VOID = (24, 26, 31)  # shown where there is none
WORST = 0.3  # error that is shown brightest
SLACK = 0.06  # that a point may lie behind what a view sees and count as seen by it

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Truth:
    """A photograph: what one camera has taken, and how far it is to what it shows."""

    camera: Cameras
    image: Tensor  # (H, W, 3) in 0..1
    depth: Tensor | None = None  # (H, W) along the rays, inf where nothing is; None: not known
    exact: bool = False  # whether one stands in this very camera


def painted(
    name: str,
    seen: Seen,
    camera: Cameras,
    behind: Tensor | None = None,
    truth: Truth | None = None,
) -> Bytes:
    """One of OUTPUTS as (H, W, 3); raises ValueError for another name.

    `behind` (2, 3) are the background that the colours lie over, and the one that is wanted.
    """
    solid = seen.opacity > SOLID
    if name == "colour":
        return _bytes(over(seen, behind))
    if name == "opacity":
        return _bytes(seen.opacity[..., None].expand(-1, -1, 3))
    if name == "depth":
        return _mapped(_near(seen.depth, solid), "magma", solid)
    if name == "normals":
        return _bytes(0.5 + 0.5 * normals(seen.depth, camera), solid)
    if name == "samples":
        return _mapped(seen.samples / seen.samples.max().clamp(min=1), "viridis", seen.samples > 0)
    if name == "error":
        found = errors(seen, camera, truth) if truth is not None else seen.depth * torch.nan
        return _mapped(found / WORST, "magma", found.isfinite())
    raise ValueError(f"there is no output {name!r}; there are {', '.join(OUTPUTS)}")


def over(seen: Seen, behind: Tensor | None) -> Tensor:
    """Colours (H, W, 3) over another background than they were rendered over."""
    if behind is None:
        return seen.colour
    return seen.colour + (1 - seen.opacity[..., None]) * (behind[1] - behind[0])


def surface(seen: Seen) -> NDArray[np.float32]:
    """How far along each ray there is a surface (H, W); inf where there is none."""
    return torch.where(seen.opacity > SOLID, seen.depth, torch.inf).float().numpy()


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


def _slope(points: Tensor, depth: Tensor, dim: int) -> Tensor:
    """The step of points to that neighbour along a dimension whose depth is the more alike."""
    step, drop = points.diff(dim=dim), depth.diff(dim=dim).abs()
    pad = [step.narrow(dim, 0, 1)], [step.narrow(dim, step.shape[dim] - 1, 1)]
    edge = torch.full_like(depth.narrow(dim, 0, 1), torch.inf)
    before, after = torch.cat([*pad[0], step], dim), torch.cat([step, *pad[1]], dim)
    first, second = torch.cat([edge, drop], dim), torch.cat([drop, edge], dim)
    return torch.where((first < second)[..., None], before, after)


def errors(seen: Seen, camera: Cameras, truth: Truth) -> Tensor:
    """Mean absolute difference of the colours (H, W); NaN where the photograph shows nothing of it.

    A place is looked up in the photograph where its view sees it, too: nothing nearer hides it.
    """
    height, width = seen.depth.shape
    places = points_of(torch.where(seen.opacity > SOLID, seen.depth, 100.0), camera)
    pixels, ahead = truth.camera.project(0, places.reshape(-1, 3))
    across, down = truth.camera.size
    grid = pixels / pixels.new_tensor([across, down]) * 2 - 1
    inside = (grid.abs() < 1).all(dim=1) & (ahead > 0)
    there = _looked_up(truth.image.permute(2, 0, 1), grid, "bilinear").T  # (H * W, 3)
    found = (seen.colour.reshape(-1, 3) - there).abs().mean(dim=1)
    if not truth.exact:
        inside &= seen.opacity.flatten() > SOLID
        if truth.depth is not None:
            away = (places.reshape(-1, 3) - truth.camera.centres[0]).norm(dim=1)
            known = truth.depth.clamp(max=1e3)[None]
            inside &= away < _looked_up(known, grid, "nearest")[0] + SLACK
    return torch.where(inside, found, torch.nan).view(height, width)


def _looked_up(image: Tensor, grid: Tensor, mode: str) -> Tensor:
    """(C, N) of an image (C, H, W) at places (N, 2) in −1..1."""
    found = torch.nn.functional.grid_sample(
        image[None], grid[None, None], mode=mode, padding_mode="border", align_corners=False
    )
    return found[0, :, 0]


def _near(depth: Tensor, solid: Tensor) -> Tensor:
    """0..1, the nearest 1 and the farthest 0.1."""
    shown = depth[solid]
    if not len(shown):
        return torch.zeros_like(depth)
    near, far = shown.min(), shown.max()
    return 1 - 0.9 * (depth - near) / (far - near).clamp(min=1e-6)


def _bytes(values: Tensor, shown: Tensor | None = None) -> Bytes:
    found = (values.detach().clamp(0, 1) * 255 + 0.5).to(torch.uint8).numpy()
    if shown is not None:
        found[~shown.numpy()] = VOID
    return np.ascontiguousarray(found)


def _mapped(values: Tensor, name: str, shown: Tensor) -> Bytes:
    at = (values.nan_to_num(0.0).clamp(0, 1) * 255 + 0.5).to(torch.uint8).numpy()
    found = colour_map(name)[at]
    found[~shown.numpy()] = VOID
    return found
