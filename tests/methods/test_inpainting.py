"""The context encoder sees nothing of what is missing, and learns with and without a judge."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from core.config import configure
from core.data.augment.masks import erase
from core.losses.inpainting import adversarial_loss
from core.methods.pretext.inpainting import ChannelwiseLinear, Inpainting
from core.randomness import drawing_from, generator
from tests.methods.learners import (
    assert_figures_draw,
    assert_gradient_reaches_every_weight,
    assert_rebuilt_from_its_state,
    batch,
    make,
    train,
)

OBJECTIVES = ("l2", "adversarial", "both")


@torch.no_grad()
def test_what_is_missing_does_not_change_what_is_painted() -> None:
    method, images = make(Inpainting).eval(), batch().images
    mask = method.masks(12, generator("holes"))
    other = torch.where(mask, 1 - images, images)
    torch.testing.assert_close(method.paint(images, mask), method.paint(other, mask))


@torch.no_grad()
@pytest.mark.parametrize("region", ["random", "centre"])
def test_only_the_hole_is_painted(region: str) -> None:
    method, images = make(Inpainting, region=region).eval(), batch().images
    mask = method.held_out_masks(12)
    made = method.completed(images, mask)
    assert torch.equal(made[~mask.expand_as(made)], images[~mask.expand_as(made)])
    assert not torch.equal(made, images)
    found = method.reconstruct(images)
    np.testing.assert_allclose(found.given / 255, erase(images, mask).permute(0, 2, 3, 1),
                               atol=0.003)  # fmt: skip


@torch.no_grad()
def test_both_terms_are_weighted_as_in_the_paper() -> None:
    method, images = make(Inpainting, objective="both").eval(), batch().images
    found = method.validate(batch())
    mask = method.held_out_masks(12)
    made = method.paint(images, mask)
    error = float(((made - images) ** 2)[mask.expand_as(made)].mean())
    assert method.discriminator is not None
    fooled = float(adversarial_loss(method.discriminator(torch.where(mask, made, images))))
    assert float(found["loss"]) == pytest.approx(0.999 * error + 0.001 * fooled, rel=1e-4)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("region", ["random", "centre"])
def test_it_learns_a_step_at_a_time(objective: str, region: str) -> None:
    method = make(Inpainting, objective=objective, region=region)
    rows = train(method, 3)
    assert all(math.isfinite(v) for row in rows for v in row.values())
    assert ("discriminator" in rows[0]) == (objective != "l2")
    assert_rebuilt_from_its_state(method)
    assert_figures_draw(method)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_gradient_reaches_every_weight(objective: str) -> None:
    assert_gradient_reaches_every_weight(make(Inpainting, objective=objective))


def test_each_optimiser_has_its_own_weights_and_together_all() -> None:
    method = make(Inpainting, objective="both")
    found = {
        name: {id(p) for group in o.param_groups for p in group["params"]}
        for name, o in method.optimizers().items()
    }
    assert method.discriminator is not None
    assert found["discriminator"] == {id(p) for p in method.discriminator.parameters()}
    assert found["main"].isdisjoint(found["discriminator"])
    assert found["main"] | found["discriminator"] == {id(p) for p in method.parameters()}


def test_the_discriminator_moves_a_tenth_as_fast() -> None:
    method = make(Inpainting, objective="both")
    optimizers = method.optimizers()
    method.step(batch(), optimizers)
    rate = {name: o.param_groups[0]["lr"] for name, o in optimizers.items()}
    assert rate["discriminator"] == pytest.approx(0.1 * rate["main"])


def test_channels_are_carried_to_all_places_each_by_itself() -> None:
    with drawing_from(generator("weights")):
        layer = ChannelwiseLinear(2, 2)
    with torch.no_grad():
        layer.weight.zero_()
        layer.weight[0, 0, 3] = 1.0  # of the first channel, the first place goes to the last
    x = torch.arange(8.0).view(1, 2, 2, 2) + 1
    assert layer(x).flatten().tolist() == [0, 0, 0, 1, 0, 0, 0, 0]


@pytest.mark.parametrize("data", Inpainting.recipes)
def test_a_recipe_names_real_options(data: str) -> None:
    assert configure(Inpainting.Config, Inpainting.recipes[data]) != Inpainting.Config()
