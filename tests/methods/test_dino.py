"""DINO is the paper's: multi-crop, a teacher that follows, centring and sharpening as switches."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from core.bases.crops import small_side
from core.config import change
from core.losses.self_distillation import moved_centre
from core.methods.distillation.dino import Dino
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

SMALL = {"outputs": 16, "hidden": 16}


def dino(**options: object) -> Dino:
    return make(Dino, **{"backbone": "convnet", **SMALL, **options})


@torch.no_grad()
def test_the_loss_is_algorithm_1_with_multi_crop() -> None:
    method = dino(small_crops=1).eval()
    method.centre.copy_(torch.linspace(-0.1, 0.1, 16))
    large, small = method.crops(batch().images, batch().rng)
    views = [method.embed(view) for view in (*large, *small)]
    pairs = []
    for t in range(2):
        taught = method.teacher_head(method.teacher(large[t]))
        q = torch.softmax((taught - method.centre) / 0.04, dim=1)
        for v, scores in enumerate(views):
            if v != t:
                pairs.append(-(q * torch.log_softmax(scores / 0.1, dim=1)).sum(dim=1).mean())
    found = method.validate(batch())["loss"]
    torch.testing.assert_close(found, torch.stack(pairs).mean())


@pytest.mark.parametrize("backbone", ["vit", "convnet"])
@pytest.mark.parametrize(("side", "small"), [(8, 0), (16, 8), (28, 14), (32, 16)])
def test_small_views_are_half_as_wide_where_there_is_room(
    backbone: str, side: int, small: int
) -> None:
    method = dino(backbone=backbone, side=side, small_crops=3)
    patch = 4 if backbone == "vit" and side == 28 else 1
    assert small_side(side, method.backbone) in (small, round(small / patch) * patch)
    large, parts = method.crops(batch(side=side).images, batch().rng)
    assert large.shape == (2, 12, 3, side, side)
    assert parts.shape[0] == (3 if small else 0)
    assert method.features(large, parts).shape == (2 + len(parts), 12, method.backbone.dim)


def test_the_teacher_follows_by_the_momentum_of_the_step() -> None:
    method = dino(teacher_momentum=0.9)
    before = [p.clone() for p in method.teacher.parameters()]
    one = batch()
    one.progress = 0.5
    method.step(one, method.optimizers())
    momentum = 1 - 0.1 * 0.5 * (1 + math.cos(math.pi * 0.5))
    for old, now, student in zip(
        before, method.teacher.parameters(), method.backbone.parameters(), strict=True
    ):
        torch.testing.assert_close(now, momentum * old + (1 - momentum) * student)
        assert not now.requires_grad


def test_the_centre_moves_in_training_and_not_in_judging() -> None:
    method = dino()
    with torch.no_grad():
        method.eval().validate(batch())
        assert not method.centre.any()
        large, _ = method.crops(batch().images, batch().rng)
        taught = method.teacher_scores(large)
        method.loss(batch())
    torch.testing.assert_close(method.centre, moved_centre(torch.zeros(16), taught, 0.9))


def test_the_switches_take_effect_between_two_steps() -> None:
    method = dino()
    scores = torch.randn(5, 16, generator=generator("scores"))
    method.centre.copy_(torch.randn(16, generator=generator("centre")))
    method.config = change(method.config, centring=False)
    torch.testing.assert_close(method.teach(scores), torch.softmax(scores / 0.04, dim=1))
    method.config = change(method.config, centring=True, sharpening=False)
    expected = torch.softmax((scores - method.centre) / 0.1, dim=1)
    torch.testing.assert_close(method.teach(scores), expected)


def collapse(**switches: bool) -> list[dict[str, float]]:
    options = {"learning_rate": 0.01, "steps": 50, "teacher_momentum": 0.5, "centre_momentum": 0.5}
    return train(dino(small_crops=0, **options, **switches), 50)


def test_without_centring_the_teacher_becomes_sure_and_without_sharpening_even() -> None:
    """The two collapses of the paper's figure 7."""
    sure, even = collapse(centring=False), collapse(sharpening=False)
    assert sure[-1]["teacher entropy"] < 0.1 * math.log(16)
    assert even[-1]["teacher entropy"] > 0.98 * math.log(16)


def test_the_heads_of_the_class_token_are_what_attends() -> None:
    method = dino(backbone="vit", width=8).eval()
    with torch.no_grad():
        found = method.attend(batch().images)
        figure = method.attention(look())
    assert list(found) == ["head 1", "head 2"]
    for maps in found.values():
        assert maps.shape == (12, 8, 8)
        torch.testing.assert_close(maps.sum(dim=(1, 2)), torch.ones(12))
    assert figure.heat.shape[1] == 2
    assert (figure.heat.min(), figure.heat.max()) == (0.0, 1.0)


@pytest.mark.parametrize("backbone", ["vit", "convnet", "resnet18"])
def test_a_gradient_reaches_every_weight_of_the_student_alone(backbone: str) -> None:
    method = dino(backbone=backbone)
    assert_gradient_reaches_every_weight(method)
    assert all(p.grad is None for p in method.teacher.parameters())


@pytest.mark.parametrize("side", [8, 16])
def test_three_steps_are_finite(side: int) -> None:
    assert all(np.isfinite(list(row.values())).all() for row in train(dino(side=side), 3, side))


@pytest.mark.parametrize("backbone", ["vit", "convnet"])
def test_it_is_rebuilt_from_its_state(backbone: str) -> None:
    method = dino(backbone=backbone)
    train(method, 2)
    assert_rebuilt_from_its_state(method)
    assert_figures_draw(method)


def test_the_use_of_the_outputs_sums_to_one() -> None:
    with torch.no_grad():
        curve = dino().eval().use(look())
    for line in curve.lines.values():
        assert float(line.y.sum()) == pytest.approx(1.0, rel=1e-3)


def test_grey_pictures_are_learned_from_too() -> None:
    method = dino(channels=1)
    one = batch(channels=1)
    assert math.isfinite(float(method.loss(one)["loss"].detach()))
