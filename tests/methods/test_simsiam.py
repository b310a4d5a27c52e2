"""SimSiam is the paper's: its symmetric loss, and a stop-gradient that really stops."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from core.bases.views import two_views
from core.config import change, configure
from core.method import Batch, DataShape
from core.methods.distillation.simsiam import SimSiam
from core.randomness import drawing_from, generator


def method(**options: object) -> SimSiam:
    config = configure(SimSiam.Config, {"width": 4, "batch_size": 16, **options})
    with drawing_from(generator("weights")):
        return SimSiam(config, DataShape(3, 8))


def batch(step: int = 0) -> Batch:
    images = torch.rand(16, 3, 8, 8, generator=generator("pictures"))
    return Batch(images, torch.zeros(16), torch.arange(16), generator(step), step, 0.0)


@torch.no_grad()
def test_the_loss_is_algorithm_1() -> None:
    simsiam = method().eval()
    x1, x2 = two_views(batch().images, simsiam.config, generator(0))
    z1, z2 = simsiam.embed(x1), simsiam.embed(x2)
    p1, p2 = simsiam.predictor(z1), simsiam.predictor(z2)
    cosines = F.cosine_similarity(p1, z2).mean() / 2 + F.cosine_similarity(p2, z1).mean() / 2
    torch.testing.assert_close(simsiam.loss(batch())["loss"], -cosines)


def test_with_the_stop_gradient_the_target_gets_none() -> None:
    z = torch.ones(2, 3, requires_grad=True)
    assert not method().target(z).requires_grad
    assert method(stop_gradient=False).target(z) is z


def test_the_switch_changes_the_gradient_and_not_the_loss() -> None:
    simsiam = method()
    losses, gradients = [], []
    for switch in (True, False):
        simsiam.config = change(simsiam.config, stop_gradient=switch)
        simsiam.zero_grad()
        loss = simsiam.loss(batch())["loss"]
        loss.backward()
        losses.append(float(loss.detach()))
        gradients.append(next(simsiam.backbone.parameters()).grad.clone())
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert not torch.allclose(*gradients)


def test_without_the_stop_gradient_the_embeddings_collapse() -> None:
    """The loss gets better just as the gauge gets worse: the paper's figure 2."""
    ends = {}
    for switch in (True, False):
        simsiam = method(stop_gradient=switch, steps=60, learning_rate=0.02)
        optimizers = simsiam.optimizers()
        for step in range(20):
            ends[switch] = simsiam.step(batch(step), optimizers)
    kept, collapsed = ends[True], ends[False]
    assert float(collapsed["loss"].detach()) < float(kept["loss"].detach()) - 0.2
    assert float(collapsed["std x sqrt(d)"]) < 0.8 * float(kept["std x sqrt(d)"])
    assert float(collapsed["effective rank"]) < 0.5 * float(kept["effective rank"])
