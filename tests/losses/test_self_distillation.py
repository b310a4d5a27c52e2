"""Centring, sharpening and the numbers that tell the two collapses apart, by hand."""

from __future__ import annotations

import math

import pytest
import torch

from core.losses.across_views import across_views
from core.losses.self_distillation import (
    centred_and_sharpened,
    divergence,
    entropy,
    moved_centre,
)
from core.randomness import generator


def test_a_case_worked_by_hand() -> None:
    """Scores (1, 3), centre (1, 1), temperature 2: softmax(0, 1)."""
    found = centred_and_sharpened(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]), 2.0)
    assert found.tolist() == pytest.approx([1 / (1 + math.e), math.e / (1 + math.e)])


def test_the_centre_takes_away_what_is_said_of_every_picture() -> None:
    scores = torch.randn(6, 4, generator=generator("scores"))
    centre = torch.tensor([5.0, -2.0, 0.0, 1.0])
    found = centred_and_sharpened(scores + centre, centre, 0.1)
    torch.testing.assert_close(found, torch.softmax(scores / 0.1, dim=1), rtol=1e-4, atol=1e-6)


def test_a_lower_temperature_makes_the_answer_surer() -> None:
    scores, centre = torch.randn(20, 8, generator=generator("scores")), torch.zeros(8)
    soft, sharp = (entropy(centred_and_sharpened(scores, centre, t)).mean() for t in (1.0, 0.1))
    assert sharp < soft < math.log(8)


def test_the_centre_is_a_moving_average_over_all_views_and_pictures() -> None:
    scores = torch.arange(12.0).view(2, 3, 2)  # two views of three pictures; means 5 and 6
    found = moved_centre(torch.tensor([1.0, -1.0]), scores, 0.9)
    assert found.tolist() == pytest.approx([0.9 * 1 + 0.1 * 5, 0.9 * -1 + 0.1 * 6])


def test_entropy_is_zero_when_sure_and_the_logarithm_when_even() -> None:
    found = entropy(torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]]))
    assert found.tolist() == pytest.approx([0.0, math.log(4)])


def test_cross_entropy_is_entropy_and_divergence() -> None:
    """H(q, p) = h(q) + KL(q | p), section 5.3 of the paper."""
    scores = torch.randn(2, 5, 6, generator=generator("scores"))
    q = torch.softmax(torch.randn(2, 5, 6, generator=generator("targets")), dim=-1)
    split = entropy(q) + divergence(q, scores.flip(0), 0.5)
    assert float(across_views(q, scores, 0.5)) == pytest.approx(float(split.mean()), rel=1e-5)
    same = torch.softmax(scores / 0.5, dim=-1)
    assert float(divergence(same, scores, 0.5).abs().max()) < 1e-6
