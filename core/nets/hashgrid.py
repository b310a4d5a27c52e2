"""Places to features by tables of several resolutions, found by hashing. Here in torch.

Müller et al., "Instant neural graphics primitives with a multiresolution hash encoding", SIGGRAPH
2022, arXiv 2201.05989, section 3. `core.nets.hash_kernels` is faster.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

PRIMES = 1, 2_654_435_761, 805_459_861  # equation 4
CORNERS = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]


class HashGrid(nn.Module):
    """`levels` tables of at most 2^`log_size` rows of `features` numbers each."""

    sides: Tensor  # (L,) int64 cells along a side
    starts: Tensor  # (L + 1,) int64 the first row of each level

    def __init__(
        self, levels: int, features: int, log_size: int, coarsest: int, finest: int
    ) -> None:
        """Cells along a side grow by the same factor from `coarsest` to `finest`, equation 2."""
        super().__init__()
        growth = (finest / coarsest) ** (1 / max(1, levels - 1))
        sides = [round(coarsest * growth**level) for level in range(levels)]
        starts = [0]
        for side in sides:
            starts.append(starts[-1] + min((side + 1) ** 3, 1 << log_size))
        self.register_buffer("sides", torch.tensor(sides))
        self.register_buffer("starts", torch.tensor(starts))
        self.table = nn.Parameter(torch.empty(starts[-1], features))
        nn.init.uniform_(self.table, -1e-4, 1e-4)
        self.width = levels * features  # of what a place becomes

    def rows(self, corners: Tensor, level: int) -> Tensor:
        """Rows (...) of the table for whole corners (..., 3) of one level.

        Coarse levels have a row for each corner; in fine ones several share a row, equation 4.
        """
        side, start = int(self.sides[level]), int(self.starts[level])
        size = int(self.starts[level + 1]) - start
        x, y, z = corners.unbind(-1)
        if (side + 1) ** 3 <= size:
            return start + (x * (side + 1) + y) * (side + 1) + z
        hashed = (x * PRIMES[0]) ^ (y * PRIMES[1]) ^ (z * PRIMES[2])
        return start + hashed % size

    def forward(self, points: Tensor) -> Tensor:
        """(N, L F) of points (N, 3) in the box from −1 to 1, interpolated between corners."""
        if points.device.type == "cpu":
            from core.nets.hash_kernels import encode

            return encode(self.table, self.sides, self.starts, points)
        return self.slowly(points)

    def slowly(self, points: Tensor) -> Tensor:
        """The same, in torch."""
        offsets = torch.tensor(CORNERS, device=points.device)  # (8, 3)
        found = []
        for level, side in enumerate(self.sides.tolist()):
            place = ((points + 1) * (0.5 * side)).clamp(0, side)
            low = place.floor().clamp(max=side - 1)
            along = (place - low)[:, None]
            rows = self.rows(low.long()[:, None] + offsets, level)  # (N, 8)
            shares = torch.where(offsets > 0, along, 1 - along).prod(dim=2)
            found.append((self.table[rows] * shares[..., None]).sum(dim=1))
        return torch.cat(found, dim=1)
