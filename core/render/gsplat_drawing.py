"""Gaussians drawn by gsplat, on a GPU where it is installed: what `splatting` draws, much faster.

Ye et al., "gsplat", JMLR 2025, arXiv 2409.06765. Of version 1.0 and later one function is called,
`rasterization`. It is taken only where a trial shows that it draws what torch draws: another
version, or one that does not compile here, is no reason for a training to fail.
"""

from __future__ import annotations

import logging
from dataclasses import fields
from functools import cache
from importlib import import_module
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from core.randomness import generator
from core.render import splatting
from core.render.cameras import Cameras, look_at, pinhole
from core.render.splatting import NEAREST, Gaussians, colours_of
from core.render.volume import Seen

LARGEST = 0.05  # difference of colours, and relative one of gradients, that is no other drawing
TRIED, SIDE = 12, 40  # Gaussians of the trial, and pixels of its picture's height
log = logging.getLogger(__name__)


def draw(found: Gaussians, camera: Cameras, blur: float, background: Tensor) -> tuple[Seen, Tensor]:
    """What a camera without distortion sees, and the middles (1, N, 2) in pixels, whose gradient
    is how strongly each is pulled over the picture.

    `samples` is how many Gaussians reach into a pixel's tile. The distance is drawn as a fourth
    colour, for gsplat's own depth is not that along the rays.
    """
    pose, lens = camera.poses[0], camera.lenses[0]
    width, height = camera.size
    world = pose[:, :3].T * pose.new_tensor([[1.0], [-1.0], [-1.0]])  # y down, z ahead
    view = torch.eye(4, device=pose.device)
    view[:3, :3], view[:3, 3] = world, -world @ pose[:, 3]
    slopes = torch.eye(3, device=pose.device)
    slopes[0, 0], slopes[1, 1], slopes[:2, 2] = lens[0], lens[1], lens[2:4]
    offset = found.means - pose[:, 3]
    away = offset.norm(dim=1, keepdim=True)
    colours = torch.cat([colours_of(found, offset / away), away.detach()], dim=1)
    drawn, alpha, known = import_module("gsplat").rasterization(
        means=found.means,
        quats=F.normalize(found.turns, dim=1),
        scales=found.log_scales.exp(),
        opacities=found.opacities.sigmoid(),
        colors=colours,
        viewmats=view[None],
        Ks=slopes[None],
        width=width,
        height=height,
        near_plane=NEAREST,
        eps2d=float(blur**2 * lens[0] * lens[1]),
        packed=False,
        backgrounds=torch.cat([background, background.new_zeros(1)])[None],
    )
    opacity = alpha[0, ..., 0]
    depth = drawn[0, ..., 3].detach() / opacity.detach().clamp(min=1e-6)
    return Seen(drawn[0, ..., :3], depth, opacity, _reaching(known)), known["means2d"]


def _reaching(known: dict[str, Any]) -> Tensor:
    """How many Gaussians there are in the tile of each pixel, (H, W)."""
    first = known["isect_offsets"][0]
    ends = torch.cat([first.flatten()[1:], first.new_tensor([len(known["flatten_ids"])])])
    count = (ends.view_as(first) - first).float()
    side = known["tile_size"]
    every = count.repeat_interleave(side, dim=0).repeat_interleave(side, dim=1)
    return every[: known["height"], : known["width"]]


@cache
def usable(device: torch.device) -> bool:
    """Whether gsplat is there, on a GPU, and draws what torch draws; tried once."""
    if device.type != "cuda":
        return False
    try:
        return agrees(device)
    except ImportError:
        return False
    except Exception as error:  # whatever a library raises that compiles itself
        log.warning("gsplat is installed and cannot be used: %s", error)
        return False


@torch.enable_grad()
def agrees(device: torch.device) -> bool:
    """Whether gsplat shows a few Gaussians as torch does, and pulls at them alike."""
    camera, blur, white = _trial(device)
    rng = generator("gsplat")
    weight = torch.randn(SIDE, SIDE + 8, 3, generator=rng).to(device)
    seen, pulls = [], []
    for by_gsplat in (False, True):
        found = _some(device)
        if by_gsplat:
            made, middles = draw(found, camera, blur, white)
        else:
            projected = splatting.project(found, camera, blur)
            made, middles = splatting.rasterise(projected, camera.size, white), projected.pixels
        middles.retain_grad()
        (made.colour * weight).sum().backward()
        assert middles.grad is not None
        seen.append(made)
        pulls.append([middles.grad.view(-1, 2), *(getattr(found, part.name).grad
                                                  for part in fields(found))])  # fmt: skip
    one, other = seen
    same = [(getattr(one, name) - getattr(other, name)).abs().max() for name in
            ("colour", "opacity")]  # fmt: skip
    same.append((one.depth - other.depth)[one.opacity > 0.1].abs().max())
    same += [(a - b).norm() / a.norm().clamp(min=1e-9) for a, b in zip(*pulls, strict=True)]
    return bool(torch.stack(same).max() < LARGEST)


def _trial(device: torch.device) -> tuple[Cameras, float, Tensor]:
    eye, aim = torch.tensor([[3.0, -1.2, 0.8]]), torch.zeros(1, 3)
    camera = pinhole(look_at(eye, aim), (SIDE + 8, SIDE), 0.7)
    blur = 0.3**0.5 / float(camera.lenses[0, 0])
    moved = Cameras(camera.poses.to(device), camera.lenses.to(device), camera.size)
    return moved, blur, torch.ones(3, device=device)


def _some(device: torch.device) -> Gaussians:
    """Of all sizes, turns and opacities, one behind the other, so that both have one order."""
    rng = generator("gsplat")
    camera = look_at(torch.tensor([[3.0, -1.2, 0.8]]), torch.zeros(1, 3))[0]
    own = 0.25 * torch.randn(TRIED, 3, generator=rng)
    own[:, 2] = torch.linspace(-1, 1, TRIED)
    parts = (own @ camera[:, :3].T, 0.4 * torch.randn(TRIED, 3, generator=rng) - 2,
             torch.randn(TRIED, 4, generator=rng), torch.randn(TRIED, generator=rng),
             torch.randn(TRIED, 3, generator=rng), 0.3 * torch.randn(TRIED, 3, 3, generator=rng),
             )  # fmt: skip
    return Gaussians(*(part.to(device).requires_grad_() for part in parts))
