"""Colorization and the split-brain autoencoder see only what they may, and predict the rest."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from core.colour_hints import Hint, as_tensor, colouring
from core.data.augment.hints import SCALE, boxes, drawn, painted, some
from core.data.augment.lab import to_lab, to_rgb
from core.data.imageset import DataError
from core.experiment import Experiment, load_data
from core.losses.colour import gamut
from core.methods.pretext.colorization import COUNTING, Colorization, flat, plane
from core.methods.pretext.split_brain import LEVELS, SplitBrain, levels
from core.progress import Progress
from core.randomness import generator
from tests.methods.learners import (
    assert_figures_draw,
    assert_gradient_reaches_every_weight,
    assert_rebuilt_from_its_state,
    batch,
    look,
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


# --- hints ----------------------------------------------------------------------------------------


def test_hints_are_drawn_for_that_share_and_tell_the_mean_colour_of_their_patch() -> None:
    ab = torch.randn(400, 2, 32, 32, generator=generator("colours")) * 30
    told = drawn(ab, 0.5, generator("hints"))
    share = float(told[:, 2].flatten(1).any(dim=1).float().mean())
    assert share == pytest.approx(0.5, abs=0.08)
    assert set(told[:, 2].unique().tolist()) == {0.0, 1.0}
    assert not told[:, :2][(told[:, 2:] == 0).expand(-1, 2, -1, -1)].any()
    one = some(ab[:20], 1, generator("one"))
    for picture, found in zip(ab, one):
        where = found[2] > 0
        expected = picture[:, where].mean(dim=1) / SCALE
        torch.testing.assert_close(found[:2, where].mean(dim=1), expected, atol=1e-4, rtol=1e-4)


def test_a_square_of_a_hint_lies_about_its_place_and_is_cut_by_the_edge() -> None:
    rows, columns = boxes(torch.tensor([[[3, 1], [0, 0]]]), torch.tensor([[3, 4]]), (6, 8))
    told = painted(rows, columns, torch.tensor([[[55.0, -11.0], [0.0, 22.0]]]))
    expected = torch.zeros(6, 8)
    expected[0:3, 2:5] = 1  # about x 3, y 1
    expected[0:3, 0:3] = 1  # about the corner
    assert torch.equal(told[0, 2], expected)
    assert told[0, :2, 1, 4].tolist() == pytest.approx([0.5, -0.1])
    assert told[0, :2, 1, 2].tolist() == pytest.approx([0.25, 0.05])  # where both lie, the mean


@torch.no_grad()
def test_no_hint_is_the_same_as_hints_of_nothing() -> None:
    learner, images = make(Colorization).eval(), batch().images
    nothing = torch.zeros_like(images)
    assert torch.equal(learner.scores(images), learner.scores(images, nothing))
    nothing[:, 2, 5, 5] = 1.0
    assert not torch.equal(learner.scores(images), learner.scores(images, nothing))


def test_without_hints_in_training_none_are_taken() -> None:
    learner, images = make(Colorization, hints=0.0), batch().images
    assert train(learner, 1)
    with pytest.raises(ValueError, match="trained without hints"):
        learner.colour(images, torch.zeros_like(images))


@torch.no_grad()
def test_likely_colours_are_the_peaks_of_the_distribution_that_can_be_shown() -> None:
    learner, images = make(Colorization).eval(), torch.full((1, 3, 16, 16), 0.5)
    bins = learner.bins.tolist()
    learner.decoder.last.weight[:] = 0
    learner.decoder.last.bias[:] = -30.0
    for ab, score in (([30.0, 20.0], 3.0), ([40.0, 20.0], 2.0), ([-30.0, 30.0], 1.0)):
        learner.decoder.last.bias[bins.index(ab)] = score
    ab, chances = learner.likely_colours(images, torch.zeros_like(images), (4, 9))
    assert ab[:2].tolist() == [[30.0, 20.0], [-30.0, 30.0]]  # the second is too near the first
    expected = torch.softmax(torch.tensor([3.0, 2.0, 1.0]), dim=0)
    assert chances[:2].tolist() == pytest.approx([float(expected[0]), float(expected[2])], rel=1e-3)
    black = torch.zeros_like(images)
    only, _ = learner.likely_colours(black, black, (4, 9))
    assert not any(c in ([30.0, 20.0], [-30.0, 30.0]) for c in only.tolist())


def test_colouring_takes_the_person_s_hints_the_later_over_the_earlier() -> None:
    learner, seen = make(Colorization).eval(), look()
    red, blue = (255, 0, 0), (0, 0, 255)
    with torch.no_grad():
        told = as_tensor([Hint(4, 4, red, 3), Hint(5, 4, blue, 1)], seen.images[:1])
        found = colouring([Hint(4, 4, red)], 1, (2, 3))(learner, seen)
        plain = colouring([], 1)(learner, seen)
    of_blue = to_lab(torch.tensor([0.0, 0.0, 1.0]).view(1, 3, 1, 1))[0, 1:, 0, 0] / SCALE
    torch.testing.assert_close(told[0, :2, 4, 5], of_blue)
    assert int(told[0, 2].sum()) == 9
    assert found.unhinted == plain.distance
    assert found.likely is not None
    assert found.likely.colours.shape[1] == 3
    assert plain.likely is None
    with pytest.raises(ValueError, match="16, 4 lies beside the picture, which is 16 x 16"):
        colouring([Hint(16, 4, red)])(learner, seen)
