"""A ray through Gaussians: which of them it meets, and what each adds to its pixel."""

from __future__ import annotations

import torch
from torch import Tensor

from core.render.cameras import Cameras, look_at
from core.render.marching import RaySamples
from core.render.splatting import LEAST_ALPHA, LEAST_LEFT, MOST_ALPHA, Gaussians, project


@torch.no_grad()
def along_ray(
    found: Gaussians, origin: Tensor, direction: Tensor, focal: float, blur: float
) -> RaySamples:
    """The Gaussians that a ray (3,) meets, as a camera of a focal length in pixels sees them that
    looks along it.

    A projection depends a little on where its camera points, so a pixel far from a picture's
    middle may differ in the third digit. `density` is α, what a Gaussian stops of what reaches
    it: Gaussians have no length.
    """
    pose = look_at(origin[None], (origin + direction)[None])
    lens = origin.new_tensor([[focal, focal, 0.5, 0.5, 0, 0, 0, 0]])
    seen = project(found, Cameras(pose, lens, (1, 1)), blur)
    away = 0.5 - seen.pixels
    a, b, c = seen.conics.unbind(1)
    power = 0.5 * (a * away[:, 0] ** 2 + c * away[:, 1] ** 2) + b * away[:, 0] * away[:, 1]
    alpha = (seen.opacities * torch.exp(-power)).clamp(max=MOST_ALPHA)
    met = ((alpha >= LEAST_ALPHA) & seen.distances.isfinite()).nonzero()[:, 0]
    met = met[seen.distances[met].argsort(stable=True)]
    alpha = alpha[met]
    passed = torch.cumprod(1 - alpha, dim=0)
    reaching = torch.cat([torch.ones_like(alpha[:1]), passed[:-1]])[: len(met)]
    weight = torch.where(reaching > LEAST_LEFT, reaching * alpha, 0.0)
    return RaySamples(seen.distances[met], alpha, reaching, weight, seen.colours[met],
                      gaussians=found[met])  # fmt: skip
