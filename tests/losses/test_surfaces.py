"""Losses of meshes beside hand-worked cases and slow references."""

from __future__ import annotations

import pytest
import torch

from core.losses.surfaces import drawn_on, edge_length, nearest, normal_difference

SQUARE = torch.tensor([[[0.0, 0, 0], [2, 0, 0], [2, 1, 0], [0, 1, 0]]])  # 2 by 1, two triangles
FACES = torch.tensor([[0, 1, 2], [0, 2, 3]])


def test_chamfer_and_f_score_of_three_points_worked_by_hand() -> None:
    one = torch.tensor([[[0.0, 0, 0], [1, 0, 0]]])
    other = torch.tensor([[[0.0, 0, 2]]])
    found = nearest(one, other)  # squares 4 and 5 there, 4 back
    assert float(found.chamfer()) == pytest.approx(4.5 + 4.0)
    assert float(found.distance()) == pytest.approx(((2 + 5**0.5) / 2 + 2) / 2)
    assert float(found.f_score(2.1)) == pytest.approx(2 * 0.5 * 1 / 1.5)
    assert float(found.f_score(1.9)) == 0.0


def test_the_nearest_are_those_of_a_search_of_all_pairs() -> None:
    rng = torch.Generator().manual_seed(0)
    one, other = (torch.rand(2, n, 3, generator=rng, requires_grad=True) for n in (7, 5))
    squares = (one[:, :, None] - other[:, None]).square().sum(dim=3)
    slow = squares.amin(dim=2).mean() + squares.amin(dim=1).mean()
    found = nearest(one, other)
    assert torch.equal(found.which, squares.argmin(dim=2))
    torch.testing.assert_close(found.chamfer(), slow)
    ours = torch.autograd.grad(found.chamfer(), (one, other))
    torch.testing.assert_close(ours, torch.autograd.grad(slow, (one, other)))


def test_edges_and_normals_worked_by_hand() -> None:
    edges = torch.tensor([[0, 1], [1, 2], [0, 2]])  # squared lengths 4, 1, 5
    assert float(edge_length(SQUARE, edges)) == pytest.approx(10 / 3)
    up, aside = (
        torch.tensor([[[0.0, 0, 1], [0, 0, 1]]]),
        torch.tensor([[[0.0, 0, -1], [0.6, 0, 0.8]]]),
    )
    assert float(normal_difference(up, aside)) == pytest.approx(1 - (1 + 0.8) / 2)


def test_points_are_drawn_evenly_on_the_faces_and_pull_at_their_corners() -> None:
    vertices = SQUARE.clone().requires_grad_()
    points, normals = drawn_on(vertices, FACES, 4000, torch.Generator().manual_seed(0))
    assert bool(((points >= 0) & (points <= torch.tensor([2.0, 1, 0]))).all())
    torch.testing.assert_close(normals, torch.tensor([0.0, 0, 1]).expand_as(normals))
    torch.testing.assert_close(points.mean(dim=1), torch.tensor([[1.0, 0.5, 0]]), atol=0.03, rtol=0)
    share = (points[0, :, 0] < 1).float().mean()
    assert float(share) == pytest.approx(0.5, abs=0.03)
    points.sum().backward()
    assert vertices.grad is not None
    assert bool((vertices.grad != 0).any(dim=2).all())
