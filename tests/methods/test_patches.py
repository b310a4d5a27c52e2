"""Relative patch location: the nine patches, their places, and the measures against shortcuts."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from core.methods.pretext.patches import CENTRE, PLACES, Patches, drop_colours
from core.randomness import generator
from tests.methods.learners import (
    assert_figures_draw,
    assert_gradient_reaches_every_weight,
    assert_rebuilt_from_its_state,
    batch,
    make,
    train,
)

SMALL = {"enlarge": 2}  # patches of 4 pixels in pictures of 16


def places_as_picture(side: int = 32) -> Tensor:
    """A picture whose two channels are each pixel's row and column."""
    rows = torch.arange(side).float().view(1, 1, side, 1).expand(1, 1, side, side)
    return torch.cat([rows, rows.transpose(2, 3), torch.zeros_like(rows)], dim=1)


def test_the_nine_patches_lie_where_the_paper_puts_them() -> None:
    """Patches of 8 pixels, 3 apart: from the middle one, each place is 11 pixels away."""
    patches = make(Patches, 32).cut(places_as_picture())
    corners = patches[0, :, :2, 0, 0]  # (9, 2): row and column of each upper left pixel
    away = (corners - corners[CENTRE]).tolist()
    assert away == [[-11, -11], [-11, 0], [-11, 11], [0, -11], [0, 0], [0, 11], [11, -11],
                    [11, 0], [11, 11]]  # fmt: skip


@pytest.mark.parametrize(("place", "row", "column"), [("up left", -1, -1), ("up", -1, 0),
                         ("right", 0, 1), ("down left", 1, -1), ("down right", 1, 1)])  # fmt: skip
def test_the_names_of_the_places_are_right(place: str, row: int, column: int) -> None:
    number = PLACES.index(place)
    corners = make(Patches, 32).cut(places_as_picture())[0, :, :2, 0, 0]
    away = corners[number + (number >= CENTRE)] - corners[CENTRE]
    assert torch.sign(away).tolist() == [row, column]


def test_jitter_moves_each_patch_by_itself_and_stays_in_the_picture() -> None:
    method = make(Patches, 32)
    rows, columns = method.corners(200, generator("jitter"))
    assert int(rows.min()) >= 0
    assert int(columns.max()) + method.patch <= 32
    gaps = (rows[:, 3] - rows[:, 0] - method.patch).tolist()
    assert set(gaps) == {1, 2, 3, 4, 5}  # 3, either patch moved by one at most


@torch.no_grad()
def test_the_loss_is_the_cross_entropy_of_every_pair() -> None:
    method = make(Patches, **SMALL).eval()
    patches = method.cut(batch().images)
    total, right = 0.0, 0
    for nine in patches:
        features = method.backbone(nine)
        others = [i for i in range(9) if i != CENTRE]
        for place, other in enumerate(others):
            scores = method.head(torch.cat([features[CENTRE], features[other]])[None])[0]
            total -= float(torch.log_softmax(scores, dim=0)[place])
            right += int(scores.argmax()) == place
    found = method.validate(batch())
    assert float(found["loss"]) == pytest.approx(total / (12 * 8), rel=1e-4)
    assert float(found["accuracy"]) == pytest.approx(right / (12 * 8))


@pytest.mark.parametrize("colours", ["keep", "drop", "project"])
def test_it_learns_a_step_at_a_time(colours: str) -> None:
    method = make(Patches, colours=colours, **SMALL)
    assert all(math.isfinite(v) for row in train(method, 3) for v in row.values())
    assert_rebuilt_from_its_state(method)
    assert_figures_draw(method)


def test_a_gradient_reaches_every_weight() -> None:
    assert_gradient_reaches_every_weight(make(Patches, **SMALL))


def test_dropping_keeps_one_channel_and_makes_the_others_grey() -> None:
    patches = torch.rand(5, 9, 3, 4, 4, generator=generator("patches"))
    found = drop_colours(patches, generator("drop"))
    kept = (found == patches).flatten(3).all(dim=3)
    assert torch.equal(kept.sum(dim=2), torch.ones(5, 9, dtype=torch.int64))
    others = found[~kept]
    assert float((others - 0.5).abs().max()) < 0.05
    assert float(others.std()) > 0


def test_projecting_makes_green_and_magenta_the_same_to_the_network() -> None:
    method = make(Patches, colours="project", **SMALL).eval()
    images = batch().images * 0.5 + 0.25
    shifted = images + 0.1 * torch.tensor([-1.0, 2.0, -1.0]).view(1, 3, 1, 1)
    with torch.no_grad():
        torch.testing.assert_close(method.backbone(images), method.backbone(shifted))


def test_a_guess_asks_every_place_in_turn() -> None:
    with torch.no_grad():
        guess = make(Patches, **SMALL).eval().guess(batch().images)
    assert guess.truth.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3]
    np.testing.assert_allclose(guess.probabilities.sum(axis=1), 1.0, rtol=1e-5)
    assert guess.shown.shape == (12, 64, 64, 3)


def test_patches_that_do_not_fit_are_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"raise `enlarge` to 4"):
        make(Patches, 8)
    with pytest.raises(ValueError, match="choose a smaller patch, gap or jitter"):
        make(Patches, 32, gap=1.0)
    with pytest.raises(ValueError, match="choose 'keep'"):
        make(Patches, 32, channels=1, colours="drop")


@pytest.mark.parametrize("data", Patches.recipes)
def test_a_recipe_names_real_options_and_fits(data: str) -> None:
    side, channels = {"digits": (8, 1), "mnist": (28, 1), "stl10": (96, 3)}.get(data, (32, 3))
    assert make(Patches, side, channels, **Patches.recipes[data]).patch >= 2
