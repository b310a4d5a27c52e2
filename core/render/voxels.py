"""A sparse grid of density and spherical harmonics, interpolated between its vertices.

Yu et al., "Plenoxels", CVPR 2022, arXiv 2112.05131. Only vertices near something are kept: a
row of a table each, found through an index. A row has all that a vertex knows, so that one line of
a processor's cache brings it. Here in torch; `core.render.kernels` is faster.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.optimisers import replace

EMPTY = -12.0  # logarithm of the density where no vertex is kept
MOST = 9.0  # largest logarithm of a density
BAND = 1 << 14  # vertices found at once where the grid grows
HARMONICS = {0: 1, 1: 4, 2: 9, 3: 16}  # degree -> coefficients a colour
C0, C1 = 0.28209479, 0.48860251
C2 = 1.09254843, 0.31539157, 0.54627422
C3 = 0.59004359, 2.89061144, 0.45704580, 0.37317633, 1.44530572
_CORNERS = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]


def harmonics(directions: Tensor, count: int) -> Tensor:
    """The first `count` real spherical harmonics, (N, 1, 4, 9 or 16), of directions (N, 3)."""
    x, y, z = directions.unbind(1)
    found = [torch.full_like(x, C0)]
    if count > 1:
        found += [-C1 * y, C1 * z, -C1 * x]
    if count > 4:
        a, b, c = C2
        found += [a * x * y, -a * y * z, b * (3 * z * z - 1), -a * x * z, c * (x * x - y * y)]
    if count > 9:
        a, b, c, d, e = C3
        found += [-a * y * (3 * x * x - y * y), b * x * y * z, -c * y * (5 * z * z - 1),
                  d * z * (5 * z * z - 3), -c * x * (5 * z * z - 1), e * z * (x * x - y * y),
                  -a * x * (x * x - 3 * y * y)]  # fmt: skip
    return torch.stack(found, dim=1)


def row_width(count: int) -> int:
    """Numbers in a row: the logarithm of a density, `count` harmonics a colour, and padding."""
    return 1 << (3 * count).bit_length()  # 4, 16 or 32


class VoxelGrid(nn.Module):
    """`side`³ vertices over the box from −1 to 1; rows of the table for those that are kept."""

    index: Tensor  # (side, side, side) int32, x first: the row of a vertex, −1 where none is kept
    cells: Tensor  # (side − 1,)³ bool: where something may be

    def __init__(self, side: int, count: int, density: float) -> None:
        """All vertices kept, of one density and grey; `count` harmonics a colour."""
        super().__init__()
        self.count = count
        every = torch.arange(side**3, dtype=torch.int32).view(side, side, side)
        self.register_buffer("index", every)
        self.register_buffer("cells", torch.ones((side - 1,) * 3, dtype=torch.bool))
        self.table = nn.Parameter(torch.zeros(side**3, row_width(count)))
        self.log_density.fill_(density).log_()

    @property
    def side(self) -> int:
        return self.index.shape[0]

    @property
    def log_density(self) -> Tensor:
        """A view (V,) of the table, without gradients."""
        return self.table.detach()[:, 0]

    @property
    def harmonics(self) -> Tensor:
        """A view (V, 3 count) of the table, without gradients."""
        return self.table.detach()[:, 1 : 1 + 3 * self.count]

    def _load_from_state_dict(self, state: dict[str, Any], prefix: str, *more: Any) -> None:
        """A grid of another size than this, or with other vertices, is taken as it is."""
        for name in ("index", "cells", "table"):
            found, own = state.get(prefix + name), getattr(self, name)
            if isinstance(found, Tensor) and found.shape != own.shape:
                replace(own, torch.empty_like(found, dtype=own.dtype, device=own.device))
        super()._load_from_state_dict(state, prefix, *more)

    # --- as a field -------------------------------------------------------------------------------

    def dense(self) -> Tensor:
        """Logarithms of the density at all vertices, (side, side, side)."""
        kept = (self.index.flatten() >= 0).nonzero()[:, 0]  # rows stand in the order of places
        empty = self.table.new_full((self.side**3,), EMPTY)
        return empty.scatter(0, kept, self.table[:, 0]).view_as(self.index)

    def density(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """exp of the interpolated logarithm, and the points."""
        grid = points.flip(1).view(1, 1, 1, -1, 3)  # grid_sample has x fastest
        found = F.grid_sample(self.dense()[None, None], grid, align_corners=True,
                              padding_mode="border")  # fmt: skip
        return torch.exp(found.view(-1).clamp(max=MOST)), points

    def colour(self, known: Tensor, directions: Tensor) -> Tensor:
        """The logistic function of the interpolated harmonics."""
        found = self.between(known)[:, 1 : 1 + 3 * self.count]
        basis = harmonics(directions, self.count)
        return torch.sigmoid((found.reshape(-1, 3, self.count) * basis[:, None]).sum(dim=2))

    def between(self, points: Tensor) -> Tensor:
        """Rows (N, W) interpolated at points (N, 3); of vertices that are not kept all is 0."""
        rows, shares = self.corners(points)
        return F.embedding_bag(rows.clamp(min=0), self.table, mode="sum",
                               per_sample_weights=shares * (rows >= 0))  # fmt: skip

    def corners(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Rows (N, 8) of the vertices about points (N, 3), and their shares."""
        place = ((points + 1) * (0.5 * (self.side - 1))).clamp(0, self.side - 1)
        low = place.floor().clamp(max=self.side - 2)
        along, first = place - low, low.long()
        offsets = torch.tensor(_CORNERS, device=points.device)  # (8, 3)
        at = first[:, None] + offsets
        rows = self.index[at[..., 0], at[..., 1], at[..., 2]].long()
        shares = torch.where(offsets > 0, along[:, None], 1 - along[:, None]).prod(dim=2)
        return rows, shares

    def roughness(self) -> tuple[Tensor, Tensor]:
        """Half the sum of squared differences between neighbours: of densities, of harmonics."""
        known = self.table[:, : 1 + 3 * self.count]
        density, colour = known.new_zeros(2).unbind()
        inner = self.index[:-1, :-1, :-1].flatten().long()
        for x, y, z in ((1, 0, 0), (0, 1, 0), (0, 0, 1)):
            last = self.side - 1
            there = self.index[x : last + x, y : last + y, z : last + z].flatten().long()
            both = (inner >= 0) & (there >= 0)
            one, other = inner[both], there[both]
            apart = (known[other] - known[one]).square()
            density = density + 0.5 * apart[:, 0].sum()
            colour = colour + 0.5 * apart[:, 1:].sum()
        return density, colour

    # --- growing ----------------------------------------------------------------------------------

    @torch.no_grad()
    def notice(self, least: float) -> None:
        """Take the cells for occupied that have a vertex of at least this density."""
        peak = self.dense()
        for axis in range(3):  # as max_pool3d does, in a twentieth of its time
            peak = torch.maximum(peak.narrow(axis, 0, self.side - 1),
                                 peak.narrow(axis, 1, self.side - 1))  # fmt: skip
        self.cells.copy_(peak >= torch.tensor(least).log().to(peak.device))

    @torch.no_grad()
    def grow(self, side: int, least: float) -> None:
        """A finer grid that shows the same, of vertices about cells of at least this density."""
        self.notice(least)
        dense = F.interpolate(self.dense()[None, None], size=(side,) * 3, mode="trilinear",
                              align_corners=True)[0, 0]  # fmt: skip
        near = F.max_pool3d(self.cells[None, None].float(), 3, stride=1, padding=1)
        middles = F.interpolate(near, size=(side - 1,) * 3, mode="nearest")  # of the new cells
        kept = F.max_pool3d(F.pad(middles, (1,) * 6), 2, stride=1)[0, 0] > 0
        places = kept.nonzero()
        parts = places.split(BAND)  # all at once took ten times what the table takes
        table = torch.cat([self.between(part.float() * (2 / (side - 1)) - 1) for part in parts])
        table[:, 0] = dense[kept]
        index = torch.full_like(kept, -1, dtype=torch.int32)
        index[kept] = torch.arange(len(places), dtype=torch.int32, device=index.device)
        self.index = index
        self.cells = F.max_pool3d(kept[None, None].float(), 2, stride=1)[0, 0] > 0
        replace(self.table, table)
