"""The network of a neural radiance field: places and directions to density and colour.

Mildenhall et al., "NeRF", ECCV 2020, arXiv 2003.08934, section 3 and figure 7; the encoding is
equation 4.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# Densities are for lengths in a box 2 wide. A surface stops light within a hundredth of it, and a
# network learns to say 4 sooner than 400.
DENSITY_SCALE = 25.0


def positional_encoding(values: Tensor, frequencies: int) -> Tensor:
    """γ(p) = (sin 2⁰πp, cos 2⁰πp, ..., sin 2^(L−1)πp, cos 2^(L−1)πp) of each number: (N, 2 L D).

    Of values (N, D); all numbers' first sine stand first.
    """
    octaves = 2.0 ** torch.arange(frequencies, device=values.device, dtype=values.dtype)
    angles = math.pi * octaves[:, None] * values[:, None, :]  # (N, L, D)
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)


class RadianceMLP(nn.Module):
    """Density from a place alone; colour from what was found there and where one looks from.

    `frequencies` 0 gives the coordinates as they are; `view_frequencies` None hides the direction.
    """

    def __init__(
        self, width: int, depth: int, frequencies: int, view_frequencies: int | None
    ) -> None:
        super().__init__()
        self.frequencies, self.view_frequencies = frequencies, view_frequencies
        place = 3 + 6 * frequencies
        self.skip = depth // 2 if depth > 4 else 0  # the layer that sees the place once more
        sizes = [width + place * (n == self.skip) for n in range(depth)]
        sizes[0] = place
        self.layers = nn.ModuleList(nn.Linear(size, width) for size in sizes)
        self.to_density = nn.Linear(width, 1)
        side = 0 if view_frequencies is None else 3 + 6 * view_frequencies
        self.between = nn.Linear(width, width)
        self.coloured = nn.Linear(width + side, max(4, width // 2))
        self.to_colour = nn.Linear(max(4, width // 2), 3)
        # He et al., 2015: by smaller weights a place hardly reaches the colour, and the first
        # hundred steps are lost: 20.8 in place of 22.3 dB after 7 s.
        for layer in (*self.layers, self.between, self.coloured):
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)

    def density(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Density (N,) and what the colour is made from (N, width)."""
        place = torch.cat([points, positional_encoding(points, self.frequencies)], dim=1)
        found = place
        for number, layer in enumerate(self.layers):
            if number and number == self.skip:
                found = torch.cat([found, place], dim=1)
            found = layer(found).relu_()
        raw = self.to_density(found).float()[:, 0]
        return DENSITY_SCALE * F.softplus(raw - 1), found

    def colour(self, known: Tensor, directions: Tensor) -> Tensor:
        """Colour (N, 3) as seen along directions (N, 3) of length 1."""
        found = self.between(known)
        if self.view_frequencies is not None:
            encoded = positional_encoding(directions, self.view_frequencies)
            found = torch.cat([found, directions.to(found.dtype), encoded.to(found.dtype)], dim=1)
        return torch.sigmoid(self.to_colour(F.relu(self.coloured(found))).float())
