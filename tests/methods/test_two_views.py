"""What holds for every method that compares two views by an embedding."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from core.bases.views import TwoViewMethod, pair_kinds, two_views
from core.config import change, configure
from core.data.augment.compose import augment
from core.data.augment.named import STRONG, alone
from core.method import Batch, DataShape, Look
from core.methods.contrastive.moco import MoCo
from core.methods.contrastive.simclr import SimCLR
from core.methods.distillation.byol import BYOL
from core.methods.distillation.simsiam import SimSiam
from core.pictures import ImageGrid, Matrix
from core.randomness import drawing_from, generator

METHODS = (SimCLR, MoCo, BYOL, SimSiam)
SHAPE = DataShape(3, 8, ("house", "tree"))

every_method = pytest.mark.parametrize("cls", METHODS, ids=lambda cls: cls.__name__)


def made(cls: type[TwoViewMethod], **options: object) -> TwoViewMethod:
    config = configure(cls.Config, {"width": 4, "batch_size": 6, "steps": 4, **options})
    with drawing_from(generator("weights")):
        return cls(config, SHAPE)


def pictures(count: int = 6) -> Tensor:
    return torch.rand(count, 3, 8, 8, generator=generator("pictures"))


def batch(step: int = 0) -> Batch:
    return Batch(pictures(), torch.zeros(6), torch.arange(6), generator(step), step, step / 4)


def look() -> Look:
    return Look(pictures(), torch.tensor([1, 0, 1, 0, -1, 1]), SHAPE.classes, generator("look"))


def test_two_views_differ_and_are_drawn_from_the_generator_alone() -> None:
    config = SimCLR.Config()
    first, second = two_views(pictures(), config, generator("views"))
    again, _ = two_views(pictures(), config, generator("views"))
    assert first.shape == second.shape == pictures().shape
    assert not torch.equal(first, second)
    assert torch.equal(first, again)


@every_method
def test_three_steps_stay_finite_and_move_every_weight_that_learns(cls: type) -> None:
    method = made(cls)
    before = {name: p.clone() for name, p in method.named_parameters() if p.requires_grad}
    optimizers = method.optimizers()
    for step in range(3):
        scalars = method.step(batch(step), optimizers)
        assert all(torch.isfinite(value) for value in scalars.values())
        assert {"loss", "std x sqrt(d)", "effective rank"} <= set(scalars)
    for name, parameter in method.named_parameters():
        assert not parameter.requires_grad or not torch.equal(before[name], parameter), name


@every_method
def test_a_gradient_reaches_every_weight_that_learns_and_no_other(cls: type) -> None:
    method = made(cls)
    method.loss(batch())["loss"].backward()
    for name, parameter in method.named_parameters():
        reached = parameter.grad is not None and bool(parameter.grad.any())
        assert reached == parameter.requires_grad, name


@every_method
def test_it_can_be_rebuilt_from_its_state_alone(cls: type) -> None:
    method = made(cls)
    method.step(batch(), method.optimizers())
    with torch.device("meta"):
        empty = cls(method.config, SHAPE)
    rebuilt = empty.to_empty(device="cpu")
    rebuilt.load_state_dict(method.state_dict())
    method.eval(), rebuilt.eval()
    with torch.no_grad():
        assert method.validate(batch()) == rebuilt.validate(batch())


@every_method
def test_judging_held_out_pictures_moves_nothing(cls: type) -> None:
    method = made(cls).eval()
    before = {name: tensor.clone() for name, tensor in method.state_dict().items()}
    with torch.no_grad():
        assert method.validate(batch()) == method.validate(batch())
    assert all(torch.equal(before[name], now) for name, now in method.state_dict().items())


@every_method
def test_a_recipe_names_real_options(cls: type) -> None:
    usual = configure(cls.Config)
    for values in cls.recipes.values():
        made_with = change(usual, **values)
        assert {name: getattr(made_with, name) for name in values} == values


@torch.no_grad()
def test_the_views_stand_beside_their_picture() -> None:
    shown = made(SimCLR).eval().views(look())
    assert isinstance(shown, ImageGrid)
    assert shown.images.shape == (18, 8, 8, 3)
    np.testing.assert_allclose(
        shown.images[3] / 255, pictures()[1].permute(1, 2, 0).numpy(), atol=0.5 / 255 + 1e-6
    )


@torch.no_grad()
def test_each_augmentation_changes_the_picture_in_its_own_way() -> None:
    images = pictures(1).repeat(8, 1, 1, 1)
    changed = {name: augment(images, alone(name), generator(name)) for name in STRONG}
    assert all(not torch.equal(images, made) for made in changed.values())
    assert len({made.sum().item() for made in changed.values()}) == len(STRONG)
    shown = made(SimCLR).eval().augmentations(look())
    assert len(shown.images) == 6 * (1 + len(STRONG))


@torch.no_grad()
@every_method
def test_the_affinity_matrix_holds_cosines_with_the_pairs_beside_the_diagonal(cls: type) -> None:
    method = made(cls, crop=1.0, stretch=1.0, flip=0.0, jitter=0.0, grey=0.0, blur=0.0).eval()
    matrix = method.affinity(look())
    assert isinstance(matrix, Matrix)
    assert list(matrix.rows[:4]) == ["1a", "1b", "2a", "2b"]
    np.testing.assert_allclose(matrix.values, matrix.values.T, atol=1e-5)
    pairs = matrix.values[np.arange(0, 12, 2), np.arange(1, 12, 2)]
    np.testing.assert_allclose(pairs, 1.0, atol=1e-5)  # without augmentation two views are one


def test_pairs_of_views_are_told_apart_by_picture_and_class() -> None:
    # Views 0a 0b 1a 1b 2a 2b of pictures of the classes 5, 5 and unknown.
    kinds = pair_kinds(torch.tensor([5, 5, 5, 5, -1, -1]))
    assert kinds.tolist() == [
        [3, 2, 1, 1, 0, 0],
        [2, 3, 1, 1, 0, 0],
        [1, 1, 3, 2, 0, 0],
        [1, 1, 2, 3, 0, 0],
        [0, 0, 0, 0, 3, 2],
        [0, 0, 0, 0, 2, 3],
    ]
