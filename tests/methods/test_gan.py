"""The game's rules: who learns when, what averages, what classes and points are made of."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from core.config import configure
from core.data.sources import load
from core.method import Batch, DataShape, Method
from core.methods.generative.gan import GAN, GANConfig
from core.nets.adversarial.build import ARCHITECTURES
from core.nets.adversarial.progressive import GROWING, size_at
from core.randomness import drawing_from, generator

PICTURES, POINTS = DataShape(1, 8, ("a", "b", "c")), DataShape(2, 1)


def gan(data: DataShape = PICTURES, **options: Any) -> GAN:
    config = configure(GANConfig, {"width": 8, "latent": 4, "steps": 10, **options})
    with drawing_from(generator("gan")):
        return GAN(config, data)


def batch(data: DataShape = PICTURES, count: int = 8, step: int = 0) -> Batch:
    rng = generator("batch", step)
    images = torch.rand(count, data.channels, data.side, data.side, generator=rng)
    labels = torch.arange(count) % 3
    return Batch(images, labels, torch.arange(count), rng, step, step / 10)


def copies(net: torch.nn.Module) -> list[Tensor]:
    return [p.detach().clone() for p in net.parameters()]


def same(net: torch.nn.Module, before: list[Tensor]) -> bool:
    return all(torch.equal(p, b) for p, b in zip(net.parameters(), before, strict=True))


def steps(method: Method, count: int, data: DataShape = PICTURES) -> dict[str, Tensor]:
    optimizers, found = method.optimizers(), {}
    for step in range(count):
        found = method.step(batch(data, step=step), optimizers)
    return found


@pytest.mark.parametrize("backbone", ARCHITECTURES)
@pytest.mark.parametrize("conditional", [False, True])
def test_every_architecture_plays_with_and_without_classes(
    backbone: str, conditional: bool
) -> None:
    method = gan(backbone=backbone, conditional=conditional)
    found = steps(method, 2)
    assert all(bool(torch.isfinite(v)) for v in found.values())
    labels = torch.tensor([0, 1]) if conditional else None
    made = method.eval().generate(method.draw(2, generator("z")), labels)
    assert made.shape == (2, 1, 8, 8)
    assert float(made.min()) >= 0
    assert float(made.max()) <= 1
    assert method.criticise(made, labels).shape == (2,)


@pytest.mark.parametrize(
    "objective", ["non-saturating", "minimax", "least squares", "wasserstein", "hinge", "began"]
)
@pytest.mark.parametrize(
    "regulariser", ["spectral norm", "gradient penalty", "r1", "clipping", "none"]
)
def test_any_objective_goes_with_any_regulariser_on_points(
    objective: str, regulariser: str
) -> None:
    method = gan(POINTS, backbone="mlp", objective=objective, regulariser=regulariser)
    found = steps(method, 2, POINTS)
    assert all(bool(torch.isfinite(v)) for v in found.values())
    assert ("penalty/gradient" in found) == (regulariser in ("gradient penalty", "r1"))
    assert ("balance/k" in found) == (objective == "began")


def test_one_player_alone_leaves_the_other_as_it_was() -> None:
    for turns, still in (("discriminator", "generator"), ("generator", "discriminator")):
        method = gan(turns=turns, regulariser="none")
        before = {name: copies(getattr(method, name)) for name in ("generator", "discriminator")}
        steps(method, 1)
        assert same(getattr(method, still), before[still])
        assert not same(getattr(method, turns), before[turns])


def test_the_average_follows_the_generator_at_its_pace() -> None:
    method = gan(average=0.75)
    start = copies(method.averaged)
    steps(method, 1)
    for old, now, mean in zip(
        start, method.generator.parameters(), method.averaged.parameters(), strict=True
    ):
        torch.testing.assert_close(mean.detach(), 0.75 * old + 0.25 * now.detach())


def test_each_step_of_the_discriminator_sees_pictures_of_its_own() -> None:
    method = gan(discriminator_steps=3, batch_size=2, regulariser="r1")
    seen: list[Tensor] = []
    real = method.scores

    def watch(on_real: Any, on_fake: Any) -> Any:
        seen.append(on_real[0])
        return real(on_real, on_fake)

    method.scores = watch  # type: ignore[method-assign]
    given = batch(count=GAN.pictures_a_step(method.config))
    method.step(given, method.optimizers())
    torch.testing.assert_close(torch.cat(seen), given.images * 2 - 1)
    assert len(seen) == 3


def test_a_lazy_penalty_is_paid_now_and_then() -> None:
    method = gan(regulariser="r1", penalty_every=2)
    optimizers = method.optimizers()
    paid = ["penalty/gradient" in method.step(batch(step=s), optimizers) for s in range(4)]
    assert paid == [True, False, True, False]


def test_truncated_latents_stay_within_the_edge_and_others_are_normal() -> None:
    method = gan()
    free = method.draw(4000, generator("z"))
    assert float(free.std()) == pytest.approx(1.0, abs=0.03)
    cut = method.draw(4000, generator("z"), truncation=0.5)
    assert float(cut.abs().max()) <= 0.5 + 1e-4
    assert float(cut.abs().max()) > 0.45


def test_networks_grow_by_rests_and_fades_to_their_full_size() -> None:
    assert size_at(0.0, 2) == 0
    assert size_at(GROWING / 2 * 0.5, 2) == 0
    assert size_at(GROWING / 2 * 0.75, 2) == pytest.approx(0.5)
    assert size_at(GROWING, 2) == size_at(1.0, 2) == 2


def test_what_cannot_be_made_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="these data have no classes"):
        gan(DataShape(3, 32), conditional=True)
    with pytest.raises(ValueError, match="for points in the plane choose mlp"):
        gan(POINTS)
    conditional = gan(conditional=True)
    with pytest.raises(ValueError, match="say which class"):
        conditional.generate(conditional.draw(2, generator("z")))


def test_points_have_a_recipe_that_fits_them() -> None:
    data = load("mixtures", {"count": 64, "held_out": 16})
    config = configure(GANConfig, GAN.recipes["mixtures"])
    with drawing_from(generator("gan")):
        method = GAN(config, DataShape(data.channels, data.side, tuple(data.classes)))
    assert method.draw(3, generator("z")).shape == (3, 2)
    assert method.generate(method.draw(3, generator("z"))).shape == (3, 2, 1, 1)
