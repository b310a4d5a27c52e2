"""The quadrature against closed forms, sampling against its weights, and the occupancy grid."""

from __future__ import annotations

import math

import pytest
import torch

from core.render.cameras import orbit, pinhole
from core.render.occupancy import OccupancyGrid, occupied_at
from core.render.volume import box_span, by_weights, composite, quadrature, stratified

WHITE = torch.ones(3).double()


def test_constant_density_lets_exp_of_its_depth_pass() -> None:
    for sigma, length, parts in ((0.7, 2.0, 1), (0.7, 2.0, 40), (30.0, 0.5, 7)):
        steps = torch.full((1, parts), length / parts).double()
        found = quadrature(torch.full_like(steps, sigma), steps)
        assert float(found.left) == pytest.approx(math.exp(-sigma * length))
        colours = torch.tensor([0.2, 0.5, 0.9]).double().expand(1, parts, 3)
        colour, _, opacity = composite(found, colours, steps.cumsum(1), WHITE)
        stopped = 1 - math.exp(-sigma * length)
        assert float(opacity) == pytest.approx(stopped)
        expected = stopped * colours[0, 0] + (1 - stopped)
        torch.testing.assert_close(colour[0], expected)


def test_the_depth_of_constant_density_is_that_of_the_closed_form() -> None:
    sigma, length, parts = 1.5, 2.0, 4000
    steps = torch.full((1, parts), length / parts).double()
    distances = steps.cumsum(1) - steps / 2
    found = quadrature(torch.full_like(steps, sigma), steps)
    _, depth, _ = composite(found, torch.zeros(1, parts, 3).double(), distances, WHITE)
    left = math.exp(-sigma * length)
    # The integral of t σ exp(−σ t) over 0..L, by what is stopped.
    mean = ((1 - left) / sigma - length * left) / (1 - left)
    assert float(depth) == pytest.approx(mean, rel=1e-5)


def test_a_slab_stops_light_only_where_it_is() -> None:
    """Empty, then σ = 4 over 0.25, then empty: 1 − exp(−1) of red over a white background."""
    steps = torch.full((1, 8), 0.25).double()
    density = torch.zeros(1, 8).double()
    density[0, 3] = 4.0
    distances = steps.cumsum(1) - 0.125
    red = torch.tensor([1.0, 0, 0]).double().expand(1, 8, 3)
    found = quadrature(density, steps)
    colour, depth, opacity = composite(found, red, distances, WHITE)
    passed = math.exp(-1)
    assert colour[0].tolist() == pytest.approx([1, passed, passed])
    assert float(depth) == pytest.approx(0.875)
    assert float(opacity) == pytest.approx(1 - passed)
    assert found.transmittance[0].tolist() == pytest.approx([1, 1, 1, 1, *[passed] * 4])


def test_weights_and_what_is_left_are_everything() -> None:
    rng = torch.Generator().manual_seed(0)
    density, steps = (torch.rand(5, 30, generator=rng).double() for _ in "ab")
    found = quadrature(density * 5, steps)
    torch.testing.assert_close(found.weights.sum(1) + found.left, torch.ones(5).double())


def test_the_quadrature_has_the_gradients_of_its_formula() -> None:
    rng = torch.Generator().manual_seed(1)
    density = (torch.rand(2, 6, generator=rng).double() * 3).requires_grad_()
    steps = torch.rand(2, 6, generator=rng).double()
    assert torch.autograd.gradcheck(lambda d: quadrature(d, steps).weights, density)


def test_sampling_by_weights_follows_them() -> None:
    """Shares of 20,000 draws within five standard errors, uniform within each part."""
    edges = torch.tensor([[0.0, 1.0, 1.5, 4.0, 5.0]])
    weights = torch.tensor([[1.0, 6.0, 0.0, 3.0]])
    rng = torch.Generator().manual_seed(0)
    drawn = torch.cat([by_weights(edges, weights, 8, rng)[0] for _ in range(2500)])
    counts = torch.histogram(drawn, edges[0])[0]
    for count, share in zip(counts.tolist(), (0.1, 0.6, 0.0, 0.3)):
        assert count / len(drawn) == pytest.approx(share, abs=5 * math.sqrt(0.25 / len(drawn)))
    inside = drawn[(drawn > 4)]
    assert float(inside.mean()) == pytest.approx(4.5, abs=0.02)
    assert float(inside.var()) == pytest.approx(1 / 12, rel=0.1)


def test_samples_rise_and_stay_on_the_ray_even_without_weights() -> None:
    edges = torch.linspace(2, 6, 9).expand(3, 9)
    for rng in (None, torch.Generator().manual_seed(0)):
        drawn = by_weights(edges, torch.zeros(3, 8), 16, rng)
        assert bool((drawn.diff(dim=1) >= 0).all())
        assert float(drawn.min()) >= 2
        assert float(drawn.max()) <= 6
    assert drawn[0].diff().max() < 0.6


def test_stratified_samples_lie_one_in_each_part() -> None:
    near, far = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 2.5])
    places, edges = stratified(near, far, 10, torch.Generator().manual_seed(0))
    assert bool(((places >= edges[:, :-1]) & (places <= edges[:, 1:])).all())
    assert edges[:, 0].tolist() == [1, 2]
    assert edges[:, -1].tolist() == [3, 2.5]


def test_a_ray_enters_and_leaves_the_box_where_it_does() -> None:
    origins = torch.tensor([[-3.0, 0, 0], [0, 0, 0], [-3, 5, 0]])
    directions = torch.tensor([[1.0, 0, 0], [0, 0, -1], [1, 0, 0]])
    near, far = box_span(origins, directions)
    assert near[:2].tolist() == [2, 0]
    assert far[:2].tolist() == [4, 1]
    assert near[2] == far[2]


def test_the_grid_finds_the_ball_it_is_asked_about() -> None:
    grid = OccupancyGrid(16)
    assert bool(grid.occupied(1.0).all())
    grid.update(lambda x: 10.0 * (x.norm(dim=1) < 0.5), torch.Generator().manual_seed(0))
    cells = grid.occupied(1.0)
    share = 4 / 3 * math.pi * 0.5**3 / 8
    assert float(cells.float().mean()) == pytest.approx(share, rel=0.15)
    points = torch.tensor([[0.0, 0, 0], [0.2, -0.2, 0.1], [0.9, 0, 0], [1.2, 0, 0]])
    assert occupied_at(cells, points).tolist() == [True, True, False, False]
    for _ in range(100):
        grid.update(lambda x: torch.zeros(len(x)), torch.Generator().manual_seed(0))
    assert not bool(grid.occupied(1.0).any())


def test_silhouettes_carve_the_ball_and_lose_none_of_it() -> None:
    angles = torch.arange(12) * (math.pi / 6)
    cameras = pinhole(orbit(angles, 0.4 * torch.sin(3 * angles), 4.0), (48, 48), 0.7)
    empty = []
    for one in range(12):
        origins, directions = cameras.all_rays(one)
        nearest = origins - (origins * directions).sum(1, keepdim=True) * directions
        empty.append((nearest.norm(dim=1) > 0.5).view(48, 48))
    grid = OccupancyGrid(24)
    grid.carve(cameras, torch.stack(empty))
    middle = grid.centres().norm(dim=1)
    allowed = grid.allowed.flatten()
    assert bool(allowed[middle < 0.5].all())
    assert float(allowed[middle > 0.9].float().mean()) < 0.02
