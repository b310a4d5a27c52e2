"""pix2pix and CycleGAN: their losses by hand, who learns when, the pool, the patches."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from core.config import configure
from core.data.imageset import DataError
from core.data.sources import load
from core.evaluate.generative.translation import distance, flipped
from core.experiment import Experiment, check_data
from core.method import Batch, DataShape
from core.methods.generative.cyclegan import CycleGAN
from core.methods.generative.pix2pix import Pix2Pix
from core.nets.adversarial.patches import PatchCritic
from core.nets.adversarial.pool import ImagePool
from core.nets.adversarial.translating import TRANSLATORS, build_translator
from core.randomness import drawing_from, generator

SHAPE = DataShape(3, 16)
Translating = type[Pix2Pix] | type[CycleGAN]


def made(cls: Any, **options: Any) -> Any:
    config = configure(cls.Config, {"width": 4, "steps": 20, **options})
    with drawing_from(generator("translation")):
        return cls(config, SHAPE)


def batch(step: int = 0, count: int = 4) -> Batch:
    rng = generator("pair", step)
    images, others = (torch.rand(count, 3, 16, 16, generator=rng) for _ in "ab")
    nobody = torch.full((count,), -1)
    return Batch(images, nobody, torch.arange(count), rng, step, 0.0, others)


def same(before: dict[str, Tensor], net: torch.nn.Module) -> bool:
    return all(torch.equal(before[name], t) for name, t in net.state_dict().items())


def copied(net: torch.nn.Module) -> dict[str, Tensor]:
    return {name: t.clone() for name, t in net.state_dict().items()}


# --- losses ---------------------------------------------------------------------------------------


def test_pix2pix_wants_what_equation_4_says() -> None:
    method, one = made(Pix2Pix, dropout=0.0, weight_l1=100.0), batch()
    given, wanted = one.images * 2 - 1, one.partners * 2 - 1
    guess = method.generator(given)
    logits = method.discriminator(torch.cat([given, guess], dim=1))
    by_hand = -torch.sigmoid(logits).log().mean() + 100 * (guess - wanted).abs().mean()
    found = method.costs(given, guess, wanted)
    torch.testing.assert_close(found["loss/generator"], by_hand)
    torch.testing.assert_close(found["L1"], (guess - wanted).abs().mean() / 2)


def test_cyclegan_wants_what_equation_3_and_the_identity_loss_say() -> None:
    method, one = made(CycleGAN, cycle=10.0, identity=0.5), batch()
    a, b = one.images * 2 - 1, one.partners * 2 - 1
    g, f = method.forth, method.back
    game = sum(0.5 * (critic(p) - 1).square().mean()
               for critic, p in ((method.critic_b, g(a)), (method.critic_a, f(b))))  # fmt: skip
    cycle = F.l1_loss(f(g(a)), a) + F.l1_loss(g(f(b)), b)
    identity = F.l1_loss(g(b), b) + F.l1_loss(f(a), a)
    found, made_a, made_b = method.costs(a, b)
    by_hand = game + 10 * cycle + 5 * identity
    torch.testing.assert_close(found["loss/generator"], by_hand)
    torch.testing.assert_close(made_a, f(b))
    torch.testing.assert_close(made_b, g(a))


def test_without_a_game_the_discriminators_stand_still() -> None:
    for cls, names in ((Pix2Pix, ("discriminator",)), (CycleGAN, ("critic_a", "critic_b"))):
        for weight in (0.0, 1.0):
            method = made(cls, adversarial=weight)
            before = {name: copied(getattr(method, name)) for name in names}
            found = method.step(batch(), method.optimizers())
            still = [same(before[name], getattr(method, name)) for name in names]
            assert still == [weight == 0] * len(names)
            assert ("adversarial" in found) == (weight > 0)


def test_pix2pix_comes_closer_to_the_partners() -> None:
    method = made(Pix2Pix, learning_rate=5e-3, dropout=0.0)
    optimizers, one = method.optimizers(), batch()
    errors = [method.step(one, optimizers)["L1"].item() for _ in range(20)]
    assert errors[-1] < 0.9 * errors[0]


def test_rates_stay_and_then_fall_to_nothing() -> None:
    method = made(Pix2Pix, steps=100, learning_rate=1.0)
    rates = [method.learning_rate(step) for step in (0, 49, 75, 99)]
    assert rates == pytest.approx([1.0, 1.0, 0.5, 0.02])


# --- networks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TRANSLATORS)
@pytest.mark.parametrize("side", [8, 21, 32])
def test_what_is_made_is_as_large_as_what_was_given(name: str, side: int) -> None:
    with drawing_from(generator("net")):
        net = build_translator(name, 3, side, 4, dropout=0.5)
    images = torch.rand(2, 3, side, side, generator=generator("x"))
    assert net(images, generator("noise")).shape == images.shape
    assert not torch.equal(net(images, generator("noise")), net(images, generator("other")))
    assert torch.equal(net(images), net(images))  # without a generator nothing is dropped


def test_pictures_too_small_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="pictures of 4 px are too small"):
        build_translator("unet", 3, 4, 4)
    with pytest.raises(ValueError, match="patches of 70 px need pictures of 32 px"):
        PatchCritic(3, 16, 4, 70)


@pytest.mark.parametrize("patch", [1, 16, 34, 70])
def test_a_logit_sees_just_its_patch(patch: int) -> None:
    side = 96
    with drawing_from(generator("net")):
        net = PatchCritic(1, side, 4, patch)
    for module in net.modules():  # instance normalisation lets every place tell of every other
        if isinstance(module, torch.nn.InstanceNorm2d):
            module.forward = lambda x: x  # type: ignore[method-assign]
    images = torch.rand(1, 1, side, side, generator=generator("x"), requires_grad=True)
    logits = net(images)
    middle = logits.shape[-1] // 2
    logits[0, 0, middle, middle].backward()
    assert images.grad is not None
    rows = images.grad[0, 0].abs().sum(dim=1).nonzero()
    assert int(rows.max() - rows.min()) + 1 == patch


def test_the_pool_keeps_fifty_and_hands_half_of_them_out_again() -> None:
    pool, rng = ImagePool(50, 1, 1), generator("pool")
    first = torch.arange(50.0).view(50, 1, 1, 1)
    assert torch.equal(pool(first, rng), first)  # until it is full, what it is given
    old = 0
    for turn in range(1, 21):
        given = torch.arange(50.0).view(50, 1, 1, 1) + 50 * turn
        found = pool(given, rng)
        old += int((found != given).sum())
        kept = torch.cat([pool.images, found]).flatten()
        assert len(kept.unique()) == 100  # each is either kept or handed out, none twice
    assert 400 < old < 600  # of 1000
    nothing = ImagePool(0, 1, 1)
    assert torch.equal(nothing(first, rng), first)


# --- data and measures ----------------------------------------------------------------------------


def test_data_without_what_is_learned_from_are_refused_in_words() -> None:
    few = {"count": 12, "held_out": 12}
    paired = load("domains", few)
    apart = dataclasses.replace(paired, paired=False)
    alone = load("toyland", few)
    for id in ("pix2pix", "cyclegan"):
        check_data(Experiment(id, "domains"), paired)
        with pytest.raises(DataError, match="translates between two domains"):
            check_data(Experiment(id, "toyland"), alone)
    check_data(Experiment("cyclegan", "domains"), apart)
    with pytest.raises(DataError, match="cyclegan, which needs no pairs"):
        check_data(Experiment("pix2pix", "domains"), apart)


def test_distances_are_as_worked_by_hand() -> None:
    truth = torch.zeros(2, 1, 1, 2)
    made_ = torch.tensor([0.1, 0.1, 0.1, 0.5]).view(2, 1, 1, 2)
    found = distance(made_, truth)
    assert found.l1 == pytest.approx(0.2)
    assert found.psnr == pytest.approx(-10 * np.log10(0.28 / 4), rel=1e-5)


def test_what_is_flipped_and_what_is_kept_are_counted_apart() -> None:
    class Sees:
        names = ("glasses", "hat")

        def probabilities(self, images: Tensor) -> np.ndarray:
            return np.array([[0.9, 0.9], [0.9, 0.1], [0.2, 0.9], [0.7, 0.9]])

    had = np.array([[False, True]] * 4)
    found = flipped(torch.zeros(4, 3, 8, 8), had, "glasses", Sees())  # type: ignore[arg-type]
    assert found.flipped == 0.75
    assert found.kept == {"hat": 0.75}
