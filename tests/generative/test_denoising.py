"""What a person asks of a denoiser: ways, changed classes, a picture's way back, guidance."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor

from core.data.imageset import DataError
from core.evaluate.generative.classifier import CLASSES
from core.experiment import Experiment, build
from core.generative import denoising
from core.generative.guidance import guidance, spread
from core.generative.wishes import EACH, OPEN, Wish
from core.method import DataShape, Look, Method
from core.pictures import Denoising
from core.randomness import generator

SHAPE = DataShape(1, 8, ("a", "b", "c"))


@pytest.fixture(scope="module")
def method() -> Method:
    """Untrained, with other weights than the zeros that its last layer begins with."""
    made = build(
        Experiment("diffusion", "digits", options={"width": 4}), SHAPE, torch.device("cpu")
    )
    rng = torch.Generator().manual_seed(0)
    for weights in made.parameters():
        weights.data.add_(0.1 * torch.randn(weights.shape, generator=rng))
    return made.eval()


def look() -> Look:
    images = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    return Look(images, torch.tensor([0, 1]), SHAPE.classes, generator("look"))


@torch.no_grad()
def test_a_class_changed_on_the_way_leaves_what_was_before_as_it_was(method: Method) -> None:
    wish = Wish(label=0, count=2, steps=8, moments=8, weight=2.0, then=(0.5, 2))
    found = denoising.strip(wish)(method, look())
    assert found.branch is not None
    early = found.way.times > 0.5
    assert 0 < early.sum() < 8
    assert (found.way.predictions[early] == found.branch.predictions[early]).all()
    at = int((~early).argmax())  # x_t there is the same yet; what it is taken for is not
    assert (found.way.strip[at] == found.branch.strip[at]).all()
    assert (found.way.predictions[at] != found.branch.predictions[at]).any()


@torch.no_grad()
def test_a_strip_shows_x_t_above_x_0_and_ends_in_the_picture(method: Method) -> None:
    found = denoising.strip(Wish(count=2, steps=4, moments=4))(method, look())
    grid = found.grid()
    assert grid.columns == 4
    assert len(grid.images) == len(grid.captions) == 2 * 2 * 4
    assert (grid.images[4 + 3] == found.way.made[0]).all()
    assert grid.captions[4 + 3] == "made a"


@torch.no_grad()
def test_samples_stand_in_a_row_of_each_class(method: Method) -> None:
    grid = denoising.samples(Wish(label=EACH, steps=2), each=2)(method, look())
    assert list(grid.captions) == ["a", "a", "b", "b", "c", "c"]
    alone = denoising.samples(Wish(label=OPEN, steps=2), each=2)(method, look())
    assert len(alone.images) == 2


@torch.no_grad()
def test_a_picture_hardly_put_under_noise_comes_back_from_where_it_was(method: Method) -> None:
    found = denoising.there_and_back(Wish(steps=3, count=2), 0.4, at=1)(method, look())
    shown = (look().images[1, 0].numpy() * 255 + 0.5).astype(np.uint8)
    away = found.under[0, ..., 0].astype(int) - shown  # at t = 0 hardly any noise is there
    assert np.abs(away).max() <= 4
    assert np.abs(found.under[-1, ..., 0].astype(int) - shown).max() > 40
    assert found.back.times[0] == pytest.approx(0.4)
    assert found.grid().columns == len(found.under)
    with pytest.raises(ValueError, match="more than 0"):
        denoising.there_and_back(Wish(), 0.0, at=0)(method, look())


def test_the_spread_is_the_mean_distance_from_the_mean_of_each_class() -> None:
    features = np.array([[0.0, 0.0], [2.0, 0.0], [5.0, 5.0], [5.0, 11.0]], np.float32)
    assert spread(features, np.array([0, 0, 1, 1])) == pytest.approx((1.0 + 3.0) / 2)


class Obedient:
    """Makes white pictures of the second class and black ones of the first, or with a weight of 0
    the other way round.
    """

    conditional = True
    data = DataShape(1, 2, ("black", "white"))

    def at_time(self, *_: Any) -> None: ...

    def noised(self, *_: Any) -> None: ...

    def denoise(
        self, noise: Tensor, labels: Tensor, weight: float, steps: int, keep: int
    ) -> Denoising:
        shade = labels if weight else 1 - labels
        made = (255 * shade).to(torch.uint8).view(-1, 1, 1, 1).expand(-1, 2, 2, 3).numpy()
        return Denoising(made[None], made[None], np.zeros(1), made)


class Eye:
    """Tells white from black."""

    learns, accuracy = CLASSES, 0.75

    def features(self, images: Tensor) -> np.ndarray:
        return images.flatten(1).numpy()

    def probabilities(self, images: Tensor) -> np.ndarray:
        white = images.flatten(1).mean(dim=1)
        return torch.stack([1 - white, white], dim=1).numpy()


def test_guidance_counts_how_often_the_class_asked_for_is_seen() -> None:
    held_out = SimpleNamespace(
        images=np.array([0, 60, 200, 255], np.uint8).reshape(4, 1, 1, 1).repeat(2, 2).repeat(2, 3),
        labels=np.array([0, 0, 1, 1]),
    )
    data = cast(Any, SimpleNamespace(held_out=held_out))
    found = guidance(cast(Any, Obedient()), data, cast(Any, Eye()), (0.0, 1.0), count=30, steps=1)
    assert found.accuracy == (0.0, 1.0)
    assert found.diversity == (0.0, 0.0)  # all of a class are alike
    assert found.real == 0.75
    assert found.curve(1.0).marks == {"w = 1": 1.0}


def test_without_classes_guidance_says_that_there_is_nothing_to_measure_by() -> None:
    plain = Obedient()
    plain.conditional = False
    with pytest.raises(DataError, match="learned none"):
        guidance(cast(Any, plain), cast(Any, None), cast(Any, Eye()))
