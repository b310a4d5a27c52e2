"""The three terms of VICReg against loops over pictures and features."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from core.losses.vicreg import covariance, covariance_term, invariance_term, variance_term
from core.randomness import generator


def features(count: int, dim: int, name: str = "z") -> Tensor:
    return 0.8 * torch.randn(count, dim, generator=generator(name))


def slow_covariance(z: Tensor, i: int, j: int) -> float:
    a, b = z[:, i].tolist(), z[:, j].tolist()
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    return sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b)) / (len(a) - 1)


@pytest.mark.parametrize(("count", "dim"), [(4, 3), (9, 5)])
def test_every_term_is_the_paper_s(count: int, dim: int) -> None:
    z, other = features(count, dim), features(count, dim, "other")
    slow = [[slow_covariance(z, i, j) for j in range(dim)] for i in range(dim)]
    torch.testing.assert_close(covariance(z), torch.tensor(slow))
    variance = sum(max(0.0, 1 - math.sqrt(slow[i][i] + 1e-4)) for i in range(dim)) / dim
    assert float(variance_term(z)) == pytest.approx(variance, rel=1e-4)
    apart = sum(slow[i][j] ** 2 for i in range(dim) for j in range(dim) if i != j) / dim
    assert float(covariance_term(z)) == pytest.approx(apart, rel=1e-4)
    squares = [(x - y) ** 2 for x, y in zip(z.flatten().tolist(), other.flatten().tolist())]
    assert float(invariance_term(z, other)) == pytest.approx(sum(squares) / len(squares), rel=1e-5)


def test_features_that_vary_enough_cost_no_variance() -> None:
    assert float(variance_term(10 * features(50, 4))) == 0.0


def test_collapsed_features_cost_most_and_are_pushed_apart() -> None:
    z = torch.zeros(5, 3) + 1e-4 * features(5, 3)
    z.requires_grad_()
    found = variance_term(z)
    assert found.item() == pytest.approx(0.99, abs=1e-3)
    found.backward()
    assert z.grad is not None
    assert bool(z.grad.isfinite().all() and z.grad.any())
