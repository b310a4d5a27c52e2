"""What is rendered against a photograph: of the same camera, or of one that stands elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core.render.cameras import Cameras
from core.render.surface import SOLID, doubtful, points_of, solid_depth
from core.render.volume import Seen

SLACK = 0.06  # that a point may lie behind what a view sees and count as seen by it


@dataclass(frozen=True)
class Truth:
    """A photograph: what one camera has taken, and how far it is to what it shows."""

    camera: Cameras
    image: Tensor  # (H, W, 3) in 0..1
    depth: Tensor | None = None  # (H, W) along the rays, inf where nothing is; None: not known
    exact: bool = False  # whether one stands in this very camera


def errors(seen: Seen, camera: Cameras, truth: Truth) -> Tensor:
    """Mean absolute difference of the colours (H, W); NaN where the photograph tells nothing of it.

    From another camera a place is looked up in the photograph where that shows it, too. It tells
    nothing of what lies beyond its edges, what something nearer hides from it, and of edges and
    surfaces that either camera sees at a grazing angle (`doubtful`): there one pixel is made of
    two things. Nor can it tell more than its pixels do: a colour is as far from it as from the
    colours of the four pixels about the place, or none of it where it lies between them.
    """
    places = points_of(torch.where(seen.opacity > SOLID, seen.depth, 100.0), camera).view(-1, 3)
    pixels, ahead = truth.camera.project(0, places)
    grid = pixels / pixels.new_tensor(truth.camera.size) * 2 - 1
    told = (grid.abs() < 1).all(dim=1) & (ahead > 0)
    colours, image = seen.colour.reshape(-1, 3), truth.image.permute(2, 0, 1)
    if truth.exact:
        away = (colours - _looked_up(image, grid, "bilinear").T).abs()
    else:
        least, most = _least_and_most(image, grid)
        away = (least - colours).clamp(min=0) + (colours - most).clamp(min=0)
        told &= (solid_depth(seen).isfinite() & ~doubtful(solid_depth(seen), camera)).flatten()
        told &= _shown(places, grid, truth)
    return torch.where(told, away.mean(dim=1), torch.nan).view(seen.depth.shape)


def _shown(places: Tensor, grid: Tensor, truth: Truth) -> Tensor:
    """Which places (N, 3) the photograph shows and no other surface with them, (N,) bool."""
    if truth.depth is None:
        return torch.ones_like(places[:, 0], dtype=torch.bool)
    away = (places - truth.camera.centres[0]).norm(dim=1)
    near = _looked_up(1 / truth.depth[None], grid, "bilinear")[0]  # linear where depth is a plane
    unsure = doubtful(truth.depth, truth.camera)[None].float()
    beside = F.max_pool2d(unsure, 3, stride=1, padding=1)
    return (away * near < 1 + SLACK * near) & (_looked_up(beside, grid, "nearest")[0] == 0)


def _least_and_most(image: Tensor, grid: Tensor) -> tuple[Tensor, Tensor]:
    """Of the four pixels of an image (C, H, W) about each place, by channel: (N, C) each."""
    padded = F.pad(image[None], (1, 1, 1, 1), mode="replicate")
    edges = -F.max_pool2d(-padded, 2, stride=1), F.max_pool2d(padded, 2, stride=1)
    found = [
        F.grid_sample(edge, grid[None, None], mode="nearest", align_corners=True)[0, :, 0].T
        for edge in edges
    ]
    return found[0], found[1]


def _looked_up(image: Tensor, grid: Tensor, mode: str) -> Tensor:
    """(C, N) of an image (C, H, W) at places (N, 2) in −1..1."""
    found = F.grid_sample(
        image[None], grid[None, None], mode=mode, padding_mode="border", align_corners=False
    )
    return found[0, :, 0]
