"""Colorization and the split-brain autoencoder see only what they may, and predict the rest."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from core.data.augment.lab import to_lab, to_rgb
from core.data.imageset import DataError
from core.experiment import Experiment, load_data
from core.losses.colour import gamut
from core.methods.pretext.colorization import COUNTING, Colorization, flat, plane
from core.methods.pretext.split_brain import LEVELS, SplitBrain, levels
from core.progress import Progress
from tests.methods.learners import (
    assert_figures_draw,
    assert_gradient_reaches_every_weight,
    assert_rebuilt_from_its_state,
    batch,
    make,
    train,
)

CASES = [
    (Colorization, "rebalanced"),
    (Colorization, "classification"),
    (Colorization, "regression"),
    (SplitBrain, "classification"),
    (SplitBrain, "regression"),
]


def recoloured(images: Tensor) -> Tensor:
    """The same lightness, other colours that a screen can show: their own, halved and swapped."""
    lab = to_lab(0.4 * images + 0.3)
    return to_rgb(torch.cat([lab[:, :1], 0.5 * lab[:, 1:].flip(1)], dim=1))


@pytest.mark.parametrize(("method", "objective"), CASES)
def test_it_learns_a_step_at_a_time(method: type[Colorization], objective: str) -> None:
    learner = make(method, objective=objective)
    assert all(math.isfinite(v) for row in train(learner, 3) for v in row.values())
    assert_rebuilt_from_its_state(learner)
    assert_figures_draw(learner)


@pytest.mark.parametrize(("method", "objective"), CASES)
def test_a_gradient_reaches_every_weight(method: type[Colorization], objective: str) -> None:
    assert_gradient_reaches_every_weight(make(method, objective=objective))


@pytest.mark.parametrize("method", ["colorization", "split_brain"])
def test_pictures_without_colour_are_refused_with_what_to_choose(method: str) -> None:
    with pytest.raises(DataError, match=r"1 channel.*choose toyland"):
        load_data(Experiment(method, "digits"), Progress())


@torch.no_grad()
def test_the_encoder_sees_no_colour() -> None:
    learner, images = make(Colorization).eval(), batch().images
    for name, first in learner.encode(0.4 * images + 0.3).items():
        again = learner.encode(recoloured(images))[name]
        torch.testing.assert_close(again, first, atol=1e-3, rtol=1e-3)


@torch.no_grad()
def test_colours_are_those_of_places_averaged() -> None:
    learner, images = make(Colorization, side=32).eval(), batch(side=32).images
    found = learner.colours(images)
    assert found.shape == (12, 2, 8, 8)
    by_hand = to_lab(images)[3, 1:, 4:8, 12:16].mean(dim=(1, 2))
    torch.testing.assert_close(found[3, :, 1, 3], by_hand)


@torch.no_grad()
def test_rows_of_places_keep_their_order() -> None:
    maps = torch.arange(24.0).view(2, 3, 2, 2)
    assert flat(maps)[1].tolist() == maps[0, :, 0, 1].tolist()


def test_the_first_steps_make_the_prior_and_judging_does_not() -> None:
    learner = make(Colorization)
    learner.loss(batch(step=0))
    places = learner.side**2 * 12
    assert float(learner.counts.sum()) == pytest.approx(places, rel=1e-4)
    learner.loss(batch(step=COUNTING))
    learner.eval().loss(batch(step=0))
    learner.validate(batch(step=0))
    assert float(learner.counts.sum()) == pytest.approx(places, rel=1e-4)


def test_weights_are_one_unless_rebalanced() -> None:
    plain, rebalanced = make(Colorization, objective="classification"), make(Colorization)
    for learner in (plain, rebalanced):
        learner.loss(batch())
    assert torch.equal(plain.weight(), torch.ones(len(gamut())))
    expected = float((rebalanced.prior() * rebalanced.weight()).sum())
    assert expected == pytest.approx(1.0, rel=1e-4)


@torch.no_grad()
def test_what_is_coloured_keeps_its_lightness_where_colours_can_be_shown() -> None:
    learner, images = make(Colorization).eval(), 0.2 * batch().images + 0.4
    learner.decoder.last.bias[:] = -(learner.bins.norm(dim=1) ** 2)  # near grey
    made = to_lab(learner.coloured(images))
    torch.testing.assert_close(made[:, 0], to_lab(images)[:, 0], atol=0.5, rtol=0)


def test_bins_are_laid_out_by_their_colour() -> None:
    laid = plane(np.arange(len(gamut()), dtype=float), "")
    number = gamut().tolist().index([30.0, -20.0])
    row, column = laid.rows.index("30"), laid.columns.index("-20")
    assert laid.values[row, column] == number
    assert np.isnan(laid.values).sum() == laid.values.size - len(gamut())


@torch.no_grad()
def test_each_half_of_the_split_brain_is_blind_to_what_it_predicts() -> None:
    learner, images = make(SplitBrain).eval(), batch().images
    half = learner.backbone.dim // 2
    first = learner.backbone.stages(0.4 * images + 0.3)["stage4"][:, :half]
    again = learner.backbone.stages(recoloured(images))["stage4"][:, :half]
    torch.testing.assert_close(again, first, atol=1e-3, rtol=1e-3)


@torch.no_grad()
def test_the_halves_losses_are_summed() -> None:
    found = make(SplitBrain).eval().validate(batch())
    parts = found["colour from lightness"] + found["lightness from colour"]
    torch.testing.assert_close(found["loss"], parts)


def test_lightness_falls_into_its_bin() -> None:
    given = torch.tensor([0.0, 0.99, 1.0, 57.3, 99.9, 100.0])
    assert LEVELS == 100
    assert levels(given).tolist() == [0, 0, 1, 57, 99, 99]
