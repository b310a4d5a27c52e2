"""The loss of naming a transformation equals its formula."""

from __future__ import annotations

import math

import pytest
import torch

from core.losses.transformation import transformation_loss
from core.randomness import generator


def test_a_case_worked_by_hand() -> None:
    """Two transformations, one picture: the first is named with 3/4, the second with 1/5."""
    scores = torch.log(torch.tensor([[[3.0, 1.0]], [[4.0, 1.0]]]))  # (K, N, K)
    by_hand = -0.5 * (math.log(3 / 4) + math.log(1 / 5))
    assert float(transformation_loss(scores)) == pytest.approx(by_hand)


def test_it_is_the_double_sum_of_the_paper() -> None:
    scores = torch.randn(4, 3, 4, generator=generator(0))
    total = 0.0
    for y in range(4):
        for i in range(3):
            f = scores[y, i].exp() / scores[y, i].exp().sum()
            total -= math.log(float(f[y]))
    assert float(transformation_loss(scores)) == pytest.approx(total / 12, abs=1e-6)


def test_it_is_log_k_at_chance() -> None:
    assert float(transformation_loss(torch.zeros(4, 5, 4))) == pytest.approx(math.log(4))
