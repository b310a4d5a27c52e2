"""k-means on features: k-means++ beginnings, Lloyd's iterations, no cluster left empty.

Arthur and Vassilvitskii, SODA 2007, for the beginnings; empty clusters as in DeepCluster (Caron et
al., ECCV 2018, arXiv 1807.05520, section 3.3).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

NUDGE = 1e-3  # how far a refilled centre is pushed off, in mean distances of a point to its centre


@dataclass(frozen=True)
class Clusters:
    """What k-means found."""

    centres: Tensor  # (K, D)
    assigned: Tensor  # (N,) int64, the nearest centre of each point
    sizes: Tensor  # (K,) int64
    inertia: float  # mean squared distance of a point to its centre
    refilled: int  # how often an empty cluster was given points of another


def squared_distances(points: Tensor, centres: Tensor) -> Tensor:
    """(N, D) and (K, D) to (N, K), never negative."""
    cross = points @ centres.T
    return (
        points.square().sum(dim=1, keepdim=True) - 2 * cross + centres.square().sum(dim=1)
    ).clamp_(min=0)


def nearest(points: Tensor, centres: Tensor) -> Tensor:
    """The nearest centre of each point, (N,) int64."""
    return squared_distances(points, centres).argmin(dim=1)


def spread_out(points: Tensor, count: int, rng: torch.Generator) -> Tensor:
    """`count` of the points (N, D) as first centres: each drawn by its squared distance to those
    already there (k-means++). Where fewer points differ, some are drawn twice."""
    first = torch.randint(len(points), (1,), generator=rng, device=rng.device)
    chosen = [first]
    far = squared_distances(points, points[first]).squeeze(1)  # to the nearest centre so far
    for _ in range(count - 1):
        weights = far if bool(far.sum() > 0) else torch.ones_like(far)
        chosen.append(torch.multinomial(weights, 1, generator=rng))
        far = torch.minimum(far, squared_distances(points, points[chosen[-1]]).squeeze(1))
    return points[torch.cat(chosen)].clone()


@torch.no_grad()
def kmeans(points: Tensor, count: int, rng: torch.Generator, iterations: int = 20) -> Clusters:
    """`count` clusters of points (N, D); raises ValueError where there are fewer points.

    Stops early when no point changes its cluster. A cluster left empty takes a share of another,
    drawn by its size, whose centre it copies with a small push.
    """
    if not 1 <= count <= len(points):
        raise ValueError(f"{len(points)} points cannot make {count} clusters; ask for fewer")
    centres = spread_out(points, count, rng)
    refilled, before = 0, None
    for _ in range(iterations):
        assigned = nearest(points, centres)
        if before is not None and torch.equal(assigned, before):
            break
        before = assigned
        centres, sizes = means(points, assigned, centres)
        refilled += int((sizes == 0).sum())
        centres = refill(points, centres, sizes, assigned, rng)
    apart = squared_distances(points, centres)
    assigned = apart.argmin(dim=1)
    sizes = torch.bincount(assigned, minlength=count)
    inertia = float(apart.gather(1, assigned.unsqueeze(1)).mean())
    return Clusters(centres, assigned, sizes, inertia, refilled)


def means(points: Tensor, assigned: Tensor, centres: Tensor) -> tuple[Tensor, Tensor]:
    """The mean of each cluster's points, (K, D), and their number, (K,); empty ones stay put."""
    sizes = torch.bincount(assigned, minlength=len(centres))
    sums = torch.zeros_like(centres).index_add_(0, assigned, points)
    found = sums / sizes.clamp(min=1).unsqueeze(1)
    return torch.where((sizes > 0).unsqueeze(1), found, centres), sizes


def refill(
    points: Tensor, centres: Tensor, sizes: Tensor, assigned: Tensor, rng: torch.Generator
) -> Tensor:
    """The centres with each empty cluster's beside that of a full one, drawn by its size."""
    empty = (sizes == 0).nonzero().flatten()
    if not len(empty):
        return centres
    donors = torch.multinomial(sizes.float(), len(empty), replacement=True, generator=rng)
    scale = (points - centres[assigned]).norm(dim=1).mean()
    push = torch.randn(len(empty), centres.shape[1], generator=rng, device=rng.device)
    pushed = centres.clone()
    pushed[empty] = centres[donors] + NUDGE * scale * push
    return pushed
