"""Fields made of tables and of products: each equals what it stands for, worked out by hand."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from core.nets.hashgrid import PRIMES, HashGrid
from core.nets.tensorial import LINES, PLANES, VectorMatrix
from core.randomness import drawing_from, generator


def a_grid() -> HashGrid:
    """Two levels with a row for each corner, two whose corners share rows."""
    with drawing_from(generator("grid")):
        grid = HashGrid(4, 3, 8, 3, 24)
        torch.nn.init.normal_(grid.table)
    return grid


def points(count: int) -> Tensor:
    return 2 * torch.rand(count, 3, generator=torch.Generator().manual_seed(0)) - 1


def by_hand(grid: HashGrid, point: list[float]) -> list[float]:
    found = []
    for level, side in enumerate(grid.sides.tolist()):
        start = int(grid.starts[level])
        size = int(grid.starts[level + 1]) - start
        place = [(p + 1) / 2 * side for p in point]
        low = [min(int(p), side - 1) for p in place]
        total = torch.zeros(3)
        for offset in itertools.product((0, 1), repeat=3):
            share = 1.0
            for p, first, o in zip(place, low, offset):
                share *= p - first if o else 1 - (p - first)
            x, y, z = (first + o for first, o in zip(low, offset))
            if (side + 1) ** 3 <= size:
                row = (x * (side + 1) + y) * (side + 1) + z
            else:
                row = (x * PRIMES[0] ^ y * PRIMES[1] ^ z * PRIMES[2]) % size
            total += share * grid.table[start + row].detach()
        found += total.tolist()
    return found


def test_the_hash_encoding_is_that_of_the_paper_worked_by_hand() -> None:
    grid = a_grid()
    assert grid.sides.tolist() == [3, 6, 12, 24]
    assert grid.starts.diff().tolist() == [64, 256, 256, 256]
    for point in points(12).tolist():
        where = torch.tensor([point])
        assert grid.slowly(where)[0].tolist() == pytest.approx(by_hand(grid, point), abs=1e-4)
        assert grid(where)[0].tolist() == pytest.approx(by_hand(grid, point), abs=1e-4)


def test_the_kernels_encode_and_lead_back_as_torch_does() -> None:
    grid, where = a_grid(), torch.cat([points(200), torch.eye(3), -torch.ones(1, 3)])
    weight = torch.randn(204, grid.width, generator=torch.Generator().manual_seed(1))
    found = []
    for encode in (grid.slowly, grid.forward):
        grid.zero_grad()
        out = encode(where)
        (out * weight).sum().backward()
        found.append((out.detach(), grid.table.grad.clone()))
    for slow, fast in zip(*found):
        assert float((slow - fast).norm() / slow.norm()) < 1e-4


def test_products_of_planes_and_lines_are_the_whole_tensor() -> None:
    with drawing_from(generator("vm")):
        net = VectorMatrix(2, 5)
    planes, lines = net.planes.tolist(), net.lines.tolist()
    whole = torch.zeros(6, 5, 5, 5)  # every product at every corner, x first
    for axis, ((a, b), c) in enumerate(zip(PLANES, LINES)):
        for part, corner in itertools.product(range(2), itertools.product(range(5), repeat=3)):
            plane = planes[axis][part][corner[a]][corner[b]]
            whole[2 * axis + part][corner] = plane * lines[axis][part][corner[c]][0]
    corners = torch.tensor(list(itertools.product(range(5), repeat=3)))
    at_corners = net(corners / 2 - 1)
    torch.testing.assert_close(at_corners, whole.flatten(1).T, atol=1e-5, rtol=1e-4)


def test_finer_planes_and_lines_show_the_same_and_are_loaded() -> None:
    with drawing_from(generator("vm")):
        net, other = VectorMatrix(2, 5), VectorMatrix(2, 3)
    where = points(50)
    before = net(where)
    net.grow(9)
    torch.testing.assert_close(net(where), before, atol=1e-5, rtol=1e-4)
    other.load_state_dict(net.state_dict())
    assert torch.equal(other(where), net(where))
    assert F.l1_loss(other.planes, net.planes) == 0
