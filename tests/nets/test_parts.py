"""Parts that stand before, behind and beside a backbone."""

from __future__ import annotations

import pytest
import torch

from core.data.augment.lab import to_lab
from core.nets.build import build_backbone
from core.nets.discriminator import Discriminator
from core.nets.inputs import Enlarge, Lightness, Standardise, WithoutGreenMagenta, preceded
from core.nets.split import Split
from core.nets.upsampling import Upsampling, map_side
from core.randomness import drawing_from, generator


def pictures(count: int = 3, side: int = 16) -> torch.Tensor:
    return torch.rand(count, 3, side, side, generator=generator("pictures"))


def test_a_tile_is_standardised_by_itself() -> None:
    found = Standardise()(pictures() * torch.tensor([0.1, 1.0, 0.5]).view(3, 1, 1, 1))
    torch.testing.assert_close(found.mean(dim=(2, 3)), torch.zeros(3, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(found.std(dim=(2, 3), correction=0), torch.ones(3, 3))
    assert torch.equal(Standardise()(torch.full((1, 3, 4, 4), 0.5)), torch.zeros(1, 3, 4, 4))


def test_green_and_magenta_become_one_and_grey_stays() -> None:
    project = WithoutGreenMagenta()
    green = torch.tensor([-1.0, 2.0, -1.0]).view(1, 3, 1, 1)
    assert float(project(green).abs().max()) < 1e-6
    torch.testing.assert_close(project(torch.ones(1, 3, 2, 2)), torch.ones(1, 3, 2, 2))


def test_what_stands_before_a_backbone_is_part_of_it() -> None:
    with drawing_from(generator("weights")):
        plain = build_backbone("convnet", 1, 32, 4).eval()
    before = plain(to_lab(pictures(side=32))[:, :1] / 50 - 1)
    torch.testing.assert_close(preceded(plain, Lightness())(pictures(side=32)), before)
    assert Enlarge(3)(pictures()).shape == (3, 3, 48, 48)


def test_the_halves_of_a_split_network_see_only_their_channels() -> None:
    with drawing_from(generator("weights")):
        split = Split("convnet", 16, 4).eval()
    images, dims = pictures(), split.dims["stage4"]
    lab = to_lab(images)
    grey = to_lab(images.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1))
    found = split.stages(images)
    assert list(found) == ["stage1", "stage2", "stage3", "stage4"]
    assert all(found[name].shape[1] == split.dims[name] for name in found)
    # The same colours over another lightness leave the second half as it was, and the reverse.
    pair = split.blocks["stage1"][1]
    first, second = pair(lab / 110).chunk(2, dim=1)
    other = torch.cat([grey[:, :1], lab[:, 1:]], dim=1)
    assert torch.equal(pair(other / 110).chunk(2, dim=1)[1], second)
    assert not torch.equal(pair(other / 110).chunk(2, dim=1)[0], first)
    assert dims == 2 * 32


@pytest.mark.parametrize(("side", "larger"), [(4, 32), (2, 8), (4, 4), (3, 28)])
def test_a_map_is_brought_to_any_side(side: int, larger: int) -> None:
    with drawing_from(generator("weights")):
        grown = Upsampling(8, 3, side, larger)
    assert grown(torch.zeros(2, 8, side, side)).shape == (2, 3, larger, larger)


@pytest.mark.parametrize("side", [8, 28, 32, 96])
def test_the_side_of_the_last_map_is_found_without_moving_anything(side: int) -> None:
    with drawing_from(generator("weights")):
        backbone = build_backbone("convnet", 3, side, 4)
    before = {name: tensor.clone() for name, tensor in backbone.state_dict().items()}
    found = map_side(backbone, 3, side)
    assert found == backbone.stages(torch.zeros(2, 3, side, side))["stage4"].shape[-1]
    assert backbone.training
    with torch.device("meta"):
        assert map_side(build_backbone("convnet", 3, side, 4), 3, side) == found
    assert before.keys() == backbone.state_dict().keys()


@pytest.mark.parametrize("side", [4, 9, 32])
def test_a_discriminator_gives_one_logit_a_picture(side: int) -> None:
    with drawing_from(generator("weights")):
        assert Discriminator(3, side, 4)(torch.zeros(5, 3, side, side)).shape == (5,)
