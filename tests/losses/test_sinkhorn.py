"""Codes are even over the prototypes and certain for each picture, as the algorithm makes them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from core.losses.sinkhorn import sinkhorn
from core.randomness import generator


def scores(count: int = 12, prototypes: int = 4) -> Tensor:
    return torch.rand(count, prototypes, generator=generator("scores")) * 2 - 1


def slow(given: Tensor, epsilon: float, iterations: int) -> list[list[float]]:
    """Appendix A of SwAV in loops: exponentials, then columns and rows in turn."""
    q = [[math.exp(float(x) / epsilon) for x in row] for row in given]
    n, k = len(q), len(q[0])
    for _ in range(iterations):
        for j in range(k):
            column = sum(q[i][j] for i in range(n))
            for i in range(n):
                q[i][j] *= n / k / column
        for i in range(n):
            row = sum(q[i])
            q[i] = [x / row for x in q[i]]
    return q


@pytest.mark.parametrize("epsilon", [0.05, 0.5])
@pytest.mark.parametrize("iterations", [1, 3, 10])
def test_it_is_the_paper_s_algorithm(epsilon: float, iterations: int) -> None:
    found = sinkhorn(scores(), epsilon, iterations)
    np.testing.assert_allclose(found.numpy(), slow(scores(), epsilon, iterations), atol=1e-6)


def test_rows_sum_to_one_and_columns_come_to_their_share() -> None:
    found = sinkhorn(scores(), 0.5, 100)
    torch.testing.assert_close(found.sum(dim=1), torch.ones(12))
    torch.testing.assert_close(found.sum(dim=0), torch.full((4,), 3.0))


def test_a_favourite_of_all_pictures_still_gets_no_more_than_its_share() -> None:
    given = scores()
    given[:, 2] += 5.0
    torch.testing.assert_close(sinkhorn(given, 0.5, 100), sinkhorn(scores(), 0.5, 100))


def test_a_small_epsilon_does_not_overflow() -> None:
    found = sinkhorn(scores(), 1e-3, 50)
    assert bool(found.isfinite().all())
    torch.testing.assert_close(found.sum(dim=1), torch.ones(12))


def test_without_iterations_nothing_is_shared_out() -> None:
    torch.testing.assert_close(sinkhorn(scores(), 0.5, 0), torch.softmax(scores() / 0.5, dim=1))


def test_codes_take_no_gradient() -> None:
    assert not sinkhorn(scores().requires_grad_()).requires_grad
