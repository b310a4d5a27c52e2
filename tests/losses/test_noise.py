"""The forward process, its posterior and guidance, against sums worked out."""

from __future__ import annotations

import math

import pytest
import torch

from core.losses import noise as diffusing
from core.randomness import generator


def pair() -> tuple[torch.Tensor, torch.Tensor]:
    rng = generator("pair")
    return (torch.randn(4, 1, 3, 3, generator=rng, dtype=torch.float64) for _ in "ab")  # type: ignore[return-value]


@pytest.mark.parametrize("schedule", diffusing.SCHEDULES)
def test_a_schedule_falls_from_the_picture_to_noise(schedule: str) -> None:
    share = diffusing.kept(torch.linspace(0, 1, 50), schedule)
    assert (share.diff() <= 0).all()
    assert float(share[0]) > 0.999
    assert float(share[-1]) < 1e-3


def test_the_linear_schedule_is_the_product_of_ddpms_thousand_steps() -> None:
    betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
    product = torch.cumprod(1 - betas, dim=0)
    found = diffusing.kept(torch.tensor([0.1, 0.3, 0.5], dtype=torch.float64), "linear")
    for t, share in zip((0.1, 0.3, 0.5), found):
        assert float(share) == pytest.approx(float(product[round(t * 1000) - 1]), rel=0.02)


def test_a_schedule_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="no schedule 'steep'; there are cosine, linear"):
        diffusing.kept(torch.zeros(1), "steep")


def test_the_posterior_is_bayes_rule_on_a_line() -> None:
    """q(x_s | x_t, x_0) ∝ q(x_t | x_s) q(x_s | x_0), by its moments over a fine grid."""
    now, before = 0.3, 0.6
    alpha = now / before
    x_t, x_0 = 0.8, -0.4
    grid = torch.linspace(-8, 8, 400_001, dtype=torch.float64)
    forward = -0.5 * (x_t - math.sqrt(alpha) * grid) ** 2 / (1 - alpha)
    prior = -0.5 * (grid - math.sqrt(before) * x_0) ** 2 / (1 - before)
    density = (forward + prior).softmax(dim=0)
    mean = float((density * grid).sum())
    variance = float((density * (grid - mean) ** 2).sum())
    one = [torch.tensor(v, dtype=torch.float64) for v in (x_t, x_0, now, before)]
    found = diffusing.posterior(*one)
    assert float(found.mean) == pytest.approx(mean, abs=1e-6)
    assert float(found.variance) == pytest.approx(variance, abs=1e-6)


def test_the_posterior_of_neighbouring_steps_is_that_of_the_paper() -> None:
    beta, bar_before = 0.02, 0.7
    bar = bar_before * (1 - beta)
    x_t, x_0 = 0.5, 0.2
    mean = math.sqrt(bar_before) * beta / (1 - bar) * x_0
    mean += math.sqrt(1 - beta) * (1 - bar_before) / (1 - bar) * x_t
    found = diffusing.posterior(*(torch.tensor(v) for v in (x_t, x_0, bar, bar_before)))
    assert float(found.mean) == pytest.approx(mean)
    assert float(found.variance) == pytest.approx((1 - bar_before) / (1 - bar) * beta, rel=1e-4)


@pytest.mark.parametrize("kind", diffusing.TARGETS)
def test_a_right_prediction_gives_the_picture_back(kind: str) -> None:
    picture, noise = pair()
    share = torch.tensor(0.37, dtype=torch.float64)
    x = diffusing.noised(picture, noise, share)
    wanted = diffusing.target(picture, noise, share, kind)
    torch.testing.assert_close(diffusing.picture_of(x, wanted, share, kind), picture)
    torch.testing.assert_close(diffusing.noise_of(x, picture, share), noise)


def test_a_step_of_ddim_keeps_the_noise_it_has() -> None:
    picture, noise = pair()
    now, before = (torch.tensor(v, dtype=torch.float64) for v in (0.3, 0.8))
    stepped = diffusing.ddim(diffusing.noised(picture, noise, now), picture, now, before)
    torch.testing.assert_close(stepped, diffusing.noised(picture, noise, before))


def test_guidance_of_nothing_is_the_conditional_model_and_minus_one_the_other() -> None:
    told, untold = pair()
    assert torch.equal(diffusing.guided(told, untold, 0.0), told)
    torch.testing.assert_close(diffusing.guided(told, untold, -1.0), untold)
    torch.testing.assert_close(diffusing.guided(told, untold, 2.0), told + 2 * (told - untold))


def test_going_back_has_the_spread_of_the_forward_process() -> None:
    rng = generator("spread")
    now, later = torch.tensor(0.8), torch.tensor(0.5)
    x = now.sqrt() * 2.0 + (1 - now).sqrt() * torch.randn(100_000, generator=rng)
    found = diffusing.renoised(x, now, later, torch.randn(100_000, generator=rng))
    assert float(found.mean()) == pytest.approx(float(later.sqrt() * 2), abs=0.01)
    assert float(found.var()) == pytest.approx(0.5, abs=0.01)
