"""The gauge of collapse reads 0 and 1 where it should."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.evaluate.spectrum import spectrum
from core.losses.collapse import axis_deviations, deviation, effective_rank, gauge
from core.randomness import generator


def drawn(count: int = 400, dim: int = 16) -> torch.Tensor:
    return torch.randn(count, dim, generator=generator("z", count, dim))


def test_of_embeddings_that_are_all_alike_the_gauge_is_nothing() -> None:
    found = gauge(torch.full((32, 8), 0.3))
    assert float(found["std x sqrt(d)"]) == pytest.approx(0.0, abs=1e-5)
    assert float(found["effective rank"]) == pytest.approx(1.0, abs=1e-3)


def test_of_isotropic_embeddings_the_deviation_is_one_and_the_rank_full() -> None:
    assert float(deviation(drawn(4000))) == pytest.approx(1.0, abs=0.02)
    assert float(effective_rank(drawn(4000))) == pytest.approx(16.0, rel=0.01)


def test_the_length_of_an_embedding_does_not_count() -> None:
    lengths = torch.linspace(0.1, 10.0, 400).unsqueeze(1)
    torch.testing.assert_close(deviation(drawn() * lengths), deviation(drawn()))


@pytest.mark.parametrize("rank", [1, 2, 5])
def test_as_many_equal_directions_as_there_are_is_the_rank(rank: int) -> None:
    directions = torch.eye(8)[:rank].repeat(10, 1)
    assert float(effective_rank(directions)) == pytest.approx(rank, rel=1e-3)


@pytest.mark.parametrize(("count", "dim"), [(40, 8), (8, 40)])
def test_it_agrees_with_the_evaluation_s_spectrum(count: int, dim: int) -> None:
    z = drawn(count, dim)
    judged = spectrum(np.asarray(z))
    assert float(deviation(z)) == pytest.approx(judged.deviation, rel=1e-4)
    assert float(effective_rank(z)) == pytest.approx(judged.effective_rank, rel=1e-4)


def test_looking_at_the_gauge_gives_no_gradient() -> None:
    z = drawn().requires_grad_()
    assert not any(value.requires_grad for value in gauge(z).values())


def test_the_spread_along_the_axes_is_that_of_a_cross() -> None:
    # Around (5, 1): ±3 along the first axis, ±1 along the second: the variances are 18/4 and 2/4.
    cross = torch.tensor([[8.0, 1.0], [2.0, 1.0], [5.0, 2.0], [5.0, 0.0]])
    torch.testing.assert_close(axis_deviations(cross), torch.tensor([4.5, 0.5]).sqrt())
