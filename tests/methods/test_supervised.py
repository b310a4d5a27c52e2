"""Training with labels: cross-entropy over what is labelled, and a refusal without classes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from core.config import configure
from core.data.imageset import DataError
from core.method import Batch, DataShape, Look
from core.methods.reference.supervised import Supervised
from core.randomness import drawing_from, generator

SHAPE = DataShape(1, 8, ("a", "b", "c"))


def method() -> Supervised:
    with drawing_from(generator("weights")):
        return Supervised(configure(Supervised.Config, width=4), SHAPE)


def pictures(count: int = 6) -> Tensor:
    return torch.rand(count, 1, 8, 8, generator=generator("pictures"))


def batch(labels: list[int]) -> Batch:
    count = len(labels)
    return Batch(
        pictures(count), torch.tensor(labels), torch.arange(count), generator("step"), 0, 0.0
    )


@torch.no_grad()
def test_the_loss_is_the_mean_over_the_labelled_pictures() -> None:
    supervised = method().eval()
    found = supervised.validate(batch([0, 2, -1, 1]))
    scores = supervised.head(supervised.backbone(pictures(4)))
    by_hand = [
        math.log(float(scores[i].exp().sum())) - float(scores[i, label])
        for i, label in ((0, 0), (1, 2), (3, 1))
    ]
    assert float(found["loss"]) == pytest.approx(sum(by_hand) / 3, rel=1e-5)
    assert float(found["accuracy"]) * 3 == pytest.approx(round(float(found["accuracy"]) * 3))


def test_a_batch_without_a_label_teaches_nothing() -> None:
    found = method().loss(batch([-1, -1]))
    assert found["loss"].item() == 0.0
    found["loss"].backward()


def test_a_gradient_reaches_every_weight() -> None:
    supervised = method()
    supervised.loss(batch([0, 1, 2, 0]))["loss"].backward()
    assert all(p.grad is not None and bool(p.grad.any()) for p in supervised.parameters())


def test_guesses_are_probabilities_of_the_classes() -> None:
    with torch.no_grad():
        guess = method().eval().guess(pictures(3))
    assert guess.options == ["a", "b", "c"]
    assert guess.truth.tolist() == [-1, -1, -1]
    np.testing.assert_allclose(guess.probabilities.sum(axis=1), 1.0, rtol=1e-5)


def test_the_figures_judge_the_labelled_pictures() -> None:
    supervised = method().eval()
    look = Look(pictures(4), torch.tensor([0, 0, 1, -1]), SHAPE.classes, generator("look"))
    with torch.no_grad():
        confusion, answers = supervised.confusion(look), supervised.answers(look)
        taken = supervised.head(supervised.backbone(look.images)).argmax(dim=1)
    assert confusion.values[0, int(taken[0])] == pytest.approx(
        float((taken[:2] == taken[0]).sum()) / 2
    )
    assert confusion.values.sum(axis=1).tolist() == [1.0, 1.0, 0.0]
    assert answers.truth.tolist() == [0, 0, 1, -1]


@pytest.mark.parametrize("classes", [(), ("one",)])
def test_data_without_classes_is_refused(classes: tuple[str, ...]) -> None:
    with (
        pytest.raises(DataError, match="classes; training with labels needs at least 2"),
        drawing_from(generator("weights")),
    ):
        Supervised(Supervised.Config(), DataShape(1, 8, classes))


@pytest.mark.parametrize("data", Supervised.recipes)
def test_a_recipe_names_real_options(data: str) -> None:
    assert configure(Supervised.Config, Supervised.recipes[data]) != Supervised.Config()
