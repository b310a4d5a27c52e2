"""The compiled walk meets what a lattice of all places meets; cells are asked for once."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.render.cameras import orbit, pinhole
from core.render.marching import lattice, march, places_in
from core.render.occupancy import OccupancyGrid, occupied_at

STEP = 0.07


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("box", [None, torch.tensor([[-0.5, -1.0, 0.0], [0.4, 0.2, 1.0]])])
def test_the_walk_meets_what_the_lattice_meets(share: float, box: torch.Tensor | None) -> None:
    rng = torch.Generator().manual_seed(0)
    cells = torch.rand(9, 9, 9, generator=rng) < share
    cameras = pinhole(orbit(torch.tensor([0.4]), torch.tensor([0.5]), 3.5), (16, 16), 0.9)
    origins, directions = cameras.all_rays()
    jitter = torch.rand(len(origins), generator=rng)
    met = places_in(cells, origins, directions, STEP, jitter, box)
    t, within = lattice(origins, directions, STEP, jitter, box)
    points = origins[:, None] + t[..., None] * directions[:, None]
    ray, sample = (within & occupied_at(cells, points)).nonzero(as_tuple=True)
    assert torch.equal(met.ray, ray)
    torch.testing.assert_close(met.t, t[ray, sample], atol=1e-5, rtol=0)
    torch.testing.assert_close(met.points, points[ray, sample], atol=1e-5, rtol=0)
    seen: dict[int, int] = {}
    for one, number in zip(met.ray.tolist(), met.number.tolist(), strict=True):
        assert number == seen.get(one, 0)
        seen[one] = number + 1
    assert met.most == max(seen.values(), default=1)


def test_what_is_not_asked_behind_a_surface_would_not_have_been_seen() -> None:
    asked = []

    class Ball:
        def density(self, points: Tensor) -> tuple[Tensor, Tensor]:
            asked.append(len(points))
            return torch.where(points.norm(dim=1) < 0.6, 60.0, 0.1), points

        def colour(self, known: Tensor, directions: Tensor) -> Tensor:
            return 0.5 + 0.5 * known * directions

    cameras = pinhole(orbit(torch.tensor([0.4]), torch.tensor([0.5]), 3.5), (12, 12), 0.7)
    origins, directions = cameras.all_rays()
    jitter, cells = torch.full((len(origins),), 0.5), torch.ones(8, 8, 8, dtype=torch.bool)
    terms = Ball(), origins, directions, cells, 0.05, jitter, 1e-3, torch.ones(3)
    whole = march(*terms)
    with torch.no_grad():
        part = march(*terms)
    for name in ("colour", "depth", "opacity", "samples"):
        torch.testing.assert_close(getattr(part, name), getattr(whole, name))
    assert sum(asked[1:]) < 0.9 * asked[0]


def test_what_is_worth_asking_is_found_anew_when_more_is_known() -> None:
    grid = OccupancyGrid(4)
    assert grid.worth_asking(1.0) is grid.worth_asking(1.0)
    assert bool(grid.worth_asking(1.0).all())
    grid.density.fill_(0.0)
    grid.density[1, 2, 3] = 5.0
    assert int(grid.worth_asking(1.0).sum()) == 1
    grid.allowed[1, 2, 3] = False
    grid.density[0, 0, 0] = 1e-3
    assert bool(grid.worth_asking(1.0)[0, 0, 0])  # all is thin: denser than the average
