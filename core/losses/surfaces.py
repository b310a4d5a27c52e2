"""How far a mesh of triangles is from points of a surface, and what keeps it a surface.

Wang et al., "Pixel2Mesh", ECCV 2018, arXiv 1804.01654, section 3.4; Gkioxari et al., "Mesh R-CNN",
ICCV 2019, arXiv 1906.02739, section 3.2: points are drawn evenly on the faces, so that large
triangles count by their area, and gradients reach the corners of each.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Nearest:
    """Of two sets of points, squared distances to the nearest of the other and which it is."""

    there: Tensor  # (B, N) from the first to the second
    back: Tensor  # (B, M)
    which: Tensor  # (B, N) rows of the second

    def chamfer(self) -> Tensor:
        """Mean of squared distances, there and back added."""
        return self.there.mean() + self.back.mean()

    def distance(self) -> Tensor:
        """Mean of distances that are not squared, of there and back: (B,)."""
        roots = self.there.clamp(min=1e-12).sqrt(), self.back.clamp(min=1e-12).sqrt()
        return (roots[0].mean(dim=1) + roots[1].mean(dim=1)) / 2

    def f_score(self, within: float) -> Tensor:
        """Harmonic mean of the shares of points that the other set comes so near to: (B,)."""
        precision = (self.there <= within**2).float().mean(dim=1)
        recall = (self.back <= within**2).float().mean(dim=1)
        return 2 * precision * recall / (precision + recall).clamp(min=1e-9)


def nearest(one: Tensor, other: Tensor) -> Nearest:
    """Of points (B, N, 3) and (B, M, 3); only the distances asked for carry a gradient."""
    with torch.no_grad():
        apart = torch.baddbmm(
            other.square().sum(dim=2)[:, None], one, other.transpose(1, 2), alpha=-2
        ) + one.square().sum(dim=2, keepdim=True)  # (B, N, M)
        which, whence = apart.min(dim=2).indices, apart.min(dim=1).indices  # quicker than argmin
    there = (one - _rows(other, which)).square().sum(dim=2)
    back = (other - _rows(one, whence)).square().sum(dim=2)
    return Nearest(there, back, which)


def drawn_on(
    vertices: Tensor, faces: Tensor, count: int, rng: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Points and normals (B, count, 3), evenly over the area of meshes (B, V, 3) of faces (F, 3).

    Of corners a, b, c with square-root weights: Osada et al. 2002, section 4.2.
    """
    a, b, c = (vertices[:, faces[:, corner]] for corner in range(3))  # (B, F, 3)
    across = torch.linalg.cross(b - a, c - a)
    areas = across.detach().norm(dim=2)
    chosen = torch.multinomial(areas + 1e-9, count, replacement=True, generator=rng)
    u, v = torch.rand(2, *chosen.shape, 1, generator=rng, device=areas.device)
    u = u.sqrt()
    a, b, c = (_rows(corner, chosen) for corner in (a, b, c))
    normals = torch.nn.functional.normalize(_rows(across, chosen), dim=2)
    return (1 - u) * a + u * (1 - v) * b + u * v * c, normals


def edge_length(vertices: Tensor, edges: Tensor) -> Tensor:
    """Mean of the squared lengths of edges (E, 2) of meshes (B, V, 3)."""
    ends = vertices[:, edges[:, 0]] - vertices[:, edges[:, 1]]
    return ends.square().sum(dim=2).mean()


def normal_difference(one: Tensor, other: Tensor) -> Tensor:
    """Mean of 1 − |cos| between normals (B, N, 3): a face may lie either way round."""
    return 1 - (one * other).sum(dim=2).abs().mean()


def _rows(points: Tensor, which: Tensor) -> Tensor:
    """(B, N, 3) of points (B, M, 3) at rows (B, N)."""
    return points.gather(1, which[:, :, None].expand(-1, -1, 3))
