"""The loss of Barlow Twins against loops over pictures and features."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from core.losses.barlow import cross_correlation, invariance_term, redundancy_term
from core.randomness import generator


def views(count: int, dim: int) -> tuple[Tensor, Tensor]:
    rng = generator("views")
    return torch.randn(count, dim, generator=rng), torch.randn(count, dim, generator=rng) + 2.0


def slow_correlation(first: Tensor, second: Tensor, i: int, j: int) -> float:
    """Equation 2, entry by entry, of features that are centred first."""
    a, b = first[:, i].tolist(), second[:, j].tolist()
    a = [x - sum(a) / len(a) for x in a]
    b = [x - sum(b) / len(b) for x in b]
    top = sum(x * y for x, y in zip(a, b))
    return top / (math.sqrt(sum(x * x for x in a)) * math.sqrt(sum(y * y for y in b)))


@pytest.mark.parametrize(("count", "dim"), [(4, 3), (9, 5)])
def test_every_term_is_the_paper_s(count: int, dim: int) -> None:
    first, second = views(count, dim)
    found = cross_correlation(first, second)
    slow = [[slow_correlation(first, second, i, j) for j in range(dim)] for i in range(dim)]
    torch.testing.assert_close(found, torch.tensor(slow))
    invariance = sum((1 - slow[i][i]) ** 2 for i in range(dim))
    redundancy = sum(slow[i][j] ** 2 for i in range(dim) for j in range(dim) if i != j)
    assert float(invariance_term(found)) == pytest.approx(invariance, rel=1e-4)
    assert float(redundancy_term(found)) == pytest.approx(redundancy, rel=1e-4)


def test_equal_views_of_unrelated_features_cost_nothing() -> None:
    signs = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    found = cross_correlation(signs, 3 * signs + 1)
    torch.testing.assert_close(found, torch.eye(2))
    assert float(invariance_term(found) + redundancy_term(found)) == pytest.approx(0.0, abs=1e-6)


def test_a_feature_that_never_changes_leaves_the_gradient_finite() -> None:
    first, second = views(6, 3)
    first[:, 1] = 0.5
    first.requires_grad_()
    invariance_term(cross_correlation(first, second)).backward()
    assert first.grad is not None
    assert bool(first.grad.isfinite().all())
