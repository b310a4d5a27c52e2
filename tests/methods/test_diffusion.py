"""Diffusion: guidance, holes and the average that draws, on a network too small to learn much."""

from __future__ import annotations

import pytest
import torch

from core.losses import noise as diffusing
from core.methods.generative.diffusion import Diffusion, unit_noise
from core.randomness import generator
from tests.methods.learners import (
    assert_gradient_reaches_every_weight,
    batch,
    make,
    train,
)


def small(**options: object) -> Diffusion:
    """A network whose last layer says something."""
    made = make(Diffusion, side=8, sampling_steps=3, **options)
    for number, weight in enumerate(made.averaged.parameters()):
        weight.data.add_(0.05 * torch.randn(weight.shape, generator=generator("w", number)))
    return made.eval()


def noise(count: int = 2) -> torch.Tensor:
    return unit_noise((count, 3, 8, 8), generator("noise"))


LABELS = torch.tensor([0, 1])


def test_gradient_reaches_every_weight() -> None:
    assert_gradient_reaches_every_weight(make(Diffusion))


@torch.no_grad()
def test_guidance_at_nothing_is_the_conditional_model() -> None:
    method, x = small(), noise()
    t = torch.full((2,), 0.5)
    found = method.averaged(x, t, LABELS)
    picture = diffusing.picture_of(x, found, method.share(t), "v").clamp(-1, 1)
    torch.testing.assert_close(method.predicted(x, 0.5, LABELS, 0.0), picture)
    torch.testing.assert_close(method.predicted(x, 0.5, LABELS, 1e-6), picture, atol=1e-4, rtol=0)


@torch.no_grad()
def test_guidance_at_minus_one_forgets_the_class() -> None:
    method, x = small(), noise()
    torch.testing.assert_close(
        method.predicted(x, 0.5, LABELS, -1.0), method.predicted(x, 0.5, None, 0.0)
    )


@torch.no_grad()
@pytest.mark.parametrize("kind", diffusing.TARGETS)
def test_the_loss_is_that_of_a_target_at_a_time(kind: str) -> None:
    method, images = small(predicts=kind), batch(side=8).images[:2]
    t = torch.tensor([0.3, 0.7])
    found = method.errors(method.averaged, images, LABELS, t, generator("e"))
    pictures = 2 * images - 1
    drawn = unit_noise(pictures.shape, generator("e"))
    for n in range(2):
        share = method.share(t[n : n + 1])
        x = share.sqrt() * pictures[n] + (1 - share).sqrt() * drawn[n]
        wanted = {
            "v": share.sqrt() * drawn[n] - (1 - share).sqrt() * pictures[n],
            "noise": drawn[n],
            "picture": pictures[n],
        }[kind]
        said = method.averaged(x, t[n : n + 1], LABELS[n : n + 1])
        assert float(found[n]) == pytest.approx(float((said - wanted).square().mean()), rel=1e-4)


@torch.no_grad()
def test_the_known_part_of_a_picture_is_what_it_was() -> None:
    method, images = small(), batch(side=8).images[:2]
    hidden = torch.zeros(8, 8, dtype=torch.bool)
    hidden[2:5, 3:] = True
    found = method.fill(images, hidden)
    assert (found.made[:, ~hidden.numpy()] == found.truth[:, ~hidden.numpy()]).all()
    assert (found.made[:, hidden.numpy()] != found.truth[:, hidden.numpy()]).any()
    other = images.masked_fill(hidden, 1.0)
    assert (method.fill(other, hidden).made == found.made).all(), "it saw what is hidden"


@torch.no_grad()
def test_ddim_is_one_picture_a_noise_and_ddpm_draws_another_each_time() -> None:
    method = small()
    one, again = (method.denoise(noise(), LABELS, keep=2) for _ in "ab")
    assert (one.made == again.made).all()
    drawn = [method.denoise(noise(), LABELS, rng=generator(n)).made for n in "ab"]
    assert (drawn[0] != drawn[1]).any()


@torch.no_grad()
def test_a_strip_runs_from_noise_to_the_end() -> None:
    found = small().denoise(noise(), LABELS, steps=9, keep=4)
    assert found.strip.shape == found.predictions.shape == (4, 2, 8, 8, 3)
    assert found.times[0] == 1.0
    assert (found.times[1:] < found.times[:-1]).all()


@torch.no_grad()
def test_denoising_may_begin_half_way() -> None:
    assert small().denoise(noise(), LABELS, steps=4, start=0.5).times[0] == 0.5
    with pytest.raises(ValueError, match="one at least"):
        small().denoise(noise(), steps=0)


@torch.no_grad()
def test_latents_are_the_noise_that_pictures_are_made_of() -> None:
    method = small(guidance=0.0)
    latents = method.draw(2, generator("z"))
    made = method.generate(latents, LABELS)
    strip = method.denoise(latents.unflatten(1, (3, 8, 8)), LABELS, 0.0)
    assert made.shape == (2, 3, 8, 8)
    assert abs(made.permute(0, 2, 3, 1).numpy() * 255 - strip.made).max() <= 0.51


def test_the_average_follows_and_forgets_its_start() -> None:
    method = make(Diffusion, side=8, steps=40, learning_rate=1e-2)
    first = method.averaged.first.weight.clone()
    train(method, 12, side=8)
    away = (method.averaged.first.weight - method.net.first.weight).detach().norm()
    assert float(away) < float((first - method.net.first.weight).detach().norm())
    assert float(away) > 0


@torch.no_grad()
@pytest.mark.parametrize("side", [7, 10, 16])
def test_pictures_of_any_side_come_back_as_large(side: int) -> None:
    net = make(Diffusion, side=side).net
    assert net(torch.zeros(1, 3, side, side), torch.zeros(1)).shape == (1, 3, side, side)


@torch.no_grad()
def test_a_picture_at_the_beginning_of_time_is_itself() -> None:
    images = batch(side=8).images[:2]
    shown = small().noised(images, 0.0, generator("n"))
    torch.testing.assert_close(shown, images, atol=0.03, rtol=0.0)
