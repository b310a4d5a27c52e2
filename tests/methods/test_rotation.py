"""Rotation prediction is the paper's: its loss, its rotations, its maps."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from core.bases.encoder import shift_flip
from core.config import change, configure
from core.data.augment.geometry import rotate90
from core.method import Batch, DataShape, Look
from core.methods.pretext.rotation import Rotation
from core.pictures import HeatMaps, ImageGrid, Matrix
from core.randomness import drawing_from, generator

SHAPE = DataShape(3, 8, ("house", "tree"))


def method(backbone: str = "convnet", rotations: int = 4) -> Rotation:
    config = configure(Rotation.Config, backbone=backbone, rotations=rotations, width=4)
    with drawing_from(generator("weights")):
        return Rotation(config, SHAPE)


def pictures(count: int = 5) -> Tensor:
    return torch.rand(count, 3, 8, 8, generator=generator("pictures"))


def batch(count: int = 5) -> Batch:
    labels = torch.arange(count) % 2
    return Batch(pictures(count), labels, torch.arange(count), generator("step"), 0, 0.0)


def look() -> Look:
    return Look(pictures(), torch.tensor([0, 0, 1, 1, -1]), SHAPE.classes, generator("look"))


def test_the_rotated_copies_are_exact_turns_to_the_left() -> None:
    images = pictures()
    upright, quarter, half, three = method().rotated(images)
    assert torch.equal(upright, images)
    assert torch.equal(quarter, images.transpose(2, 3).flip(2))
    assert torch.equal(half, images.flip(2).flip(3))
    assert torch.equal(three, images.transpose(2, 3).flip(3))


def test_the_ablation_tells_upright_from_upside_down() -> None:
    images, two = pictures(), method(rotations=2)
    assert torch.equal(two.rotated(images), torch.stack([images, rotate90(images, 2)]))
    assert two.names == ["0°", "180°"]
    with torch.no_grad():
        assert math.isfinite(float(two.loss(batch())["loss"]))


@torch.no_grad()
def test_the_loss_is_the_paper_s_mean_over_pictures_and_rotations() -> None:
    rotation = method().eval()  # batch normalisation then sees each picture alone
    total, right = 0.0, 0
    for image in pictures():
        for y in range(4):
            scores = rotation.head(rotation.backbone(rotate90(image.unsqueeze(0), y)))[0]
            total -= float(torch.log_softmax(scores, dim=0)[y]) / 4
            right += int(scores.argmax()) == y
    found = rotation.validate(batch())
    assert float(found["loss"]) == pytest.approx(total / 5, rel=1e-5)
    assert float(found["accuracy"]) == pytest.approx(right / 20)


def test_training_shifts_and_flips_before_it_rotates() -> None:
    rotation = method().eval()
    moved = shift_flip(pictures(), rotation.config, generator("step"))
    assert not torch.equal(moved, pictures())
    torch.testing.assert_close(rotation.loss(batch())["loss"], rotation.judge(moved)["loss"])


@pytest.mark.parametrize("backbone", ["convnet", "resnet18", "vit"])
def test_a_gradient_reaches_every_weight(backbone: str) -> None:
    rotation = method(backbone)
    for parameter in rotation.parameters():  # the residual branches begin at zero
        parameter.data.add_(0.01)
    rotation.loss(batch())["loss"].backward()
    for name, parameter in rotation.named_parameters():
        assert parameter.grad is not None, name
        assert bool(parameter.grad.any()), name


def test_judging_held_out_pictures_moves_nothing() -> None:
    rotation = method().eval()
    before = {name: tensor.clone() for name, tensor in rotation.state_dict().items()}
    with torch.no_grad():
        first, again = rotation.validate(batch()), rotation.validate(batch())
    assert first == again
    assert all(torch.equal(before[name], now) for name, now in rotation.state_dict().items())


def test_it_learns_to_tell_a_turned_gradient_picture() -> None:
    config = configure(Rotation.Config, steps=25, width=4, flip=False, batch_size=4)
    with drawing_from(generator("weights")):
        rotation = Rotation(config, SHAPE)
    optimizers = rotation.optimizers()
    ramp = torch.linspace(0, 1, 8).view(1, 1, 8, 1).expand(4, 3, 8, 8)
    for step in range(25):
        one = Batch(ramp, torch.zeros(4), torch.arange(4), generator(step), step, step / 25)
        rotation.step(one, optimizers)
    one = Batch(ramp, torch.zeros(4), torch.arange(4), generator("last"), 25, 1.0)
    assert float(rotation.eval().validate(one)["accuracy"]) == 1.0


def test_encoding_is_the_same_every_time_and_gives_every_stage() -> None:
    rotation = method().eval()
    first, again = rotation.encode(pictures()), rotation.encode(pictures())
    assert list(first) == ["stage1", "stage2", "stage3", "stage4"]
    assert all(torch.equal(first[name], again[name]) for name in first)


@pytest.mark.parametrize("power", [1.0, 2.0, 4.0])
def test_attention_is_the_sum_of_powers_over_channels(power: float) -> None:
    rotation = method().eval()
    for name, activations in rotation.encode(pictures()).items():
        found = rotation.attend(pictures(), power)[name]
        by_hand = sum(activations[:, c].abs() ** power for c in range(activations.shape[1]))
        torch.testing.assert_close(found, by_hand)


def test_guesses_are_the_rotations_of_a_picture_side_by_side() -> None:
    with torch.no_grad():
        guess = method().eval().guess(pictures(3))
    assert guess.shown.shape == (12, 8, 8, 3)
    assert guess.columns == 4
    assert guess.options == ["0°", "90°", "180°", "270°"]
    assert guess.truth.tolist() == [0, 1, 2, 3] * 3
    np.testing.assert_allclose(guess.probabilities.sum(axis=1), 1.0, rtol=1e-5)
    np.testing.assert_array_equal(guess.shown[5], np.rot90(guess.shown[4]))


def test_attention_is_turned_back_upright() -> None:
    """Of a network without weights of place, the maps of all four copies are the same."""
    rotation = method().eval()
    convolution = next(m for m in rotation.modules() if isinstance(m, torch.nn.Conv2d))
    convolution.weight.data[:] = convolution.weight.data.mean(dim=(2, 3), keepdim=True)
    upright, *others = rotation.attention(pictures())["stage1"]
    for other in others:
        torch.testing.assert_close(other, upright, atol=1e-5, rtol=1e-4)


def test_the_figures_hold_shares() -> None:
    rotation = method().eval()
    with torch.no_grad():
        confusion, classes = rotation.confusion(look()), rotation.class_accuracy(look())
        maps, stages = rotation.equivariance(look()), rotation.equivariance_of_stages(look())
        filters = rotation.filters(look())
    assert isinstance(confusion, Matrix)
    np.testing.assert_allclose(confusion.values.sum(axis=1), 1.0, rtol=1e-6)
    assert list(classes.rows) == ["house", "tree"]
    assert np.isin(classes.values, [0.0, 0.5, 1.0]).all()  # of two pictures a class
    assert isinstance(maps, HeatMaps)
    assert maps.heat.shape[:2] == (5, 4)
    assert maps.heat.min() >= 0
    assert maps.heat.max() <= 1
    assert stages.values.shape == (4, 3)
    assert isinstance(filters, ImageGrid)
    assert filters.images.shape == (4, 40, 40, 3)


def test_accuracy_is_shown_without_classes_too() -> None:
    unlabelled = Look(pictures(), torch.full((5,), -1), (), generator("look"))
    with torch.no_grad():
        assert list(method().eval().class_accuracy(unlabelled).rows) == ["all"]


@pytest.mark.parametrize("data", Rotation.recipes)
def test_a_recipe_names_real_options(data: str) -> None:
    config = change(configure(Rotation.Config), **Rotation.recipes[data])
    assert config != Rotation.Config()
