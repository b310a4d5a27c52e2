"""Bins of colour, their weights and the annealed mean are the paper's."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from core.losses.colour import (
    annealed_mean,
    colour_loss,
    counted,
    gamut,
    rebalancing,
    smoothed,
    soft_encode,
)
from core.randomness import generator

BINS = torch.tensor(gamut())


def colours(count: int = 40) -> Tensor:
    return torch.rand(count, 2, generator=generator("colours")) * 160 - 80


def prior() -> Tensor:
    index, share = soft_encode(colours(), BINS)
    return smoothed(counted(index, share, len(BINS)), BINS)


def test_the_bins_are_the_grid_points_that_screens_can_come_near() -> None:
    assert 200 < len(BINS) < 320  # the paper counts 313
    assert bool((BINS % 10 == 0).all())
    assert len(torch.unique(BINS, dim=0)) == len(BINS)
    bins = BINS.tolist()
    assert [0, 0] in bins
    assert [80, 70] in bins  # red is 80, 67
    assert [-110, 0] not in bins


def test_a_colour_is_shared_by_its_nearest_bins_as_a_slow_search_finds_them() -> None:
    index, share = soft_encode(colours(), BINS)
    for colour, bins, shares in zip(colours().tolist(), index.tolist(), share.tolist()):
        apart = sorted(
            (math.dist(colour, place), number) for number, place in enumerate(BINS.tolist())
        )[:5]
        weights = [math.exp(-(d**2) / (2 * 5.0**2)) for d, _ in apart]
        np.testing.assert_allclose([math.dist(colour, BINS[b].tolist()) for b in bins],
                                   [d for d, _ in apart], rtol=1e-4)  # fmt: skip
        np.testing.assert_allclose(shares, np.array(weights) / sum(weights), rtol=1e-3)


def test_shares_sum_to_one_and_the_nearest_has_the_most() -> None:
    index, share = soft_encode(colours(), BINS)
    assert index.shape == share.shape == (40, 5)
    torch.testing.assert_close(share.sum(dim=1), torch.ones(40))
    assert bool((share[:, 0] == share.amax(dim=1)).all())


def test_every_colour_is_counted_once() -> None:
    index, share = soft_encode(colours(), BINS)
    assert float(counted(index, share, len(BINS)).sum()) == pytest.approx(40, rel=1e-5)


def test_the_prior_is_a_distribution_and_uniform_before_anything_is_counted() -> None:
    assert float(prior().sum()) == pytest.approx(1.0, rel=1e-5)
    empty = smoothed(torch.zeros(len(BINS)), BINS)
    torch.testing.assert_close(empty, torch.full((len(BINS),), 1 / len(BINS)))


def test_the_expected_weight_is_one_and_rare_colours_weigh_more() -> None:
    weight = rebalancing(prior())
    assert float((prior() * weight).sum()) == pytest.approx(1.0, rel=1e-5)
    assert int(weight.argmin()) == int(prior().argmax())
    assert float(weight.max() / weight.min()) > 2


def test_weights_worked_by_hand() -> None:
    """p = (3/4, 1/4), λ = 1/2: 1 / (5/8) and 1 / (3/8), their mean 28/15."""
    found = rebalancing(torch.tensor([0.75, 0.25]))
    torch.testing.assert_close(found, torch.tensor([8 / 5, 8 / 3]) / (28 / 15))


def test_the_loss_is_the_weighted_cross_entropy_of_the_paper() -> None:
    scores = torch.randn(3, len(BINS), generator=generator("scores"))
    index, share = soft_encode(colours(3), BINS)
    weight = rebalancing(prior())
    total = 0.0
    for i in range(3):
        z = torch.zeros(len(BINS))
        z[index[i]] = share[i]
        log_probability = torch.log(scores[i].exp() / scores[i].exp().sum())
        total -= float(weight[z.argmax()] * (z * log_probability).sum())
    found = colour_loss(scores, index, share, weight)
    assert float(found) == pytest.approx(total / 3, rel=1e-4)


def test_the_annealed_mean_goes_from_the_mean_to_the_likeliest_bin() -> None:
    scores = torch.randn(7, len(BINS), generator=generator("scores"))
    mode = BINS[scores.argmax(dim=1)]
    torch.testing.assert_close(annealed_mean(scores, BINS, 1e-3), mode, atol=0.5, rtol=0)
    torch.testing.assert_close(annealed_mean(scores, BINS, 1.0), scores.softmax(dim=1) @ BINS)
    torch.testing.assert_close(
        annealed_mean(scores, BINS, 1e6), BINS.mean(dim=0).expand(7, 2), atol=0.01, rtol=0
    )
