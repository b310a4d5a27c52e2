"""The compiled march equals that in torch; a grid grows, and is loaded, and shows the same."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import distance_transform_cdt
from torch import Tensor

from core.render.cameras import orbit, pinhole
from core.render.kernels import Space, distances, shine, smooth
from core.render.marching import march
from core.render.voxels import VoxelGrid, harmonics

WHITE = torch.ones(3)
STEP, LEAST = 0.05, 1e-3


def some_grid(side: int = 14, count: int = 4, sparse: bool = True) -> VoxelGrid:
    """A dense ball with soft surroundings, of random colours; its outer vertices are not kept."""
    grid = VoxelGrid(side, count, 1.0)
    rng = torch.Generator().manual_seed(0)
    along = torch.linspace(-1, 1, side)
    places = torch.stack(torch.meshgrid(along, along, along, indexing="ij"), -1).reshape(-1, 3)
    noise = torch.randn(len(places), generator=rng)
    grid.log_density.copy_(3 - 6 * places.norm(dim=1) ** 2 + 0.3 * noise)
    grid.harmonics.copy_(torch.randn(grid.harmonics.shape, generator=rng))
    if sparse:
        grid.grow(side + 3, 0.3)
        grid.notice(0.3)
    return grid


def some_rays(count: int = 300) -> tuple[Tensor, Tensor, Tensor]:
    cameras = pinhole(orbit(torch.tensor([0.4]), torch.tensor([0.5]), 3.5), (20, 20), 0.7)
    origins, directions = cameras.all_rays()
    jitter = torch.rand(len(origins), generator=torch.Generator().manual_seed(1))
    chosen = torch.linspace(0, len(origins) - 1, count).long()
    return origins[chosen], directions[chosen], jitter[chosen]


def both(grid: VoxelGrid, step: float = STEP, least: float = LEAST) -> tuple[object, object]:
    origins, directions, jitter = some_rays()
    terms = step, jitter, least, WHITE
    space = Space.of(grid.cells.numpy())
    return (march(grid, origins, directions, grid.cells, *terms),
            shine(grid, space, origins, directions, *terms))  # fmt: skip


@pytest.mark.parametrize("count", [1, 4])
def test_the_kernel_shows_what_torch_shows(count: int) -> None:
    slow, fast = both(some_grid(count=count))
    for name in ("colour", "opacity", "depth"):
        apart = (getattr(slow, name) - getattr(fast, name)).abs().max()
        assert float(apart.detach()) < 1e-3, name
    assert float((slow.samples - fast.samples).abs().float().mean()) < 0.1
    assert float(fast.opacity.max()) > 0.99
    assert float(fast.opacity.min()) < 0.01


@pytest.mark.parametrize("count", [1, 4])
def test_the_kernel_has_the_gradients_of_torch(count: int) -> None:
    grid = some_grid(count=count)
    weight = torch.randn(300, 3, generator=torch.Generator().manual_seed(2))
    found = []
    for seen in both(grid):
        grid.zero_grad()
        (seen.colour * weight).sum().backward()
        found.append((grid.table.grad[:, 0].clone(), grid.table.grad[:, 1:].clone()))
    for slow, fast in zip(*found):
        assert float((slow - fast).norm() / slow.norm()) < 2e-3


def test_the_kernels_gradient_is_that_of_differences() -> None:
    """Without thresholds, along a random direction."""
    grid = some_grid(sparse=False)
    origins, directions, jitter = some_rays(60)
    space = Space.of(grid.cells.numpy())

    def error() -> Tensor:
        seen = shine(grid, space, origins, directions, 0.1, jitter, 0.0, WHITE)
        return (seen.colour - 0.3).square().sum()

    error().backward()
    move = torch.randn(grid.log_density.shape, generator=torch.Generator().manual_seed(3))
    slope, size = float((grid.table.grad[:, 0] * move).sum()), 1e-2
    with torch.no_grad():
        grid.log_density.add_(size * move)
        high = float(error())
        grid.log_density.sub_(2 * size * move)
        low = float(error())
    assert (high - low) / (2 * size) == pytest.approx(slope, rel=0.01)


def test_smoothing_adds_the_gradient_of_roughness() -> None:
    grid = some_grid()
    density, colour = grid.roughness()
    (0.3 * density + 0.7 * colour).backward()
    wanted = [p.grad.clone() for p in grid.parameters()]
    for parameter in grid.parameters():
        parameter.grad.zero_()
    smooth(grid, 0.3, 0.7)
    for parameter, gradient in zip(grid.parameters(), wanted):
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-4, atol=1e-4)


def test_distances_count_the_empty_cells_between() -> None:
    cells = np.zeros((6, 6, 6), bool)
    cells[1, 1, 1] = True
    away = distances(cells)
    for place in np.ndindex(cells.shape):
        assert away[place] == max(abs(p - 1) for p in place)
    assert distances(np.zeros((3, 3, 3), bool)).min() > 0


def test_a_point_on_a_vertex_has_that_vertexs_density_and_colour() -> None:
    grid = some_grid(8, sparse=False)
    x, y, z = 2, 5, 4
    point = torch.tensor([[x, y, z]]) * (2 / 7) - 1
    row = int(grid.index[x, y, z])
    density, known = grid.density(point)
    assert density.item() == pytest.approx(grid.log_density[row].exp().item(), rel=1e-4)
    direction = torch.tensor([[0.0, 0.6, 0.8]])
    basis = [0.28209479, -0.48860251 * 0.6, 0.48860251 * 0.8, 0.0]
    wanted = torch.sigmoid(grid.harmonics[row].view(3, 4) @ torch.tensor(basis))
    torch.testing.assert_close(grid.colour(known, direction)[0], wanted, atol=1e-5, rtol=0)


def test_the_harmonics_are_those_of_a_library_in_the_signs_of_splat_files() -> None:
    """Real ones: √2 times the imaginary part for m < 0, and the real part for m > 0."""
    from scipy.special import sph_harm_y

    points = torch.randn(50, 3, generator=torch.Generator().manual_seed(0)).double()
    points /= points.norm(dim=1, keepdim=True)
    x, y, z = points.numpy().T
    wanted = []
    for degree in range(4):
        for m in range(-degree, degree + 1):
            found = sph_harm_y(degree, abs(m), np.arccos(z), np.arctan2(y, x))
            part = found.imag if m < 0 else found.real
            wanted.append(part * (1 if m == 0 else 2**0.5))
    np.testing.assert_allclose(harmonics(points, 16).numpy().T, wanted, atol=1e-7)


def test_growing_shows_the_same_and_keeps_what_is_near_something() -> None:
    grid = some_grid(15, sparse=False)
    origins, directions, jitter = some_rays()
    before = march(grid, origins, directions, grid.cells, STEP, jitter, LEAST, WHITE).colour
    grid.grow(29, 1.0)  # every second vertex is an old one
    after = march(grid, origins, directions, grid.cells, STEP, jitter, LEAST, WHITE).colour
    assert (before - after).abs().max().item() < 0.1
    assert (before - after).abs().mean().item() < 0.01
    assert int((grid.index >= 0).sum()) == len(grid.log_density) < 29**3


def test_a_grid_is_loaded_into_one_of_another_size() -> None:
    grown = some_grid(9)
    other = VoxelGrid(6, 4, 1.0)
    optimizer = torch.optim.Adam(other.parameters())
    other.load_state_dict(grown.state_dict())
    for name, tensor in grown.state_dict().items():
        assert torch.equal(other.state_dict()[name], tensor), name
    assert optimizer.param_groups[0]["params"][0] is other.table


@pytest.mark.parametrize("share", [0.0, 0.0003, 0.03, 1.0])
def test_distances_between_cells_are_those_of_a_slow_search(share: float) -> None:
    cells = np.random.default_rng(1).random((19, 20, 21)) < share
    found = distances(cells)
    assert found.dtype == np.uint8
    if not cells.any():
        assert (found == 16).all()
        return
    away = distance_transform_cdt(~cells, metric="chessboard")
    assert (found == np.minimum(away, 16)).all()
