"""Rays through a field of density and colour, asked only where a cell is occupied.

The colour is asked for only where it counts, which is what makes direct voxel grids fast (Sun et
al., "Direct voxel grid optimization", CVPR 2022, arXiv 2111.11215).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from core.progress import Cancelled
from core.render.cameras import Cameras
from core.render.occupancy import occupied_at
from core.render.volume import Seen, box_span, quadrature
from core.render.walking import Met, met_by, walk

if TYPE_CHECKING:
    from core.render.splatting import Gaussians

LEAST_LEFT = 1e-3  # of the light: what lies behind is not asked for
WAVE = 4  # samples of a ray that are asked at once where no gradient is wanted
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
    gaussians: Gaussians | None = None  # (S,) that are the samples, where they are Gaussians


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
    every = places_in(cells, origins, directions, step, jitter, box)
    density, known, met = _asked(field, every, len(origins), step)
    at = met.ray, met.number
    made = quadrature(density, torch.full_like(density, step))
    reached = made.transmittance > LEAST_LEFT
    weights = torch.where(reached, made.weights, 0.0)
    left = 1 - weights.sum(dim=1)
    weight = weights[at]
    asked = (weight > least).nonzero()[:, 0]
    ray_of = met.ray[asked]
    colours = field.colour(known[asked], directions[ray_of])
    lit = weight[asked, None] * colours
    colour = (left[:, None] * background).index_add(0, ray_of, lit)
    none = torch.zeros_like(left)
    depth = none.index_add(0, met.ray, weight * met.t) / (1 - left).clamp(min=1e-6)
    samples = none.index_add(0, met.ray, reached[at].to(left.dtype))
    return Seen(colour, depth, 1 - left, samples)


def _asked(field: Field, met: Met, rays: int, step: float) -> tuple[Tensor, Tensor, Met]:
    """Densities (R, most), what colours need, and the places that were asked.

    All are where gradients are wanted. Else a few of each ray, then more of those rays whose light
    is not stopped by then: what lies behind would count nothing.
    """
    if torch.is_grad_enabled():
        found, known = field.density(met.points)
        density = found.new_zeros(rays, met.most).index_put((met.ray, met.number), found)
        return density, known, met
    density = met.t.new_zeros(rays, met.most)
    going_on = torch.ones(rays, dtype=torch.bool, device=density.device)
    chosen, known_of = [], []
    for first in range(0, met.most, WAVE):
        within = (met.number >= first) & (met.number < first + WAVE) & going_on[met.ray]
        asked = within.nonzero()[:, 0]
        if first and not len(asked):
            break
        found, known = field.density(met.points[asked])
        density[met.ray[asked], met.number[asked]] = found
        going_on = density.sum(dim=1) * step < -math.log(LEAST_LEFT)
        chosen.append(asked)
        known_of.append(known)
    kept = torch.cat(chosen)
    part = Met(met.ray[kept], met.number[kept], met.t[kept], met.points[kept], met.most)
    return density, torch.cat(known_of), part


def places_in(
    cells: Tensor,
    origins: Tensor,
    directions: Tensor,
    step: float,
    jitter: Tensor,
    box: Tensor | None = None,
) -> Met:
    """Where rays (R, 3) are asked a step apart: in cells (G, G, G) bool that are True.

    By a compiled loop on a CPU, elsewhere by the lattice of all places.
    """
    if origins.device.type == "cpu":
        near, far = box_span(origins, directions, box)
        return walk(origins, directions, near, far, jitter, cells, step)
    t, within = lattice(origins, directions, step, jitter, box)
    points = origins[:, None] + t[..., None] * directions[:, None]  # (R, S, 3)
    ray, sample = (within & occupied_at(cells, points)).nonzero(as_tuple=True)
    return met_by(ray, t[ray, sample], points[ray, sample], len(origins))


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
