"""Neural radiance fields: a network that knows one scene, and its three ideas as switches.

Mildenhall et al., "NeRF: representing scenes as neural radiance fields for view synthesis", ECCV
2020, arXiv 2003.08934. Skipping empty space is that of Müller et al., SIGGRAPH 2022, arXiv
2201.05989.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from core.bases.scene import SceneConfig, SceneMethod, psnr
from core.config import option
from core.method import Batch, DataShape, Trials
from core.nets.precision import halved
from core.nets.radiance import RadianceMLP
from core.render.marching import HASTY_STEP, RaySamples, lattice, march
from core.render.occupancy import OccupancyGrid, occupied_at
from core.render.volume import Quadrature, Seen, box_span, by_weights, quadrature, stratified

CELLS, STRIDE = 48, 2 / 64  # a side of the occupancy grid; between two samples where it is used
CARVED, UPDATED = 4, 16  # first steps whose silhouettes carve; steps between two looks at the field
EMPTY_BELOW = 0.01  # share that a cell must stop of a ray's step to be asked again
LEAST_WEIGHT = 1e-3
WIDE = 128  # units from which half the precision is quicker; of 64 a step takes half as long again


@dataclass(frozen=True)
class NeRFConfig(SceneConfig):
    """Small by default, for a processor; the paper's own size is among what one may try."""

    steps: int = option(1200, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    rays: int = option(512, "Rays in a step.", low=16, high=1_000_000, log=True,
                       group="Training")  # fmt: skip
    learning_rate: float = option(0.01, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    warmup: float = option(0.02, "Share of the steps over which the learning rate rises.", low=0.0,
                           high=0.9, group="Training", advanced=True)  # fmt: skip
    backbone: str = option("mlp", "The network: fully connected layers.", choices=("mlp",),
                           group="Network", advanced=True)  # fmt: skip
    width: int = option(64, "Units of a layer; 256 in the paper.", low=4, high=512, log=True,
                        group="Network")  # fmt: skip
    depth: int = option(4, "Layers before the density; 8 in the paper.", low=1, high=16,
                        group="Network")  # fmt: skip
    positional_encoding: bool = option(True, "Give the network waves of each coordinate, not the "
                                       "coordinate alone.")  # fmt: skip
    frequencies: int = option(8, "Octaves of a place's waves; 10 in the paper.", low=1, high=16,
                              group="Network")  # fmt: skip
    view_direction: bool = option(True, "Let the colour depend on where one looks from.")
    sampling: str = option("occupied", "Where rays are sampled: in cells that may hold something, "
                           "coarse and then fine where light was stopped (the paper), or evenly.",
                           choices=("occupied", "hierarchical", "even"))  # fmt: skip
    coarse: int = option(64, "Samples of a ray in the first pass.", low=4, high=1024, log=True)
    fine: int = option(128, "Samples more in the second pass; taken evenly with the first ones "
                       "where there is no hierarchy.", low=4, high=1024, log=True)  # fmt: skip
    carve: bool = option(True, "Begin with what the silhouettes leave, white being background; "
                         "only where cells are used.")  # fmt: skip


class NeRF(SceneMethod):
    """One network; with hierarchical sampling a second, coarse one that tells where to look."""

    Config = NeRFConfig
    band = 1024
    trials: ClassVar[Trials] = {
        "No positional encoding": {"positional_encoding": False},
        "No view direction": {"view_direction": False},
        "Coarse and fine": {"sampling": "hierarchical", "rays": 256},
        "As in the paper": {"sampling": "hierarchical", "width": 256, "depth": 8, "rays": 1024,
                            "frequencies": 10, "learning_rate": 5e-4, "steps": 200_000},
    }  # fmt: skip

    config: NeRFConfig

    def __init__(self, config: NeRFConfig, data: DataShape) -> None:
        super().__init__(config, data)
        encoding = config.frequencies if config.positional_encoding else 0
        views = 4 if config.view_direction else None
        if views is not None and not config.positional_encoding:
            views = 0
        shape = config.width, config.depth, encoding, views
        self.field = RadianceMLP(*shape)
        self.first = RadianceMLP(*shape) if config.sampling == "hierarchical" else None
        self.occupancy = OccupancyGrid(CELLS if config.sampling == "occupied" else 1)

    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        """Adam, section 5.3."""
        rate = self.config.learning_rate
        return {"main": torch.optim.Adam(self.parameters(), lr=rate, betas=(0.9, 0.99), fused=True)}

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """Look at which cells are empty where it is time, then one step of Adam."""
        if self.config.sampling == "occupied":
            if self.config.carve and batch.step < CARVED:
                assert batch.cameras is not None
                empty = (batch.images > 0.999).all(dim=1)
                self.occupancy.carve(self.cameras(batch.cameras), empty)
            elif batch.step % UPDATED == 0:
                self.occupancy.update(lambda x: self.field.density(x)[0], batch.rng)
        return super().step(batch, optimizers)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Equation 6: the errors of both passes, where there are two."""
        if self.first is None:
            return super().loss(batch)
        origins, directions, truth = self.rays_of(batch, self.config.rays)
        seen, coarse = self._in_two_passes(origins, directions, batch.rng)
        error = (seen.colour - truth).square().mean()
        before = (coarse - truth).square().mean()
        return {
            "loss": error + before,
            "PSNR": psnr(error.detach()),
            "psnr coarse": psnr(before.detach()),
            "samples a ray": seen.samples.float().mean(),
        }

    # --- seeing -----------------------------------------------------------------------------------

    def _cells(self) -> Tensor:
        """What may hold something: dense enough, or denser than the average where all is thin."""
        return self.occupancy.worth_asking(EMPTY_BELOW / STRIDE)

    def _halved(self) -> torch.autocast:
        return halved(self.background.device, self.config.width >= WIDE)

    def see(self, origins: Tensor, directions: Tensor, rng: torch.Generator | None = None) -> Seen:
        """By the sampling that the config names."""
        if self.first is not None:
            return self._in_two_passes(origins, directions, rng)[0]
        with self._halved():
            if self.config.sampling == "even":
                t, lengths, _ = self._evenly(origins, directions, rng)
                return self._composed(self.field, origins, directions, t, lengths)[0]
            jitter = torch.full_like(origins[:, 0], 0.5)
            if rng is not None:
                jitter = torch.rand(len(origins), generator=rng, device=origins.device)
            step = STRIDE * (HASTY_STEP if self.hasty else 1.0)
            return march(self.field, origins, directions, self._cells(), step, jitter,
                         LEAST_WEIGHT, self.background, self.crop)  # fmt: skip

    def _evenly(
        self, origins: Tensor, directions: Tensor, rng: torch.Generator | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Distances (R, S), lengths (R, S) and edges (R, S + 1) of samples one in each part."""
        count = self.config.coarse
        count += self.config.fine if self.config.sampling == "even" else 0
        t, edges = stratified(*box_span(origins, directions, self.crop), count, rng)
        return t, edges.diff(dim=1), edges

    def _in_two_passes(
        self, origins: Tensor, directions: Tensor, rng: torch.Generator | None
    ) -> tuple[Seen, Tensor]:
        """Section 5.2: what is seen by all samples, and the colour by those of the first pass."""
        assert self.first is not None
        with self._halved():
            t, lengths, edges = self._evenly(origins, directions, rng)
            coarse, made = self._composed(self.first, origins, directions, t, lengths)
            more = by_weights(edges, made.weights.detach(), self.config.fine, rng)
            every = torch.cat([t, more], dim=1).sort(dim=1)[0]
            seen = self._composed(self.field, origins, directions, every,
                                  _lengths(every, edges))[0]  # fmt: skip
        return seen, coarse.colour

    def _composed(
        self, field: RadianceMLP, origins: Tensor, directions: Tensor, t: Tensor, lengths: Tensor
    ) -> tuple[Seen, Quadrature]:
        """What is seen by samples (R, S), each asked for its colour."""
        points = origins[:, None] + t[..., None] * directions[:, None]
        density, known = field.density(points.flatten(0, 1))
        along = directions[:, None].expand_as(points).flatten(0, 1)
        colours = field.colour(known, along).view(*t.shape, 3)
        made = quadrature(density.view_as(t), lengths)
        colour = (made.weights[..., None] * colours).sum(1) + made.left[:, None] * self.background
        opacity = 1 - made.left
        depth = (made.weights * t).sum(dim=1) / opacity.clamp(min=1e-6)
        return Seen(colour, depth, opacity, torch.full_like(depth, t.shape[1])), made

    def occupied(self) -> Tensor | None:
        """The cells that may hold something, where they are used."""
        return self._cells() if self.config.sampling == "occupied" else None

    def density_at(self, points: Tensor) -> Tensor:
        """Density (N,) of the last network at points (N, 3), 0 where a cell is empty."""
        with self._halved():
            found = self.field.density(points)[0]
        if self.config.sampling == "occupied":
            found = torch.where(occupied_at(self._cells(), points), found, 0.0)
        return found

    def colour_at(self, points: Tensor, directions: Tensor) -> Tensor:
        """Colours (N, 3) of points (N, 3) along directions (N, 3)."""
        with self._halved():
            return self.field.colour(self.field.density(points)[1], directions)

    def sample_ray(self, origin: Tensor, direction: Tensor) -> RaySamples:
        """The samples of the last pass; where a cell is empty the density is 0."""
        origins, directions = origin[None], (direction / direction.norm())[None]
        coarse = None
        with halved(origin.device):
            if self.config.sampling == "occupied":
                middle = torch.full_like(origin[:1], 0.5)
                t, within = lattice(origins, directions, STRIDE, middle, self.crop)
                t, lengths = t[within][None], torch.full_like(t[within], STRIDE)[None]
            else:
                t, lengths, edges = self._evenly(origins, directions, None)
            if self.first is not None:
                made = self._composed(self.first, origins, directions, t, lengths)[1]
                t = torch.cat([t, by_weights(edges, made.weights, self.config.fine, None)], 1)
                t, order = t.sort(dim=1)
                coarse = order[0] < self.config.coarse
                lengths = _lengths(t, edges)
            points = origin + t[0, :, None] * directions
            density, known = self.field.density(points)
            colour = self.field.colour(known, directions.expand_as(points))
        if self.config.sampling == "occupied":
            density = torch.where(occupied_at(self._cells(), points), density, 0.0)
        made = quadrature(density[None], lengths)
        return RaySamples(t[0], density, made.transmittance[0], made.weights[0], colour, coarse)


def _lengths(t: Tensor, edges: Tensor) -> Tensor:
    """How much of its ray each sample (R, S) stands for: to half-way to its neighbours."""
    middles = (t[:, 1:] + t[:, :-1]) / 2
    return torch.cat([edges[:, :1], middles, edges[:, -1:]], dim=1).diff(dim=1)
