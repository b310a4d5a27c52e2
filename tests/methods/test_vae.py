"""The VAE: its two terms against sums worked by hand, its draw, and what β = 0 leaves of it."""

from __future__ import annotations

import math

import pytest
import torch

from core.losses.variational import bernoulli_nats, divergence, gaussian_nats, reparameterised
from core.methods.generative.vae import VAE
from core.randomness import generator
from tests.methods.learners import assert_gradient_reaches_every_weight, batch, look, make


def test_the_divergence_is_the_integral_of_the_two_densities() -> None:
    mean, log_variance = 0.7, math.log(0.3)
    z = torch.linspace(-12, 12, 200_001, dtype=torch.float64)
    log_q = -0.5 * ((z - mean) ** 2 / 0.3 + math.log(2 * math.pi * 0.3))
    log_p = -0.5 * (z**2 + math.log(2 * math.pi))
    expected = float(torch.trapezoid(log_q.exp() * (log_q - log_p), z))
    found = divergence(torch.tensor([[mean]]), torch.tensor([[log_variance]]))
    assert float(found) == pytest.approx(expected, abs=1e-5)


def test_what_is_the_prior_pays_nothing() -> None:
    assert float(divergence(torch.zeros(2, 3), torch.zeros(2, 3)).abs().sum()) == 0.0


def test_draws_have_the_mean_and_the_spread_that_they_were_asked_for() -> None:
    mean, log_variance = torch.full((40_000, 1), 2.0), torch.full((40_000, 1), math.log(0.25))
    drawn = reparameterised(mean, log_variance, generator("draw"))
    assert float(drawn.mean()) == pytest.approx(2.0, abs=0.02)
    assert float(drawn.std()) == pytest.approx(0.5, abs=0.02)


def test_a_pixel_costs_as_a_coin_or_as_a_normal_distribution_does() -> None:
    images = torch.tensor([[[[0.0, 1.0]]]])
    logits = torch.tensor([[[[0.0, math.log(3.0)]]]])  # probabilities 1/2 and 3/4
    assert float(bernoulli_nats(logits, images)) == pytest.approx(-math.log(0.5) - math.log(0.75))
    constant = 2 * (math.log(0.5) + 0.5 * math.log(2 * math.pi))
    expected = constant + 0.5 * (0.5**2 + 0.25**2) / 0.5**2
    assert float(gaussian_nats(logits, images, 0.5)) == pytest.approx(expected)


@pytest.mark.parametrize("options", [{"backbone": "mlp"}, {"likelihood": "bernoulli"}])
def test_every_network_learns(options: dict[str, object]) -> None:
    assert_gradient_reaches_every_weight(make(VAE, **options))


def test_without_divergence_there_is_no_noise_and_the_loss_is_the_reconstruction() -> None:
    method = make(VAE, beta=0.0, backbone="mlp").eval()
    one, other = (method.judge(batch().images, generator(seed)) for seed in "ab")
    assert torch.equal(one["loss"], other["loss"])
    assert torch.equal(one["loss"], one["reconstruction"])


@torch.no_grad()
def test_the_loss_is_reconstruction_and_beta_times_divergence() -> None:
    found = make(VAE, beta=3.0, backbone="mlp").eval().judge(batch().images, generator("x"))
    assert float(found["loss"]) == pytest.approx(float(found["reconstruction"] + 3 * found["KL"]))


def test_the_plane_parts_the_prior_evenly() -> None:
    plane = make(VAE, latent=3).plane(4)
    assert plane.shape == (16, 3)
    assert plane[:, 2].eq(0).all()
    shares = torch.special.ndtr(plane[:4, 0])
    torch.testing.assert_close(shares.diff(), torch.full((3,), 0.95 / 3))


def test_a_picture_is_rebuilt_from_the_latent_it_has() -> None:
    method, images = make(VAE).eval(), look().images
    with torch.no_grad():
        rebuilt = method.generate(method.latents_of(images))
        shown = method.reconstruct(images).made
    assert rebuilt.shape == images.shape
    assert abs(rebuilt[:, 0].numpy() * 255 - shown[..., 0]).max() <= 0.6
