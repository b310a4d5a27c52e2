"""The jigsaw: tiles, orders, and putting them back."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from core.losses.permutations import permutation_set
from core.methods.pretext.jigsaw import Jigsaw
from core.randomness import generator
from tests.methods.learners import (
    assert_figures_draw,
    assert_gradient_reaches_every_weight,
    assert_rebuilt_from_its_state,
    batch,
    make,
    train,
)

SMALL = {"enlarge": 3, "orders": 10}  # cells of 5 pixels in pictures of 16, tiles of 3


def test_a_place_shows_the_tile_that_its_order_names() -> None:
    method = make(Jigsaw, **SMALL)
    tiles = torch.arange(9.0).view(1, 9, 1, 1, 1).expand(10, 9, 3, 2, 2)
    found = method.shuffled(tiles, torch.arange(10))
    assert found[:, :, 0, 0, 0].tolist() == permutation_set(10).tolist()


def test_a_side_that_three_does_not_divide_is_cropped() -> None:
    """Of 32 pixels 30 are left, the middle ones where nothing is drawn."""
    method, images = make(Jigsaw, 32), batch(side=32).images
    assert torch.equal(method.crop(images), images[:, :, 1:31, 1:31])
    assert method.crop(images, generator("crop")).shape == (12, 3, 30, 30)


def test_tiles_lie_anywhere_within_their_cells() -> None:
    """The value of a pixel is its cell's number; every tile is wholly of its own."""
    method = make(Jigsaw, 32)
    cells = torch.arange(9.0).view(3, 3).repeat_interleave(10, 0).repeat_interleave(10, 1)
    tiles = method.cut(cells.expand(50, 3, 30, 30), generator("jitter"))
    assert tiles.shape == (50, 9, 3, 8, 8)
    assert torch.equal(tiles, torch.arange(9.0).view(1, 9, 1, 1, 1).expand_as(tiles))
    ramp = torch.arange(30.0).expand(50, 3, 30, 30)
    lefts = method.cut(ramp, generator("jitter"))[:, 0, 0, 0, 0]
    assert set(lefts.tolist()) == {0.0, 1.0, 2.0}


@torch.no_grad()
def test_the_loss_is_the_cross_entropy_of_the_right_order() -> None:
    method = make(Jigsaw, **SMALL).eval()
    chosen = method.asked(12)
    total = 0.0
    for image, order in zip(batch().images, chosen.tolist()):
        tiles = method.cut(method.crop(image[None]))[0]
        features = [method.backbone(tiles[t][None])[0] for t in permutation_set(10)[order]]
        scores = method.head(torch.cat(features)[None])[0]
        total -= float(torch.log_softmax(scores, dim=0)[order])
    assert float(method.validate(batch())["loss"]) == pytest.approx(total / 12, rel=1e-4)


@pytest.mark.parametrize("orders", [10, 100, 1000])
def test_it_learns_a_step_at_a_time(orders: int) -> None:
    method = make(Jigsaw, enlarge=3, orders=orders)
    assert all(math.isfinite(v) for row in train(method, 3) for v in row.values())
    assert_rebuilt_from_its_state(method)
    assert_figures_draw(method)


def test_a_gradient_reaches_every_weight() -> None:
    assert_gradient_reaches_every_weight(make(Jigsaw, **SMALL))


def test_a_solver_that_is_right_puts_the_picture_together(monkeypatch: pytest.MonkeyPatch) -> None:
    method, images = make(Jigsaw, **SMALL).eval(), batch().images
    right = torch.nn.functional.one_hot(method.asked(12), 10).float()
    monkeypatch.setattr(method, "solve", lambda tiles: right)
    found = method.reconstruct(images)
    np.testing.assert_array_equal(found.made, found.truth)
    assert (found.given != found.truth).any()
    assert found.side_by_side().images.shape == (36, 15, 15, 3)


def test_tiles_are_normalised_unless_told_otherwise() -> None:
    images = batch().images
    for normalise in (True, False):
        method = make(Jigsaw, normalise=normalise, **SMALL).eval()
        with torch.no_grad():
            same = torch.allclose(
                method.backbone(images), method.backbone(0.5 * images + 0.1), atol=1e-4
            )
        assert same == normalise


def test_tiles_too_small_are_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="raise `enlarge` to 4"):
        make(Jigsaw, 8, jitter=0)


@pytest.mark.parametrize("data", Jigsaw.recipes)
def test_a_recipe_names_real_options_and_fits(data: str) -> None:
    side, channels = {"digits": (8, 1), "mnist": (28, 1), "stl10": (96, 3)}.get(data, (32, 3))
    assert make(Jigsaw, side, channels, **Jigsaw.recipes[data]).tile >= 2
