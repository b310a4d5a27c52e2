"""Rays through a field of density and colour, asked only where a cell is occupied.

The colour is asked for only where it counts, which is what makes direct voxel grids fast (Sun et
al., "Direct voxel grid optimization", CVPR 2022, arXiv 2111.11215).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from core.progress import Cancelled
from core.render.cameras import Cameras
from core.render.occupancy import occupied_at
from core.render.volume import Seen, box_span, quadrature

LEAST_LEFT = 1e-3  # of the light: what lies behind is not asked for
HASTY_STEP = 2.0  # times as far apart samples lie while a hand moves the view
HASTY_LEFT = 0.05  # of the light: what lies behind is not asked for meanwhile
BAND = 4096  # rays between two looks whether a picture is still wanted


class Field(Protocol):
    """What every representation of a scene answers in the box from −1 to 1."""

    def density(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Density (N,) per unit of length at points (N, 3), and what `colour` needs of them."""
        ...

    def colour(self, known: Tensor, directions: Tensor) -> Tensor:
        """Colour (N, 3) in 0..1 as seen along directions (N, 3)."""
        ...


@dataclass(frozen=True)
class RaySamples:
    """What a ray meets, sample by sample from near to far: all that makes its pixel."""

    t: Tensor  # (S,) distance along the ray
    density: Tensor  # (S,)
    transmittance: Tensor  # (S,) light that reaches the sample
    weight: Tensor  # (S,) light that is stopped there
    colour: Tensor  # (S, 3)
    coarse: Tensor | None = None  # (S,) bool: drawn by a first pass, before it was known where to


def lattice(
    origins: Tensor,
    directions: Tensor,
    step: float,
    jitter: Tensor,
    box: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Distances (R, S) a step apart from where rays enter the box, and which lie within (R, S).

    `jitter` (R,) in 0..1 is where in its step each ray is sampled; `box` as for `box_span`.
    """
    near, far = box_span(origins, directions, box)
    count = max(1, int(torch.ceil(((far - near) / step).max()).item()))
    along = torch.arange(count, device=near.device, dtype=near.dtype)
    t = near[:, None] + (along + jitter[:, None]) * step
    return t, t < far[:, None]


def march(
    field: Field,
    origins: Tensor,
    directions: Tensor,
    cells: Tensor,
    step: float,
    jitter: Tensor,
    least: float,
    background: Tensor,
    box: Tensor | None = None,
) -> Seen:
    """What rays (R, 3) see of a field that is asked in `cells` (G, G, G) bool, a step apart.

    Samples whose weight is below `least` are taken for black: nobody asks for their colour.
    Nothing is seen outside a `box` (2, 3).
    """
    t, within = lattice(origins, directions, step, jitter, box)
    points = origins[:, None] + t[..., None] * directions[:, None]  # (R, S, 3)
    ray, sample = (within & occupied_at(cells, points)).nonzero(as_tuple=True)
    found, known = field.density(points[ray, sample])
    density = torch.zeros_like(t).index_put((ray, sample), found)
    made = quadrature(density, torch.full_like(density, step))
    reached = made.transmittance > LEAST_LEFT
    weights = torch.where(reached, made.weights, 0.0)
    left = 1 - weights.sum(dim=1)
    asked = (weights[ray, sample] > least).nonzero()[:, 0]
    ray_of = ray[asked]
    colours = field.colour(known[asked], directions[ray_of])
    lit = weights[ray_of, sample[asked], None] * colours
    colour = (left[:, None] * background).index_add(0, ray_of, lit)
    depth = (weights * t).sum(dim=1) / (1 - left).clamp(min=1e-6)
    met = torch.zeros_like(left).index_add(0, ray, reached[ray, sample].to(left.dtype))
    return Seen(colour, depth, 1 - left, met)


def in_bands(
    see: Callable[[Tensor, Tensor], Seen],
    camera: Cameras,
    cancelled: Callable[[], bool] | None = None,
    band: int = BAND,
) -> Seen:
    """The whole picture of one camera, band by band: (H, W, 3), and (H, W) each.

    Raises Cancelled between two bands.
    """
    parts = []
    for rays in zip(*(part.split(band) for part in camera.all_rays()), strict=True):
        if cancelled is not None and cancelled():
            raise Cancelled("the picture is no longer wanted")
        parts.append(see(*rays))
    width, height = camera.size

    def whole(name: str) -> Tensor:
        found = torch.cat([getattr(part, name) for part in parts])
        return found.view(height, width, *found.shape[1:])

    return Seen(whole("colour"), whole("depth"), whole("opacity"), whole("samples"))
