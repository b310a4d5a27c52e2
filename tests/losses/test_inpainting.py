"""The losses of the context encoder equal their formulas."""

from __future__ import annotations

import math

import pytest
import torch

from core.losses.inpainting import adversarial_loss, discriminator_loss, hole_error
from core.randomness import generator


def test_only_what_is_missing_counts() -> None:
    """Two of four pixels of one channel are missing, wrong by 0.5 and by 0.1."""
    truth = torch.tensor([[[[0.0, 1.0], [0.5, 0.2]]]])
    made = torch.tensor([[[[0.5, 0.0], [0.0, 0.3]]]])
    mask = torch.tensor([[[[True, False], [False, True]]]])
    assert float(hole_error(made, truth, mask)) == pytest.approx((0.25 + 0.01) / 2)


def test_what_is_seen_gets_no_gradient() -> None:
    made = torch.rand(2, 3, 4, 4, generator=generator(0)).requires_grad_()
    mask = torch.rand(2, 1, 4, 4, generator=generator(1)) < 0.4
    hole_error(made, torch.zeros(2, 3, 4, 4), mask).backward()
    assert made.grad is not None
    assert torch.equal(made.grad != 0, mask.expand(2, 3, 4, 4))


def test_the_discriminator_s_loss_is_that_of_its_probabilities() -> None:
    real, made = torch.tensor([1.0, -2.0]), torch.tensor([0.5, 3.0])
    by_hand = 0.0
    for r, m in zip(real.tolist(), made.tolist()):
        d_real, d_made = 1 / (1 + math.exp(-r)), 1 / (1 + math.exp(-m))
        by_hand -= (math.log(d_real) + math.log(1 - d_made)) / 2
    assert float(discriminator_loss(real, made)) == pytest.approx(by_hand, rel=1e-5)


def test_the_painter_s_loss_falls_as_the_discriminator_is_fooled() -> None:
    assert float(adversarial_loss(torch.zeros(3))) == pytest.approx(math.log(2))
    assert float(adversarial_loss(torch.tensor([9.0]))) < 1e-3
