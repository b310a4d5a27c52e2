"""SimCLR is the paper's: its loss over two views, its heads, its question."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from core.bases.views import two_views
from core.config import change, configure
from core.losses.contrastive import nt_xent
from core.method import Batch, DataShape
from core.methods.contrastive.simclr import SimCLR
from core.randomness import drawing_from, generator

SHAPE = DataShape(3, 8)


def method(**options: object) -> SimCLR:
    config = configure(SimCLR.Config, {"width": 4, "batch_size": 6, **options})
    with drawing_from(generator("weights")):
        return SimCLR(config, SHAPE)


def batch() -> Batch:
    images = torch.rand(6, 3, 8, 8, generator=generator("pictures"))
    return Batch(images, torch.zeros(6), torch.arange(6), generator("step"), 0, 0.0)


@torch.no_grad()
def test_the_loss_is_nt_xent_of_the_two_views() -> None:
    simclr = method().eval()
    found = simclr.loss(batch())
    first, second = two_views(batch().images, simclr.config, generator("step"))
    wanted = nt_xent(simclr.embed(first), simclr.embed(second), simclr.config.temperature)
    torch.testing.assert_close(found["loss"], wanted)
    bound = found["information in nats/bound log N - L"]
    assert float(bound) == pytest.approx(math.log(11) - float(wanted), abs=1e-5)
    assert float(found["information in nats/InfoNCE"]) == pytest.approx(float(wanted), abs=1e-5)


@torch.no_grad()
def test_a_live_temperature_changes_the_next_loss() -> None:
    simclr = method().eval()
    before = simclr.loss(batch())["loss"]
    simclr.config = change(simclr.config, temperature=2.0)
    assert not torch.equal(simclr.loss(batch())["loss"], before)


@pytest.mark.parametrize(("head", "layers"), [("none", 0), ("linear", 1), ("nonlinear", 2)])
def test_the_head_is_the_ablation_s(head: str, layers: int) -> None:
    simclr = method(head=head, projection=5)
    assert sum(isinstance(m, nn.Linear) for m in simclr.head.modules()) == layers
    assert simclr.embed(batch().images).shape == (6, 5 if layers else simclr.backbone.dim)


@torch.no_grad()
def test_the_question_is_which_picture_the_view_belongs_to() -> None:
    simclr = method(crop=1.0, stretch=1.0, flip=0.0, jitter=0.0, grey=0.0, temperature=0.01).eval()
    guess = simclr.guess(batch().images)
    assert list(guess.options) == ["1", "2", "3", "4", "5", "6"]
    np.testing.assert_allclose(guess.probabilities.sum(axis=1), 1.0, rtol=1e-5)
    np.testing.assert_array_equal(guess.probabilities.argmax(axis=1), guess.truth)
