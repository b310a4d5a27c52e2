"""Barlow Twins and VICReg: two views, one network, and a loss whose terms are told apart."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from core.bases.views import two_views
from core.losses.barlow import cross_correlation
from core.methods.distillation.barlow import BarlowTwins
from core.methods.distillation.vicreg import VICReg
from tests.methods.learners import (
    assert_figures_draw,
    assert_gradient_reaches_every_weight,
    assert_rebuilt_from_its_state,
    batch,
    look,
    make,
    train,
)

BOTH = [BarlowTwins, VICReg]
SMALL = {"projection": 16}


def embedded(method: BarlowTwins | VICReg) -> tuple[Tensor, Tensor]:
    """The embeddings of the two views that the first batch's generator draws."""
    first, second = two_views(batch().images, method.config, batch().rng)
    return method.embed(first), method.embed(second)


@torch.no_grad()
def test_barlow_s_loss_is_equation_1() -> None:
    method = make(BarlowTwins, redundancy=0.1, **SMALL).eval()
    c = cross_correlation(*embedded(method))
    on = sum((1 - float(c[i, i])) ** 2 for i in range(16))
    off = sum(float(c[i, j]) ** 2 for i in range(16) for j in range(16) if i != j)
    found = method.validate(batch())
    assert float(found["loss"]) == pytest.approx(on + 0.1 * off, rel=1e-4)
    assert float(found["redundancy"]) == pytest.approx(off, rel=1e-4)


@torch.no_grad()
def test_vicreg_s_loss_is_the_weighted_sum_of_the_terms_it_reports() -> None:
    method = make(VICReg, invariance=3.0, variance=5.0, covariance=7.0, **SMALL).eval()
    found = {name: float(value) for name, value in method.validate(batch()).items()}
    by_hand = 3 * found["invariance"] + 5 * found["variance"] + 7 * found["covariance"]
    assert found["loss"] == pytest.approx(by_hand, rel=1e-5)
    first, second = embedded(method)
    assert found["invariance"] == pytest.approx(float((first - second).square().mean()), rel=1e-5)


def test_without_its_variance_term_vicreg_collapses() -> None:
    spread = {}
    for weight in (25.0, 0.0):
        method = make(VICReg, variance=weight, learning_rate=0.01, steps=30, **SMALL)
        train(method, 30)
        with torch.no_grad():
            spread[weight] = float(method.eval().embed(batch().images).std(dim=0).mean())
    assert spread[0.0] < 0.2 * spread[25.0]


@pytest.mark.parametrize("cls", BOTH)
def test_a_gradient_reaches_every_weight(cls: type[BarlowTwins] | type[VICReg]) -> None:
    assert_gradient_reaches_every_weight(make(cls, **SMALL))


@pytest.mark.parametrize("cls", BOTH)
def test_it_trains_is_rebuilt_and_drawn(cls: type[BarlowTwins] | type[VICReg]) -> None:
    method = make(cls, **SMALL)
    assert all(np.isfinite(list(row.values())).all() for row in train(method, 3))
    assert_rebuilt_from_its_state(method)
    assert_figures_draw(method)


@torch.no_grad()
def test_the_figures_hold_what_the_losses_weigh() -> None:
    barlow, vicreg = make(BarlowTwins, **SMALL).eval(), make(VICReg, **SMALL).eval()
    assert np.abs(barlow.correlations(look()).values).max() <= 1.0 + 1e-5
    spread = vicreg.spread(look())
    assert sum(spread.counts["features"]) == 16
    variances = np.diag(vicreg.covariances(look()).values)
    deviations = vicreg.embed(look().images).std(dim=0).numpy()
    np.testing.assert_allclose(variances, deviations**2, rtol=1e-3)
