"""NT-Xent and MoCo's logits against slow, obvious references."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from core.losses.contrastive import info_nce, information_bound, moco_logits, nt_xent
from core.randomness import generator


def slow_nt_xent(first: Tensor, second: Tensor, temperature: float) -> float:
    """Algorithm 1 of the paper, word for word: views 2k - 1 and 2k are a pair."""
    views = [v for pair in zip(first.tolist(), second.tolist()) for v in pair]
    count = len(views)

    def s(i: int, j: int) -> float:
        dot = sum(a * b for a, b in zip(views[i], views[j]))
        return dot / (math.hypot(*views[i]) * math.hypot(*views[j]))

    def loss(i: int, j: int) -> float:
        others = sum(math.exp(s(i, k) / temperature) for k in range(count) if k != i)
        return -math.log(math.exp(s(i, j) / temperature) / others)

    return sum(loss(k, k + 1) + loss(k + 1, k) for k in range(0, count, 2)) / count


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0])
@pytest.mark.parametrize(("count", "dim"), [(1, 2), (2, 3), (5, 4), (8, 16)])
def test_nt_xent_is_the_paper_s_double_loop(count: int, dim: int, temperature: float) -> None:
    first = torch.randn(count, dim, generator=generator("first", count))
    second = torch.randn(count, dim, generator=generator("second", count))
    found = float(nt_xent(first, second, temperature))
    assert found == pytest.approx(slow_nt_xent(first, second, temperature), rel=1e-5, abs=1e-6)


def test_nt_xent_of_embeddings_that_are_all_alike_is_chance() -> None:
    alike = torch.ones(6, 3)
    assert float(nt_xent(alike, alike, 0.1)) == pytest.approx(math.log(11), rel=1e-6)


def test_nt_xent_of_well_told_pictures_is_near_nothing() -> None:
    apart = torch.eye(6)
    assert float(nt_xent(apart, 3.0 * apart, 0.05)) < 1e-6


def test_moco_s_logits_worked_by_hand() -> None:
    queries, keys = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[0.6, 0.8], [0.8, 0.6]])
    queue = torch.tensor([[1.0, 0.0], [0.0, -1.0], [-0.6, 0.8]])
    by_hand = torch.tensor([[0.6, 1.0, 0.0, -0.6], [0.6, 0.0, -1.0, 0.8]]) / 0.5
    torch.testing.assert_close(moco_logits(queries, keys, queue, 0.5), by_hand)


def test_info_nce_asks_for_the_first_column() -> None:
    logits = torch.log(torch.tensor([[3.0, 1.0], [1.0, 4.0]]))
    by_hand = -(math.log(3 / 4) + math.log(1 / 5)) / 2
    assert float(info_nce(logits)) == pytest.approx(by_hand)


def test_the_information_bound_is_nothing_at_chance_and_log_n_at_most() -> None:
    assert float(information_bound(torch.tensor(math.log(8)), 8)) == pytest.approx(0.0, abs=1e-6)
    assert float(information_bound(torch.tensor(0.0), 8)) == pytest.approx(math.log(8))
