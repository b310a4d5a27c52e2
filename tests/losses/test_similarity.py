"""The losses of SimSiam and BYOL, worked by hand."""

from __future__ import annotations

import pytest
import torch

from core.losses.similarity import negative_cosine, normalised_error
from core.randomness import generator


def test_negative_cosine_worked_by_hand() -> None:
    p, z = torch.tensor([[3.0, 4.0], [0.0, 2.0]]), torch.tensor([[1.0, 0.0], [0.0, -1.0]])
    assert float(negative_cosine(p, z)) == pytest.approx(-(0.6 - 1.0) / 2)


def test_byol_s_error_is_the_squared_distance_of_unit_vectors() -> None:
    q = torch.randn(6, 5, generator=generator("q"))
    z = torch.randn(6, 5, generator=generator("z"))
    distances = [float(((a / a.norm()) - (b / b.norm())).square().sum()) for a, b in zip(q, z)]
    assert float(normalised_error(q, z)) == pytest.approx(sum(distances) / 6, rel=1e-5)


def test_equal_directions_are_the_best_there_is() -> None:
    p = torch.randn(4, 3, generator=generator("p"))
    assert float(negative_cosine(p, 7.0 * p)) == pytest.approx(-1.0)
    assert float(normalised_error(p, 7.0 * p)) == pytest.approx(0.0, abs=1e-6)
