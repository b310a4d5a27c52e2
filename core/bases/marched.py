"""What fields share that rays march through in the cells that may hold something."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.bases.scene import SceneConfig, SceneMethod
from core.config import option
from core.method import Batch, DataShape
from core.render.marching import (
    HASTY_STEP,
    Field,
    RaySamples,
    lattice,
    march,
)
from core.render.occupancy import OccupancyGrid, occupied_at
from core.render.volume import Seen, quadrature

CARVED, UPDATED = 4, 16  # first steps whose silhouettes carve; steps between two looks at the field
EMPTY_BELOW = 0.01  # share that a cell must stop of a ray's step to be asked again
LEAST_WEIGHT = 1e-3


@dataclass(frozen=True)
class MarchedConfig(SceneConfig):
    """How finely, and where, a field is asked."""

    cells: int = option(64, "Cells along each side of the grid that says what is empty.", low=1,
                        high=256, log=True, group="Network", advanced=True)  # fmt: skip
    samples: int = option(128, "Samples of a ray through the whole box.", low=8, high=2048,
                          log=True)  # fmt: skip
    carve: bool = option(True, "Begin with what the silhouettes leave, white being background.")


class MarchedScene(SceneMethod):
    """A subclass gives its `field`, and says by `density_of` how dense places are."""

    band = 4096
    Config = MarchedConfig
    config: MarchedConfig

    def __init__(self, config: MarchedConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.occupancy = OccupancyGrid(config.cells)

    @property
    def field(self) -> Field:
        """What is asked for density and colour."""
        raise NotImplementedError

    @property
    def stride(self) -> float:
        """Between two samples of a ray."""
        return 2 * 3**0.5 / self.config.samples

    def look_for_emptiness(self, batch: Batch) -> None:
        """Carve by silhouettes in the first steps; then, now and then, ask the field."""
        if self.config.carve and batch.step < CARVED:
            assert batch.cameras is not None
            empty = (batch.images > 0.999).all(dim=1)
            self.occupancy.carve(self.cameras(batch.cameras), empty)
        elif batch.step % UPDATED == 0:
            self.occupancy.update(lambda x: self.field.density(x)[0], batch.rng)

    def cells(self) -> Tensor:
        """What may hold something: dense enough, or denser than the average where all is thin."""
        return self.occupancy.worth_asking(EMPTY_BELOW / self.stride)

    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        """Adam, with a short memory of how large gradients are."""
        rate = self.config.learning_rate
        return {"main": torch.optim.Adam(self.parameters(), lr=rate, betas=(0.9, 0.99), eps=1e-15,
                                         fused=True)}  # fmt: skip

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """Look at which cells are empty where it is time, then one step of Adam."""
        self.look_for_emptiness(batch)
        return super().step(batch, optimizers)

    # --- seeing -----------------------------------------------------------------------------------

    def see(self, origins: Tensor, directions: Tensor, rng: torch.Generator | None = None) -> Seen:
        """By marching through the cells that may hold something."""
        jitter = torch.full_like(origins[:, 0], 0.5)
        if rng is not None:
            jitter = torch.rand(len(origins), generator=rng, device=origins.device)
        step = self.stride * (HASTY_STEP if self.hasty else 1.0)
        return march(self.field, origins, directions, self.cells(), step, jitter, LEAST_WEIGHT,
                     self.background, self.crop)  # fmt: skip

    def occupied(self) -> Tensor:
        """The cells that may hold something."""
        return self.cells()

    def sample_ray(self, origin: Tensor, direction: Tensor) -> RaySamples:
        """All places on the ray; where a cell is empty the density is 0."""
        origins, directions = origin[None], (direction / direction.norm())[None]
        middle = torch.full_like(origin[:1], 0.5)
        t, within = lattice(origins, directions, self.stride, middle, self.crop)
        t = t[within]
        points = origin + t[:, None] * directions
        density, known = self.field.density(points)
        density = torch.where(occupied_at(self.cells(), points), density, 0.0)
        colour = self.field.colour(known, directions.expand_as(points))
        made = quadrature(density[None], torch.full_like(t, self.stride)[None])
        return RaySamples(t, density, made.transmittance[0], made.weights[0], colour)

    # --- asked anywhere ---------------------------------------------------------------------------

    def density_at(self, points: Tensor) -> Tensor:
        """Density (N,) at points (N, 3), 0 where a cell is empty."""
        return torch.where(occupied_at(self.cells(), points), self.field.density(points)[0], 0.0)

    def colour_at(self, points: Tensor, directions: Tensor) -> Tensor:
        """Colours (N, 3) of points (N, 3) as seen along directions (N, 3)."""
        return self.field.colour(self.field.density(points)[1], directions)
