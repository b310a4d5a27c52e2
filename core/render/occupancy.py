"""Which cells of the scene box may hold anything, so that rays pass the others unasked.

Müller et al., "Instant neural graphics primitives", SIGGRAPH 2022, arXiv 2201.05989, appendix C;
the silhouettes' hull is that of Laurentini, "The visual hull concept", 1994.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.render.cameras import Cameras


class OccupancyGrid(nn.Module):
    """`side`³ cells over the box from −1 to 1; all are occupied at first."""

    density: Tensor
    allowed: Tensor

    def __init__(self, side: int) -> None:
        super().__init__()
        self.side = side
        self._asked: tuple[tuple[float, ...], Tensor] | None = None
        self.register_buffer("density", torch.full((side, side, side), torch.inf))
        self.register_buffer("allowed", torch.ones(side, side, side, dtype=torch.bool))

    def occupied(self, least: float) -> Tensor:
        """(side, side, side) bool, x first: the cells of at least that density, and allowed."""
        return (self.density >= least) & self.allowed

    def worth_asking(self, least: float) -> Tensor:
        """Those of at least that density, or denser than the average where all is thin.

        Found once for what is known: a picture is seen in many bands.
        """
        known, allowed = self.density, self.allowed
        version = least, id(known), known._version, id(allowed), allowed._version
        if self._asked is None or self._asked[0] != version:
            inside = known[allowed & known.isfinite()]
            enough = min(least, float(inside.mean())) if len(inside) else least
            self._asked = version, self.occupied(enough)
        return self._asked[1]

    def centres(self, rng: torch.Generator | None = None) -> Tensor:
        """A point in each cell, (side³, 3), z fastest: its middle, or anywhere."""
        along = torch.arange(self.side, device=self.density.device, dtype=torch.float32)
        cells = torch.stack(torch.meshgrid(along, along, along, indexing="ij"), dim=-1)
        within = torch.tensor(0.5, device=along.device)
        if rng is not None:
            within = torch.rand(cells.shape, generator=rng, device=along.device)
        return ((cells + within) * (2 / self.side) - 1).reshape(-1, 3)

    @torch.no_grad()
    def update(
        self, field: Callable[[Tensor], Tensor], rng: torch.Generator, decay: float = 0.95
    ) -> None:
        """Ask a field for the density (N,) at a point (N, 3) of every allowed cell.

        A cell keeps the larger of what it is told now and what it knew, which fades.
        """
        points = self.centres(rng)
        asked = self.allowed.flatten()
        now = torch.zeros(len(points), device=points.device)
        for chosen in asked.nonzero()[:, 0].split(1 << 16):
            now[chosen] = field(points[chosen]).float()
        now = now.view_as(self.density)
        known = torch.where(self.density.isinf(), 0.0, self.density)
        self.density.copy_(torch.maximum(known * decay, now))

    @torch.no_grad()
    def carve(self, cameras: Cameras, empty: Tensor) -> None:
        """Forbid the cells that a camera sees in front of nothing but background.

        `empty` (N, H, W) is True where a picture shows background. A cell goes where all of a
        neighbourhood as large as the cell is background, so none that is partly seen is lost.
        """
        width, height = cameras.size
        centres = self.centres()
        for one in range(len(cameras)):
            left = self.allowed.flatten().nonzero()[:, 0]
            if not len(left):
                return
            points = centres[left]
            pixels, ahead = cameras.project(one, points)
            across = float(cameras.lenses[one, 0]) * 1.8 / self.side / float(ahead.median())
            reach = max(1, round(across))
            shown = (~empty[one]).float()[None, None]
            near = F.max_pool2d(shown, 2 * reach + 1, stride=1, padding=reach)[0, 0] > 0
            x, y = pixels.floor().long().unbind(1)
            seen = (ahead > 0) & (x >= 0) & (y >= 0) & (x < width) & (y < height)
            gone = seen.clone()
            gone[seen] = ~near[y[seen], x[seen]]
            self.allowed.view(-1)[left[gone]] = False


def occupied_at(cells: Tensor, points: Tensor) -> Tensor:
    """Whether points (..., 3) lie in cells (G, G, G) that are True; none lies outside the box."""
    side = cells.shape[0]
    at = torch.floor((points + 1) * (0.5 * side))
    inside = ((at >= 0) & (at < side)).all(dim=-1)
    x, y, z = at.clamp(0, side - 1).long().unbind(-1)
    return cells.view(-1)[(x * side + y) * side + z] & inside
