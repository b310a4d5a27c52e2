"""TensoRF: a grid that is a sum of products of planes and lines, and so much smaller than it is.

Chen et al., "TensoRF: tensorial radiance fields", ECCV 2022, arXiv 2203.09517: the decomposition
into vectors and matrices (VM), equations 3 and 4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from core.bases.marched import MarchedConfig, MarchedScene
from core.config import option
from core.method import Batch, DataShape, Trials
from core.nets.radiance import DENSITY_SCALE
from core.nets.tensorial import VectorMatrix
from core.render.voxels import harmonics

FEATURES, VIEWS = 16, 9  # numbers that a colour is made from; harmonics of the direction
SHIFT = -4.0  # of densities before the softplus: all is thin at first
SLOWER = 20.0  # the networks learn so many times as slowly as the planes and lines


@dataclass(frozen=True)
class TensoRFConfig(MarchedConfig):
    """How many components, and how fine they become."""

    steps: int = option(600, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    rays: int = option(2048, "Rays in a step.", low=16, high=1_000_000, log=True,
                       group="Training")  # fmt: skip
    learning_rate: float = option(0.05, "Size of a step of planes and lines at its largest; the "
                                  "network learns at a twentieth of it.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    backbone: str = option("vm", "What is multiplied: planes with lines.", choices=("vm",),
                           group="Network", advanced=True)  # fmt: skip
    width: int = option(128, "Corners along each side at the finest.", low=4, high=640, log=True,
                        group="Network")  # fmt: skip
    coarse: int = option(3, "Planes begin so many times as coarse; 1 is fine from the start.",
                         low=1, high=8, group="Network")  # fmt: skip
    density_parts: int = option(8, "Products an axis that make the density.", low=1, high=96,
                                group="Network")  # fmt: skip
    colour_parts: int = option(16, "Products an axis that make the colour.", low=1, high=192,
                               group="Network")  # fmt: skip
    hidden: int = option(32, "Units of the network from features and direction to a colour.", low=4,
                         high=512, log=True, group="Network")  # fmt: skip
    sparsity: float = option(1e-4, "How strongly the density's planes and lines are drawn to zero, "
                             "section 4.", low=0.0, high=1.0, live=True)  # fmt: skip


class TensorialField(nn.Module):
    """Density as the sum of products; colour by a small network from other products."""

    def __init__(self, config: TensoRFConfig, side: int) -> None:
        super().__init__()
        self.dense = VectorMatrix(config.density_parts, side)
        self.coloured = VectorMatrix(config.colour_parts, side)
        self.basis = nn.Linear(3 * config.colour_parts, FEATURES, bias=False)
        self.shade = nn.Sequential(nn.Linear(FEATURES + VIEWS, config.hidden), nn.ReLU(),
                                   nn.Linear(config.hidden, 3))  # fmt: skip

    def density(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """The softplus of the sum of the products (N,), and the points."""
        found = self.dense(points).sum(dim=1) + SHIFT
        return nn.functional.softplus(found) * DENSITY_SCALE, points

    def colour(self, known: Tensor, directions: Tensor) -> Tensor:
        """Colour (N, 3) in 0..1."""
        features = self.basis(self.coloured(known))
        return torch.sigmoid(self.shade(torch.cat([features, harmonics(directions, VIEWS)], 1)))


class TensoRF(MarchedScene):
    """Planes and lines that become finer while they are learned."""

    Config = TensoRFConfig
    trials: ClassVar[Trials] = {
        "Fine from the start": {"coarse": 1},
        "A single product": {"density_parts": 1, "colour_parts": 1},
        "Nothing drawn to zero": {"sparsity": 0.0},
    }

    config: TensoRFConfig

    def __init__(self, config: TensoRFConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.net = TensorialField(config, max(3, config.width // config.coarse))

    @property
    def field(self) -> TensorialField:
        return self.net

    def growths(self) -> dict[int, int]:
        """Step -> side from there on; in between, sides grow by the same factor, section 4."""
        config = self.config
        if config.coarse == 1:
            return {}
        middle = round(config.width / math.sqrt(config.coarse))
        return {max(1, round(0.12 * config.steps)): middle,
                max(2, round(0.3 * config.steps)): config.width}  # fmt: skip

    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        """Adam; the network learns more slowly than the planes and lines."""
        rate, tensors = self.config.learning_rate, [self.net.dense, self.net.coloured]
        networks = [self.net.basis, self.net.shade]
        groups: list[dict[str, Any]] = [
            {"params": [p for m in part for p in m.parameters()], "lr": rate / slower,
             "slower": slower} for part, slower in ((tensors, 1.0), (networks, SLOWER))
        ]  # fmt: skip
        return {"main": torch.optim.Adam(groups, betas=(0.9, 0.99), fused=True)}

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """Grow where it is time, look for emptiness, then one step of Adam."""
        optimizer = optimizers["main"]
        side = self.growths().get(batch.step)
        if side is not None and side > self.net.dense.side:
            for part in (self.net.dense, self.net.coloured):
                part.grow(side)
                for parameter in part.parameters():
                    optimizer.state.pop(parameter, None)  # what it remembers is of other corners
        self.look_for_emptiness(batch)
        for group in optimizer.param_groups:
            group["lr"] = self.learning_rate(batch.step) / group["slower"]
        optimizer.zero_grad(set_to_none=True)
        scalars = self.loss(batch)
        scalars["loss"].backward()
        optimizer.step()
        return scalars

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """The error of the colours, and how large the density's parts are."""
        scalars = super().loss(batch)
        if self.config.sparsity:
            size = self.net.dense.size()
            scalars["loss"] = scalars["loss"] + self.config.sparsity * size
            scalars["size of parts"] = size.detach()
        return scalars
