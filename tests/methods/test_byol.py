"""BYOL is the paper's: a target that follows, and a loss with a gradient on one side only."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from core.bases.views import two_views
from core.config import configure
from core.method import Batch, DataShape
from core.methods.distillation.byol import BYOL
from core.randomness import drawing_from, generator


def method(**options: object) -> BYOL:
    config = configure(BYOL.Config, {"width": 4, "batch_size": 4, **options})
    with drawing_from(generator("weights")):
        return BYOL(config, DataShape(3, 8))


def batch(progress: float = 0.0) -> Batch:
    images = torch.rand(4, 3, 8, 8, generator=generator("pictures"))
    return Batch(images, torch.zeros(4), torch.arange(4), generator("step"), 0, progress)


@torch.no_grad()
def test_the_loss_is_equation_2_and_its_mirror() -> None:
    byol = method().eval()
    x1, x2 = two_views(batch().images, byol.config, generator("step"))

    def error(view: Tensor, other: Tensor) -> Tensor:
        q = nn.functional.normalize(byol.predictor(byol.embed(view)), dim=1)
        z = nn.functional.normalize(byol.target(other), dim=1)
        return (q - z).square().sum(dim=1).mean()

    torch.testing.assert_close(byol.loss(batch())["loss"], error(x1, x2) + error(x2, x1))


def test_the_target_begins_as_a_copy_and_follows_after_the_update() -> None:
    byol = method(momentum=0.9)
    before = [p.clone() for p in byol.target.parameters()]
    online = nn.Sequential(byol.backbone, byol.projector)
    assert all(torch.equal(a, b) for a, b in zip(before, online.parameters()))
    byol.step(batch(), byol.optimizers())
    for was, now, led in zip(before, byol.target.parameters(), online.parameters()):
        torch.testing.assert_close(now, 0.9 * was + 0.1 * led.detach())


def test_the_target_stands_still_at_the_end_of_the_training() -> None:
    byol = method(momentum=0.9)
    assert byol.momentum(0.0) == pytest.approx(0.9)
    assert byol.momentum(0.5) == pytest.approx(1 - 0.1 * (math.cos(math.pi / 2) + 1) / 2)
    assert byol.momentum(1.0) == 1.0
