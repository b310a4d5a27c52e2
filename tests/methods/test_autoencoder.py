"""Autoencoders: what each kind is given, what it pays, and that a sparse code is sparse."""

from __future__ import annotations

import math

import pytest
import torch

from core.config import configure
from core.data.augment.corruption import gaussian_noise, masking_noise
from core.losses.sparsity import kl_penalty, l1_penalty
from core.methods.reconstruction.autoencoder import Autoencoder
from core.nets.code import Code
from core.randomness import drawing_from, generator
from tests.methods.learners import (
    assert_figures_draw,
    assert_gradient_reaches_every_weight,
    assert_rebuilt_from_its_state,
    batch,
    look,
    make,
    train,
)

KINDS: list[dict[str, str]] = [
    {"kind": "plain"},
    {"kind": "sparse", "penalty": "l1"},
    {"kind": "sparse", "penalty": "kl"},
    {"kind": "denoising", "noise": "masking"},
    {"kind": "denoising", "noise": "gaussian"},
]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(kind.values()))


def autoencoder(**options: object) -> Autoencoder:
    return make(Autoencoder, **{"code": 6, **options}).eval()


# --- penalties ------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [0.01, 0.05, 0.3])
def test_the_divergence_is_that_of_two_coins(target: float) -> None:
    code = torch.rand(9, 4, generator=generator("code"))
    expected = []
    for unit in range(4):
        mean = sum(float(code[row, unit]) for row in range(9)) / 9
        on = target * math.log(target / mean)
        expected.append(on + (1 - target) * math.log((1 - target) / (1 - mean)))
    assert float(kl_penalty(code, target)) == pytest.approx(sum(expected) / 4, rel=1e-5)


def test_the_divergence_is_nothing_at_the_target_and_finite_at_the_ends() -> None:
    assert float(kl_penalty(torch.full((5, 2), 0.1), 0.1)) == pytest.approx(0.0, abs=1e-6)
    assert math.isfinite(float(kl_penalty(torch.zeros(5, 2), 0.1)))
    assert math.isfinite(float(kl_penalty(torch.ones(5, 2), 0.1)))


def test_the_size_of_a_code_is_its_mean_distance_from_zero() -> None:
    assert float(l1_penalty(torch.tensor([[1.0, -2.0], [0.0, 5.0]]))) == 2.0


# --- noise ----------------------------------------------------------------------------------------


def test_masked_pixels_are_black_in_all_channels_and_no_other_changes() -> None:
    images = batch(count=64).images + 0.01
    given = masking_noise(images, 0.3, generator("noise"))
    black = (given == 0).any(dim=1)
    assert torch.equal(black, (given == 0).all(dim=1))
    assert float(black.float().mean()) == pytest.approx(0.3, abs=0.02)
    assert torch.equal(given.permute(0, 2, 3, 1)[~black], images.permute(0, 2, 3, 1)[~black])


def test_gaussian_noise_has_the_deviation_it_says() -> None:
    images = batch(count=64).images
    added = gaussian_noise(images, 0.25, generator("noise")) - images
    assert float(added.std()) == pytest.approx(0.25, abs=0.005)
    assert float(added.mean()) == pytest.approx(0.0, abs=0.005)


# --- loss -----------------------------------------------------------------------------------------


@torch.no_grad()
@every_kind
def test_the_loss_is_the_error_to_the_clean_picture_and_what_the_code_pays(
    kind: dict[str, str],
) -> None:
    method, images = autoencoder(**kind, sparsity_weight=0.3, level=0.5), batch().images
    found = method.validate(batch())
    given = images
    if kind["kind"] == "denoising":
        given = method.corrupt(images, 0.5, generator("noise"))
        assert not torch.equal(given, images)
    code = method.codes(given)
    made, error = method.decode(code), 0.0
    for one, truth in zip(made.flatten().tolist(), images.flatten().tolist()):
        error += (one - truth) ** 2 / images.numel()
    pays = 0.0
    if kind["kind"] == "sparse":
        pays = float(kl_penalty(code, 0.05) if kind["penalty"] == "kl" else code.abs().mean())
    assert float(found["error"]) == pytest.approx(error, rel=1e-4)
    assert float(found["loss"]) == pytest.approx(error + 0.3 * pays, rel=1e-4)


@pytest.mark.parametrize("penalty", ["l1", "kl"])
def test_a_penalty_makes_fewer_units_speak(penalty: str) -> None:
    options = {"kind": "sparse", "penalty": penalty, "code": 16, "learning_rate": 0.05}
    options |= {"steps": 40, "warmup": 0.0}
    active = []
    for weight in (0.0, 3.0):
        method = make(Autoencoder, **options, sparsity_weight=weight)
        method.code.bias.data.zero_()
        active.append(train(method, 40)[-1]["active"])
    assert active[1] < 0.7 * active[0]


def test_a_code_of_sigmoids_begins_near_its_target() -> None:
    method = make(Autoencoder, kind="sparse", penalty="kl", target=0.2, code=64)
    assert float(method.loss(batch())["active"]) == pytest.approx(0.2, abs=0.08)


def test_a_code_cannot_shrink_to_evade_the_penalty() -> None:
    with drawing_from(generator("code")):
        code = Code(3, 2, 5, "relu").train()
    features = 10 * torch.rand(40, 3, 2, 2, generator=generator("features"))
    before = code(features)
    with torch.no_grad():
        code.project.weight.mul_(0.5)
    torch.testing.assert_close(code(features), before, atol=2e-3, rtol=0)


# --- learning and looking -------------------------------------------------------------------------


@every_kind
def test_it_learns_a_step_at_a_time(kind: dict[str, str]) -> None:
    method = make(Autoencoder, code=6, **kind)
    rows = train(method, 3)
    assert all(math.isfinite(v) for row in rows for v in row.values())
    assert ("penalty" in rows[0]) == (kind["kind"] == "sparse")
    assert_rebuilt_from_its_state(method)
    assert_figures_draw(method)


@every_kind
def test_a_gradient_reaches_every_weight(kind: dict[str, str]) -> None:
    assert_gradient_reaches_every_weight(make(Autoencoder, code=6, **kind))


@torch.no_grad()
def test_the_code_is_the_last_stage() -> None:
    method, images = autoencoder(), batch().images
    stages = method.encode(images)
    assert list(stages) == [*method.backbone.blocks, "code"]
    torch.testing.assert_close(stages["code"], method.codes(images))
    assert stages["code"].shape == (12, 6)
    assert "code" not in method.attend(images)


@torch.no_grad()
def test_only_a_denoising_one_is_given_noise() -> None:
    images = batch().images
    for kind in ("plain", "sparse"):
        found = autoencoder(kind=kind).reconstruct(images)
        assert (found.given == found.truth).all()
    found = autoencoder(kind="denoising", level=0.5).reconstruct(images)
    black = (found.given == 0).all(axis=3).mean()
    assert black == pytest.approx(0.5, abs=0.05)


@torch.no_grad()
def test_single_units_are_shown_by_what_they_change() -> None:
    method = autoencoder()
    method.spread.project.weight[:, 2] = 0.0  # the third unit says nothing to the decoder
    shown = method.units(look())
    assert shown.captions[-1] == "unit 3"
    away = abs(shown.images.astype(int) - 128).max(axis=(1, 2, 3))
    assert away[0] > 100
    assert away[-1] < 5  # what rounding leaves


@torch.no_grad()
def test_a_walk_begins_and_ends_at_pictures_as_rebuilt() -> None:
    method = autoencoder()
    walk = method.walk(look()).images.reshape(6, 7, 16, 16, 3)
    rebuilt = method.decode(method.codes(look().images[:6])).permute(0, 2, 3, 1).numpy()
    for picture in range(6):
        assert abs(walk[picture, 0] / 255 - rebuilt[picture]).max() < 0.003
        assert abs(walk[picture, -1] / 255 - rebuilt[(picture + 1) % 6]).max() < 0.003


@pytest.mark.parametrize("data", Autoencoder.recipes)
def test_a_recipe_names_real_options(data: str) -> None:
    assert configure(Autoencoder.Config, Autoencoder.recipes[data]) != Autoencoder.Config()
