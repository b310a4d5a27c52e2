"""The masked autoencoder sees what is visible and nothing else, and is judged on what is hidden."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from core.config import change
from core.losses.patches import masked_error, patchify, statistics, unpatchify
from core.methods.reconstruction.mae import MAE
from core.nets.masked import Masking, random_masking
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


def mae(**options: object) -> MAE:
    return make(MAE, **{"patch": 4, **options}).eval()


def repainted(images: Tensor, masking: Masking, patch: int) -> Tensor:
    """The images with all hidden pixels changed."""
    patches = patchify(images, patch)
    return unpatchify(torch.where(masking.masked.unsqueeze(2), 1 - patches, patches), patch)


# --- patches and masks ----------------------------------------------------------------------------


def test_patches_are_cut_row_by_row_and_put_back_exactly() -> None:
    images = batch().images
    patches = patchify(images, 4)
    assert patches.shape == (12, 16, 48)
    assert torch.equal(patches[:, 6].unflatten(1, (3, 4, 4)), images[:, :, 4:8, 8:12])
    assert torch.equal(unpatchify(patches, 4), images)


def test_the_encoder_counts_patches_as_they_are_cut() -> None:
    method, images = mae(), batch().images[:1]
    other = images.clone()
    other[:, :, 4:8, 8:12] = 0.0  # the seventh patch
    embed = next(iter(method.backbone.blocks["stage1"].children()))
    with torch.no_grad():
        moved = (embed(images) != embed(other)).any(dim=1).flatten()
    assert moved.nonzero().flatten().tolist() == [6]


@pytest.mark.parametrize("ratio", [0.05, 0.25, 0.5, 0.75, 0.9, 0.95])
def test_what_is_shuffled_comes_back_to_its_place(ratio: float) -> None:
    tokens = torch.rand(5, 16, 3, generator=generator("tokens"))
    masking = random_masking(5, 16, ratio, generator("masks"))
    kept = masking.kept.unsqueeze(2).expand(-1, -1, 3)
    back = masking.unshuffle(tokens.gather(1, kept), torch.full((1, 1, 3), -1.0))
    for picture, seen in enumerate(masking.kept.tolist()):
        assert len(set(seen)) == len(seen) == min(15, max(1, round(16 * (1 - ratio))))
        for place in range(16):
            expected = tokens[picture, place] if place in seen else torch.full((3,), -1.0)
            assert torch.equal(back[picture, place], expected)
            assert bool(masking.masked[picture, place]) == (place not in seen)


def test_every_patch_is_hidden_as_often_as_any_other() -> None:
    share = random_masking(4000, 16, 0.75, generator("often")).masked.float().mean(dim=0)
    torch.testing.assert_close(share, torch.full((16,), 0.75), atol=0.03, rtol=0)


# --- loss -----------------------------------------------------------------------------------------


def slow_error(made: Tensor, images: Tensor, kept: Tensor, patch: int, normalise: bool) -> float:
    """Patch by patch in plain loops; `made` in the units of the target."""
    errors, grid = [], images.shape[-1] // patch
    for picture, image in enumerate(images):
        for place in range(grid * grid):
            if place in kept[picture].tolist():
                continue
            top, left = patch * (place // grid), patch * (place % grid)
            pixels = image[:, top : top + patch, left : left + patch].flatten().double()
            if normalise:
                mean = pixels.sum() / len(pixels)
                variance = ((pixels - mean) ** 2).sum() / len(pixels)
                pixels = (pixels - mean) / math.sqrt(float(variance) + 1e-6)
            else:
                pixels = 2 * pixels - 1
            errors.append(float(((made[picture, place].double() - pixels) ** 2).mean()))
    return sum(errors) / len(errors)


@torch.no_grad()
@pytest.mark.parametrize("normalise", [True, False])
def test_the_loss_is_the_mean_square_on_hidden_patches(normalise: bool) -> None:
    method, images = mae(normalise=normalise), batch().images
    masking = method.held_out_mask(12)
    made = method.predict(images, masking)
    expected = slow_error(made, images, masking.kept, 4, normalise)
    assert float(method.validate(batch())["loss"]) == pytest.approx(expected, rel=1e-5)


def test_only_masked_patches_count() -> None:
    truth = torch.rand(2, 4, 3, generator=generator("truth"))
    masked = torch.tensor([[True, False, False, True], [False, True, True, False]])
    made = torch.where(masked.unsqueeze(2), truth, truth + 100)
    assert float(masked_error(made, truth, masked)) == 0.0
    made[0, 3] += 2.0  # one of four masked patches is off by 2
    assert float(masked_error(made, truth, masked)) == pytest.approx(1.0)


def test_a_patch_of_one_colour_becomes_zeros() -> None:
    flat = torch.full((1, 1, 12), 0.3)
    mean, spread = statistics(flat)
    torch.testing.assert_close((flat - mean) / spread, torch.zeros(1, 1, 12), atol=1e-3, rtol=0)


# --- what is seen ---------------------------------------------------------------------------------


@torch.no_grad()
@pytest.mark.parametrize("ratio", [0.25, 0.75])
def test_what_is_hidden_reaches_neither_encoder_nor_painting(ratio: float) -> None:
    method, images = mae(normalise=False), batch().images
    masking = method.held_out_mask(12, ratio)
    other = repainted(images, masking, 4)
    assert not torch.equal(other, images)
    for one, two in zip(
        method.backbone.see(images, masking.kept), method.backbone.see(other, masking.kept)
    ):
        torch.testing.assert_close(one, two)
    torch.testing.assert_close(method.predict(images, masking), method.predict(other, masking))


@torch.no_grad()
def test_with_every_patch_kept_it_is_the_whole_encoder() -> None:
    method, images = mae(), batch().images
    everything = torch.arange(16).expand(12, -1)
    summary, tokens = method.backbone.see(images, everything)
    last = method.encode(images)["stage3"]
    torch.testing.assert_close(summary.squeeze(1), method.backbone.pool(last))
    torch.testing.assert_close(tokens, method.backbone.norm(last.flatten(2).transpose(1, 2)))


@torch.no_grad()
@pytest.mark.parametrize("normalise", [True, False])
def test_only_hidden_patches_are_painted(normalise: bool) -> None:
    method, images = mae(normalise=normalise), batch().images
    masking = method.held_out_mask(12)
    made, truth = patchify(method.completed(images, masking), 4), patchify(images, 4)
    assert torch.equal(made[~masking.masked], truth[~masking.masked])
    assert not torch.equal(made[masking.masked], truth[masking.masked])


@torch.no_grad()
def test_the_slider_of_the_mask_ratio_changes_what_is_given() -> None:
    method, images = mae(), batch().images
    for ratio in (0.25, 0.5, 0.9):
        method.config = change(method.config, mask_ratio=ratio)
        given = method.reconstruct(images).given
        grey = (given == 128).all(axis=3).mean()
        assert grey == pytest.approx(1 - round(16 * (1 - ratio)) / 16, abs=0.01)


@torch.no_grad()
def test_what_is_shown_is_cut_and_painted_on_the_same_places() -> None:
    found = mae().reconstruct(batch().images)
    seen = (found.given != 128).any(axis=3)
    np.testing.assert_array_equal(found.given[seen], found.truth[seen])
    np.testing.assert_array_equal(found.made[seen], found.truth[seen])


# --- learning -------------------------------------------------------------------------------------


@pytest.mark.parametrize("normalise", [True, False])
def test_it_learns_a_step_at_a_time(normalise: bool) -> None:
    method = make(MAE, patch=4, normalise=normalise)
    rows = train(method, 3)
    assert all(math.isfinite(v) for row in rows for v in row.values())
    assert_rebuilt_from_its_state(method)
    assert_figures_draw(method)


def test_a_gradient_reaches_every_weight() -> None:
    assert_gradient_reaches_every_weight(make(MAE, patch=4))


def test_the_smallest_pictures_have_patches_larger_than_a_pixel() -> None:
    assert make(MAE, side=8, channels=1).patch == 2


def test_a_patch_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="patch 5 does not divide the image side 16"):
        make(MAE, patch=5)


@torch.no_grad()
def test_the_curve_of_errors_covers_the_ratios() -> None:
    line = mae().difficulty(look()).lines["held out"]
    assert line.x[0] < 0.25
    assert line.x[-1] == pytest.approx(0.95)
    assert np.isfinite(line.y).all()
