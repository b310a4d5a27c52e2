"""The hash grid: features in tables of many resolutions, and a network small enough to be quick.

Müller et al., "Instant neural graphics primitives with a multiresolution hash encoding", SIGGRAPH
2022, arXiv 2201.05989.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from core.bases.marched import MarchedConfig, MarchedScene
from core.config import option
from core.method import DataShape, Trials
from core.nets.hashgrid import HashGrid
from core.nets.radiance import DENSITY_SCALE
from core.render.voxels import MOST, harmonics

KNOWN, VIEWS = 16, 9  # numbers from the first network to the second; harmonics of the direction


@dataclass(frozen=True)
class HashGridConfig(MarchedConfig):
    """The encoding's size, section 3, and the networks'."""

    steps: int = option(800, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    rays: int = option(1024, "Rays in a step.", low=16, high=1_000_000, log=True,
                       group="Training")  # fmt: skip
    learning_rate: float = option(0.01, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    backbone: str = option("hash", "What places become: features of a hash grid.",
                           choices=("hash",), group="Network", advanced=True)  # fmt: skip
    width: int = option(64, "Units of a layer of the networks.", low=4, high=512, log=True,
                        group="Network")  # fmt: skip
    levels: int = option(8, "Resolutions; 16 in the paper.", low=1, high=24,
                         group="Network")  # fmt: skip
    features: int = option(4, "Numbers of a row of a table; 2 in the paper.", low=1, high=8,
                           group="Network")  # fmt: skip
    table: int = option(15, "Rows of a table at the most, as a power of 2; 14 to 24 in the paper.",
                        low=4, high=24, group="Network")  # fmt: skip
    coarsest: int = option(12, "Cells along a side of the coarsest level.", low=2, high=512,
                           log=True, group="Network")  # fmt: skip
    finest: int = option(160, "Cells along a side of the finest level.", low=2, high=8192, log=True,
                         group="Network")  # fmt: skip


class HashField(nn.Module):
    """Section 5.4: an encoded place to density, and with the direction to a colour."""

    def __init__(self, config: HashGridConfig) -> None:
        super().__init__()
        self.grid = HashGrid(config.levels, config.features, config.table, config.coarsest,
                             config.finest)  # fmt: skip
        width = config.width
        self.first = nn.Sequential(nn.Linear(self.grid.width, width), nn.ReLU(),
                                   nn.Linear(width, KNOWN))  # fmt: skip
        self.second = nn.Sequential(nn.Linear(KNOWN + VIEWS, width), nn.ReLU(),
                                    nn.Linear(width, width), nn.ReLU(),
                                    nn.Linear(width, 3))  # fmt: skip

    def density(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """exp of the network's first number (N,), and all of them (N, 16)."""
        known = self.first(self.grid(points))
        return torch.exp(known[:, 0].clamp(max=MOST)) * (0.1 * DENSITY_SCALE), known

    def colour(self, known: Tensor, directions: Tensor) -> Tensor:
        """Colour (N, 3) in 0..1."""
        seen = torch.cat([known, harmonics(directions, VIEWS)], dim=1)
        return torch.sigmoid(self.second(seen))


class HashGridScene(MarchedScene):
    """One encoding, two networks of two and three layers."""

    Config = HashGridConfig
    trials: ClassVar[Trials] = {
        "A small table": {"table": 10},
        "One resolution": {"levels": 1, "features": 8, "coarsest": 64, "finest": 64},
        "As in the paper": {"levels": 16, "features": 2, "table": 19, "coarsest": 16,
                            "finest": 2048, "rays": 4096, "steps": 30_000},
    }  # fmt: skip

    config: HashGridConfig

    def __init__(self, config: HashGridConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.net = HashField(config)

    @property
    def field(self) -> HashField:
        return self.net
