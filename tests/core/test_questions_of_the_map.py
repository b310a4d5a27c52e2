"""What the map asks of a run: the features of every space, views of a picture, losses."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core import questions
from core.experiment import Experiment, build
from core.method import DataShape, Look, Method
from core.randomness import generator

SIDE, COUNT = 16, 6


def made(id: str, **options: object) -> Method:
    experiment = Experiment(id, "toyland", options={"width": 4, **options})
    return build(experiment, DataShape(3, SIDE), torch.device("cpu")).eval()


@pytest.fixture
def look() -> Look:
    images = torch.rand(COUNT, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    return Look(images, torch.arange(COUNT) % 2, ("a", "b"), generator("look"))


@torch.no_grad()
def test_the_projection_head_is_a_space_after_the_stages(look: Look) -> None:
    method = made("simclr")
    found = questions.spaces(method, look).stages
    assert list(found)[:-1] == list(questions.embedding(method, look).stages)
    assert list(found)[-1] == "embedding"
    assert np.allclose(found["embedding"], method.embed(look.images).numpy(), atol=1e-5)


@torch.no_grad()
def test_views_are_of_the_first_picture_and_have_the_features_of_views(look: Look) -> None:
    method = made("simclr")
    found = questions.views(5)(method, look)
    assert found.images.shape == (5, SIDE, SIDE, 3)
    assert len(found.stages["embedding"]) == 5
    seen = look.images[:1].numpy().transpose(0, 2, 3, 1)
    assert np.abs(found.images / 255.0 - seen).mean() > 0.05  # they are augmented


@torch.no_grad()
def test_a_method_without_views_of_its_own_gets_usual_ones(look: Look) -> None:
    assert len(questions.views(3)(made("rotation"), look).images) == 3


@torch.no_grad()
def test_the_loss_of_a_guess_is_the_mean_of_its_questions_about_the_picture(look: Look) -> None:
    method = made("rotation")
    answer = method.guess(look.images)
    right = [p[t] for p, t in zip(answer.probabilities, answer.truth, strict=True)]
    each = len(right) // COUNT
    expected = [-np.mean(np.log(right[at * each : (at + 1) * each])) for at in range(COUNT)]
    assert questions.losses(method, look) == pytest.approx(expected, abs=1e-5)


@torch.no_grad()
def test_the_loss_of_a_reconstruction_is_its_mean_squared_error(look: Look) -> None:
    method = made("autoencoder")
    seen = method.reconstruct(look.images)
    error = (seen.made.astype(float) - seen.truth.astype(float)) / 255.0
    expected = (error**2).mean(axis=(1, 2, 3))
    assert questions.losses(method, look) == pytest.approx(expected, abs=1e-6)


def test_a_picture_alone_has_no_contrastive_loss(look: Look) -> None:
    with pytest.raises(questions.CannotAnswer, match="a picture alone has none"):
        questions.losses(made("barlow"), look)
