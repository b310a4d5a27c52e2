"""Each objective against its formula worked by hand on two real and two fake logits."""

from __future__ import annotations

from math import exp, log

import pytest
import torch

from core.losses.adversarial import OBJECTIVES, equilibrium

REAL, FAKE = (2.0, -1.0), (0.5, -3.0)


def d(logit: float) -> float:
    """The probability that belongs to a logit."""
    return 1 / (1 + exp(-logit))


def mean(*values: float) -> float:
    return sum(values) / len(values)


ENTROPY = -mean(*[log(d(x)) for x in REAL]) - mean(*[log(1 - d(x)) for x in FAKE])
BY_HAND = {
    "minimax": (ENTROPY, mean(*[log(1 - d(x)) for x in FAKE])),
    "non-saturating": (ENTROPY, -mean(*[log(d(x)) for x in FAKE])),
    "least squares": ((1 + 4) / 4 + (0.25 + 9) / 4, (0.25 + 16) / 4),
    "wasserstein": (-1.25 - 0.5, 1.25),
    "hinge": ((0 + 2) / 2 + (1.5 + 0) / 2, 1.25),
}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_each_objective_is_its_formula(name: str) -> None:
    objective, (discriminator, generator) = OBJECTIVES[name], BY_HAND[name]
    real, fake = torch.tensor(REAL), torch.tensor(FAKE)
    assert float(objective.discriminator(real, fake)) == pytest.approx(discriminator, rel=1e-5)
    assert float(objective.generator(fake)) == pytest.approx(generator, rel=1e-5)


def test_where_the_discriminator_is_sure_minimax_has_no_gradient_left() -> None:
    slopes = {}
    for name in ("minimax", "non-saturating"):
        fake = torch.tensor([-12.0], requires_grad=True)
        OBJECTIVES[name].generator(fake).backward()
        slopes[name] = float(fake.grad.abs())
    assert slopes["minimax"] < 1e-5
    assert slopes["non-saturating"] > 0.99


@pytest.mark.parametrize(("k", "after"), [(0.2, 0.2 + 0.1 * (0.5 * 3 - 2)), (0.0, 0.0)])
def test_began_is_its_formula_and_keeps_k_between_0_and_1(k: float, after: float) -> None:
    real, fake, made = torch.tensor([2.0, 4.0]), torch.tensor([1.0, 2.0]), torch.tensor([1.0, 3.0])
    found = equilibrium(real, fake, made, torch.tensor(k), gamma=0.5, gain=0.1)
    assert float(found.discriminator) == pytest.approx(3 - k * 1.5)
    assert float(found.generator) == 2
    assert float(found.balance) == pytest.approx(after)
    assert float(found.convergence) == pytest.approx(3 + abs(1.5 - 2))
