"""The voxel radiance grid: density and spherical harmonics at the corners of cells, nothing else.

Yu et al., "Plenoxels: radiance fields without neural networks", CVPR 2022, arXiv 2112.05131; from
coarse to fine, and colour only where it counts, as in Sun et al., "Direct voxel grid optimization",
CVPR 2022, arXiv 2111.11215. Densities are exp of what is interpolated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from core.bases.scene import SceneConfig, SceneMethod
from core.config import option
from core.method import Batch, DataShape, Trials
from core.render.marching import (
    HASTY_LEFT,
    HASTY_STEP,
    LEAST_LEFT,
    RaySamples,
    lattice,
    march,
)
from core.render.occupancy import occupied_at
from core.render.volume import Seen, quadrature
from core.render.voxels import HARMONICS, VoxelGrid

if TYPE_CHECKING:
    from core.render.kernels import Space

FIRST_DENSITY = 0.5  # of every vertex: light from behind the box is dimmed to a third
EMPTY_BELOW = 0.05  # share that a cell must stop of a ray to be kept
LEAST_WEIGHT = 1e-3  # of a sample whose colour is asked for
NOTICED_EVERY = 16  # steps between two looks at which cells are empty
RAYS_AT_ONCE = 1 << 16  # where loops are compiled: they need no memory for what they meet
ROUGHLY = 1.5  # times the stride while nothing is known to be empty
SMOOTHED_EVERY = 4  # steps; the draw is as much the stronger
OF_DENSITY, OF_COLOUR = 1e-6, 1e-5  # weights of roughness, times side² of the grid


@dataclass(frozen=True)
class VoxelsConfig(SceneConfig):
    """How fine the grid becomes, and when."""

    steps: int = option(500, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    learning_rate: float = option(0.15, "Size of a step at its largest.",
                                  low=1e-5, high=10.0, log=True, live=True,
                                  group="Training")  # fmt: skip
    backbone: str = option("compiled", "What walks along the rays: compiled loops, or plain torch, "
                           "which a GPU needs.", choices=("compiled", "torch"),
                           group="Network")  # fmt: skip
    width: int = option(96, "Corners along each side of the finest grid.", low=4, high=512,
                        log=True, group="Network")  # fmt: skip
    coarse: int = option(3, "The first grid is so many times as coarse; 1 is fine from the start.",
                         low=1, high=8, group="Network")  # fmt: skip
    first_growth: float = option(0.12, "Share of the training after which the grid grows to half "
                                 "of its last size, at twice that to the whole.", low=0.0,
                                 high=0.5)  # fmt: skip
    view_dependent: bool = option(True, "Colours depend on where one looks from.",
                                  group="Network")  # fmt: skip
    smoothness: float = option(0.02, "How strongly neighbours are drawn to one another.", low=0.0,
                               high=1000.0, live=True)  # fmt: skip
    stride: float = option(1.0, "Between two samples of a ray, in cells.", low=0.1, high=4.0,
                           log=True)  # fmt: skip


class Voxels(SceneMethod):
    """A grid that grows where something is."""

    Config = VoxelsConfig
    trials: ClassVar[Trials] = {
        "Colours without a view": {"view_dependent": False},
        "Fine from the start": {"coarse": 1},
        "A coarse grid": {"width": 32, "coarse": 1},
    }

    config: VoxelsConfig

    def __init__(self, config: VoxelsConfig, data: DataShape) -> None:
        super().__init__(config, data)
        side = max(3, config.width // config.coarse)
        if config.backbone == "compiled":
            self.band = RAYS_AT_ONCE
        self.grid = VoxelGrid(side, HARMONICS[int(config.view_dependent)], FIRST_DENSITY)
        self._space: tuple[tuple[int, int], Tensor, Space] | None = None

    # --- the grid over the training ---------------------------------------------------------------

    def growths(self) -> dict[int, int]:
        """Step -> side of the grid from there on."""
        config = self.config
        if config.coarse == 1:
            return {}
        first = max(1, round(config.first_growth * config.steps))
        middle = round(config.width * (1 + 1 / config.coarse) / 2)
        return {first: middle, 2 * first + 1: config.width}

    @property
    def ray_count(self) -> int:
        """Half as many while the grid is coarse and nothing is known to be empty."""
        return max(1, self.config.rays // (2 if self._coarse else 1))

    @property
    def _coarse(self) -> bool:
        return self.grid.side < self.config.width / 2

    @property
    def stride(self) -> float:
        """Between two samples of a ray."""
        return self.config.stride * (ROUGHLY if self._coarse else 1) * 2 / (self.grid.side - 1)

    @property
    def least_density(self) -> float:
        """Of a cell that stops `EMPTY_BELOW` of a ray."""
        return EMPTY_BELOW * (self.grid.side - 1) / 2

    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        """Adam, with a short memory of how large gradients are."""
        rate = self.config.learning_rate
        return {"main": torch.optim.Adam(self.parameters(), lr=rate, betas=(0.9, 0.99), fused=True)}

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """Grow or notice what is empty where it is time; then one step of Adam."""
        optimizer = optimizers["main"]
        side = max((s for at, s in self.growths().items() if at <= batch.step), default=0)
        if side > self.grid.side:
            self.grid.grow(side, self.least_density)
            self.grid.notice(self.least_density)
            optimizer.state.clear()  # what it remembers is of other vertices
        elif batch.step % NOTICED_EVERY == 0 and batch.step >= min(self.growths(), default=64):
            self.grid.notice(self.least_density)
        for group in optimizer.param_groups:
            group["lr"] = self.learning_rate(batch.step)
        optimizer.zero_grad(set_to_none=True)
        scalars = self.loss(batch)
        scalars["loss"].backward()
        if batch.step % SMOOTHED_EVERY == 0 and self.config.smoothness:
            self._smooth()
        optimizer.step()
        return scalars

    def _smooth(self) -> None:
        """Add the gradient of roughness, known without a graph where loops are compiled."""
        weight = self.config.smoothness * SMOOTHED_EVERY / self.grid.side**2
        weights = weight * OF_DENSITY, weight * OF_COLOUR
        if self._compiled:
            from core.render.kernels import smooth

            smooth(self.grid, *weights)
            return
        density, colour = self.grid.roughness()
        (weights[0] * density + weights[1] * colour).backward()

    @property
    def _compiled(self) -> bool:
        return self.config.backbone == "compiled" and self.background.device.type == "cpu"

    # --- seeing -----------------------------------------------------------------------------------

    def see(self, origins: Tensor, directions: Tensor, rng: torch.Generator | None = None) -> Seen:
        """By the compiled march, or by that of torch."""
        jitter = torch.full_like(origins[:, 0], 0.5)
        if rng is not None:
            jitter = torch.rand(len(origins), generator=rng, device=origins.device)
        step, enough = self.stride, LEAST_LEFT
        if self.hasty:
            step, enough = HASTY_STEP * step, HASTY_LEFT
        if self._compiled:
            from core.render.kernels import shine

            return shine(self.grid, self._where(), origins, directions, step, jitter,
                         LEAST_WEIGHT, self.background, self.crop, enough)  # fmt: skip
        return march(self.grid, origins, directions, self.grid.cells, step, jitter,
                     LEAST_WEIGHT, self.background, self.crop)  # fmt: skip

    def _where(self) -> Space:
        """What is known of the occupied cells, found anew when they change."""
        from core.render.kernels import Space

        cells = self.grid.cells
        version = id(cells), cells._version
        if self._space is None or self._space[0] != version:
            # Whoever looks at a training loads weights time and again, mostly with the same cells.
            known = self._space
            if known is not None and torch.equal(known[1], cells):
                self._space = version, *known[1:]
            else:
                self._space = version, cells.clone(), Space.of(cells.numpy())
        return self._space[2]

    def occupied(self) -> Tensor:
        """The cells that hold something."""
        return self.grid.cells

    def density_at(self, points: Tensor) -> Tensor:
        """Density (N,) at points (N, 3), 0 where a cell is empty."""
        found = self.grid.density(points)[0]
        return torch.where(occupied_at(self.grid.cells, points), found, 0.0)

    def colour_at(self, points: Tensor, directions: Tensor) -> Tensor:
        """Colours (N, 3) of points (N, 3) along directions (N, 3)."""
        return self.grid.colour(points, directions)

    def sample_ray(self, origin: Tensor, direction: Tensor) -> RaySamples:
        """All places on the ray; where a cell is empty the density is 0."""
        origins, directions = origin[None], (direction / direction.norm())[None]
        middle = torch.full_like(origin[:1], 0.5)
        t, within = lattice(origins, directions, self.stride, middle, self.crop)
        t = t[within]
        points = origin + t[:, None] * directions
        density, known = self.grid.density(points)
        density = torch.where(occupied_at(self.grid.cells, points), density, 0.0)
        colour = self.grid.colour(known, directions.expand_as(points))
        made = quadrature(density[None], torch.full_like(t, self.stride)[None])
        return RaySamples(t, density, made.transmittance[0], made.weights[0], colour)
