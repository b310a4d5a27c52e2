"""What a ray through a field sees: the quadrature of emission and absorption, and where to sample.

Max, "Optical models for direct volume rendering", 1995; in the form of Mildenhall et al., "NeRF",
ECCV 2020, arXiv 2003.08934, equations 3 (colour) and 5 (sampling by weights).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Quadrature:
    """Of samples along R rays, from near to far."""

    alpha: Tensor  # (R, S) share of the light that reaches a sample and is stopped there
    transmittance: Tensor  # (R, S) share of the light that reaches a sample
    weights: Tensor  # (R, S) their product
    left: Tensor  # (R,) share that passes all samples


def quadrature(density: Tensor, steps: Tensor) -> Quadrature:
    """Of densities (R, S) that hold over lengths (R, S) of their rays.

    α = 1 − exp(−σ δ), T_i = exp(−Σ_{j<i} σ_j δ_j): exact where density is constant in every step.
    """
    depth = density * steps
    through = torch.cumsum(depth, dim=1)
    transmittance = torch.exp(depth - through)
    alpha = -torch.expm1(-depth)
    left = torch.exp(-depth.sum(dim=1))
    return Quadrature(alpha, transmittance, alpha * transmittance, left)


@dataclass(frozen=True)
class Seen:
    """What rays see."""

    colour: Tensor  # (R, 3)
    depth: Tensor  # (R,) distance along the ray at which light is stopped, on average
    opacity: Tensor  # (R,) share of light that is stopped
    samples: Tensor  # (R,) at how many places the field was asked


def composite(
    found: Quadrature, colours: Tensor, distances: Tensor, background: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Colour (R, 3) over a background (3,), depth (R,) and opacity (R,).

    Of colours (R, S, 3) at distances (R, S). Where nothing stops the light the depth is 0.
    """
    colour = (found.weights[..., None] * colours).sum(dim=1) + found.left[:, None] * background
    opacity = 1 - found.left
    depth = (found.weights * distances).sum(dim=1) / opacity.clamp(min=1e-6)
    return colour, depth, opacity


def box_span(
    origins: Tensor, directions: Tensor, box: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Where rays (R, 3) enter and leave the box from −1 to 1, (R,) each, not behind the origin.

    Or another box (2, 3) of its least and greatest corner. A ray that misses it leaves where it
    enters.
    """
    low, high = (-1.0, 1.0) if box is None else box.to(origins).unbind()
    safe = torch.where(directions.abs() < 1e-9, 1e-9, directions)
    one, other = (low - origins) / safe, (high - origins) / safe
    enters = torch.minimum(one, other).amax(dim=1).clamp(min=0)
    leaves = torch.maximum(one, other).amin(dim=1)
    return enters, torch.maximum(enters, leaves)


def stratified(
    near: Tensor, far: Tensor, count: int, rng: torch.Generator | None
) -> tuple[Tensor, Tensor]:
    """One place in each of `count` equal parts of near..far (R,), NeRF equation 2.

    Distances (R, S) and the edges of the parts (R, S + 1); the middles without a generator.
    """
    share = torch.linspace(0, 1, count + 1, device=near.device, dtype=near.dtype)
    edges = near[:, None] + (far - near)[:, None] * share
    along = torch.full_like(edges[:, 1:], 0.5)
    if rng is not None:
        along = torch.rand(along.shape, generator=rng, device=near.device, dtype=near.dtype)
    return edges[:, :-1] + along * (edges[:, 1:] - edges[:, :-1]), edges


def by_weights(edges: Tensor, weights: Tensor, count: int, rng: torch.Generator | None) -> Tensor:
    """`count` distances (R, n), rising, as likely in each part of a ray as its weight says.

    By the inverse of the distribution function of weights (R, S) between edges (R, S + 1), uniform
    within a part. A ray whose weights are all 0 is sampled evenly. Without a generator at the
    middles of `count` equal shares.
    """
    weights = weights + 1e-8
    heights = torch.cumsum(weights / weights.sum(dim=1, keepdim=True), dim=1)
    heights = torch.cat([torch.zeros_like(heights[:, :1]), heights], dim=1)
    heights[:, -1] = 1.0
    share = (torch.arange(count, device=edges.device, dtype=edges.dtype) + 0.5) / count
    wanted = share.expand(len(edges), count).contiguous()
    if rng is not None:
        drawn = torch.rand(wanted.shape, generator=rng, device=edges.device, dtype=edges.dtype)
        wanted = wanted + (drawn - 0.5) / count  # one in each share, so they rise
    at = torch.searchsorted(heights, wanted, right=True).clamp(1, edges.shape[1] - 1)
    low, high = heights.gather(1, at - 1), heights.gather(1, at)
    start, end = edges.gather(1, at - 1), edges.gather(1, at)
    along = ((wanted - low) / (high - low).clamp(min=1e-12)).clamp(0, 1)
    return start + along * (end - start)
