"""Directions, effects and sums on a world whose answer is known: attribute j is z_j > 0."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from core.generative.arithmetic import (
    Sum,
    changed,
    combine,
    matching,
    success,
    success_by_exemplars,
)
from core.generative.directions import (
    attribute,
    effects,
    first_layer,
    principal,
    separability,
    strongest,
)
from core.generative.latents import on_shell
from core.randomness import drawing_from, generator

SIZE = 6
NAMES = ("glasses", "smile", "hat")


def generate(latents: torch.Tensor) -> torch.Tensor:
    return latents[:, :, None, None]


def tell(pictures: torch.Tensor) -> torch.Tensor:
    """Two plain attributes, and a hat in two colours: of which a mean shows neither."""
    z = pictures[:, :, 0, 0]
    hat = (z[:, 2].abs() > 1.2).float()
    return torch.stack([(z[:, 0] > 0).float(), (z[:, 1] > 0).float(), hat], dim=1)


def latents(count: int = 2000) -> torch.Tensor:
    return torch.randn(count, SIZE, generator=generator("z"))


def axis(which: int) -> torch.Tensor:
    return torch.eye(SIZE)[which]


def test_the_principal_direction_is_that_of_the_largest_spread() -> None:
    z = latents()
    weight = torch.diag(torch.tensor([1.0, 5.0, 3.0, 0.1, 0.1, 0.1]))
    found = principal(z, z @ weight, 2)
    assert found.abs() @ axis(1) == pytest.approx([1.0, 0.0], abs=0.1)
    assert found.abs() @ axis(2) == pytest.approx([0.0, 1.0], abs=0.1)
    assert strongest(weight, 2).abs().argmax(dim=1).tolist() == [1, 2]


def test_the_first_layer_is_the_one_that_takes_latents() -> None:
    with drawing_from(generator("net")):
        net = nn.Sequential(nn.ConvTranspose2d(SIZE, 3, 2), nn.Flatten(), nn.Linear(12, 2))
        other = nn.Linear(3, 3)
    found = first_layer(net, SIZE)
    assert found is not None
    assert found.shape == (12, SIZE)
    z = latents(1)
    torch.testing.assert_close(
        net[0](z[:, :, None, None]).flatten(), found @ z[0] + net[0].bias.repeat_interleave(4)
    )
    assert first_layer(other, SIZE) is None


def test_an_attributes_direction_leaves_out_what_goes_with_it() -> None:
    z = latents(4000)
    with_it = z[(z[:, 0] > 0) == (z[:, 1] > 0)]  # glasses are worn mostly with a smile
    some = torch.cat([with_it, z[(z[:, 0] > 0) != (z[:, 1] > 0)][:300]])
    labels = torch.stack([some[:, 0] > 0, some[:, 1] > 0], dim=1)
    direction = attribute(some, labels, 0)
    assert float(direction.norm()) == pytest.approx(1.0)
    assert float(direction @ axis(0)) > 0.98
    naive = some[labels[:, 0]].mean(dim=0) - some[~labels[:, 0]].mean(dim=0)
    assert float(naive @ axis(1)) > 0.5


def test_an_attribute_that_all_have_has_no_direction() -> None:
    with pytest.raises(ValueError, match="there is no direction"):
        attribute(latents(4), torch.ones(4, 2, dtype=torch.bool), 0)


def test_separability_is_one_for_a_half_space_and_chance_for_two_colours() -> None:
    z = latents()
    assert separability(z, z[:, 0] > 0) > 0.95
    assert separability(z, z[:, 2].abs() > 1.2) == pytest.approx(0.5, abs=0.08)


def test_going_along_a_direction_flips_its_attribute_and_keeps_the_others() -> None:
    found = effects(generate, tell, latents(), axis(0), 0, (0.0, 1.0, 6.0))
    assert found.flipped.tolist() == pytest.approx([0.0, 0.683, 1.0], abs=0.03)  # P(|z| < 1)
    assert found.kept.tolist() == [1.0, 1.0, 1.0]


def test_a_sum_is_the_last_and_the_difference_of_the_first_two_means() -> None:
    a, b, c = (torch.tensor([[n, 0.0], [0.0, n]]) for n in (2.0, 4.0, 6.0))
    torch.testing.assert_close(combine(a, b, c, shell=False), torch.tensor([2.0, 2.0]))
    torch.testing.assert_close(combine(a, b, c, 2.0, shell=False), torch.tensor([1.0, 1.0]))
    torch.testing.assert_close(combine(a, b, c), on_shell(torch.tensor([1.0, 1.0])))


ASKED = Sum(
    "glasses without the smile",
    {"glasses": True, "smile": True},
    {"glasses": False, "smile": True},
    {"glasses": False, "smile": False},
    {"glasses": True, "smile": False},
)
HATS = Sum("a hat", {"hat": True}, {"hat": False}, {"hat": False}, {"hat": True})


def test_sums_come_out_more_often_the_more_exemplars_there_are() -> None:
    found = success_by_exemplars(
        generate, tell, latents(), NAMES, ASKED, generator("sums"), (1, 30), 300
    )
    assert found[1].chance == pytest.approx(0.25, abs=0.04)
    assert 0.4 < found[1].share < found[30].share
    assert found[30].share > 0.97


def test_what_comes_in_two_colours_cannot_be_added() -> None:
    found = success(generate, tell, latents(), NAMES, HATS, 30, generator("sums"), 300)
    assert found.share < found.chance + 0.15 < 0.5


def test_what_nobody_has_is_said() -> None:
    with pytest.raises(ValueError, match="there is no attribute 'crown'"):
        matching(torch.ones(2, 3) > 0, NAMES, {"crown": True})
    with pytest.raises(ValueError, match="none of 20 pictures has hat"):
        success(generate, tell, torch.zeros(20, SIZE), NAMES, HATS, 1, generator("x"), 5)


def test_the_map_of_changes_is_the_largest_difference_of_a_channel() -> None:
    before = torch.zeros(1, 3, 1, 2)
    after = before.clone()
    after[0, :, 0, 1] = torch.tensor([0.1, -0.6, 0.2])
    assert changed(before, after)[0, 0].tolist() == pytest.approx([0.0, 0.6])
