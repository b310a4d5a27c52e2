"""Alignment and uniformity are the paper's expectations."""

from __future__ import annotations

import math

import pytest
import torch

from core.losses.hypersphere import alignment, uniformity
from core.randomness import generator


def test_they_are_the_means_over_pairs() -> None:
    x = torch.randn(5, 3, generator=generator("x"))
    y = torch.randn(5, 3, generator=generator("y"))
    u, v = x / x.norm(dim=1, keepdim=True), y / y.norm(dim=1, keepdim=True)
    close = sum(float((a - b).norm() ** 2) for a, b in zip(u, v)) / 5
    terms = [math.exp(-2 * float((u[i] - u[j]).norm() ** 2)) for i in range(5) for j in range(i)]
    assert float(alignment(x, y)) == pytest.approx(close, rel=1e-5)
    assert float(uniformity(x)) == pytest.approx(math.log(sum(terms) / len(terms)), rel=1e-5)


def test_one_point_is_aligned_and_not_uniform() -> None:
    point = torch.ones(4, 3)
    assert float(alignment(point, point)) == pytest.approx(0.0, abs=1e-6)
    assert float(uniformity(point)) == pytest.approx(0.0, abs=1e-5)


def test_opposite_points_are_as_uniform_as_two_can_be() -> None:
    assert float(uniformity(torch.tensor([[1.0, 0.0], [-1.0, 0.0]]))) == pytest.approx(-8.0)
