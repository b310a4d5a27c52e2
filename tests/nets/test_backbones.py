"""The encoders fit the seam: every side from 8 to 96, and rebuilt from their weights alone."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.nets.backbone import Backbone
from core.nets.build import BACKBONES, build_backbone
from core.nets.vit import ViT, choose_patch
from core.randomness import drawing_from, generator

WIDTH = 4


def make(name: str, channels: int = 3, side: int = 16, seed: int = 0) -> Backbone:
    with drawing_from(generator(seed)):
        return build_backbone(name, channels, side, WIDTH)


def pictures(count: int = 2, channels: int = 3, side: int = 16) -> Tensor:
    return torch.rand(count, channels, side, side, generator=generator("pictures"))


@pytest.mark.parametrize("name", BACKBONES)
@pytest.mark.parametrize("side", [8, 28, 32, 48, 64, 96])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_stage_is_a_map_of_the_channels_it_says(name: str, side: int, channels: int) -> None:
    backbone = make(name, channels, side)
    images = pictures(channels=channels, side=side)
    stages = backbone.stages(images)
    assert list(stages) == list(backbone.blocks) == list(backbone.dims)
    for stage, activations in stages.items():
        assert activations.shape[:2] == (2, backbone.dims[stage])
        assert min(activations.shape[2:]) >= 2
    last = list(stages.values())[-1]
    assert backbone.pool(last).shape == (2, backbone.dim)
    torch.testing.assert_close(backbone(images), backbone.pool(last))


@pytest.mark.parametrize("name", BACKBONES)
def test_a_network_is_rebuilt_from_its_weights_alone(name: str) -> None:
    backbone = make(name)
    backbone(pictures(8))  # moves the statistics of batch normalisation away from where they start
    with torch.device("meta"):
        again = build_backbone(name, 3, 16, WIDTH)
    again = again.to_empty(device="cpu")
    again.load_state_dict(backbone.state_dict())
    assert torch.equal(again.eval()(pictures()), backbone.eval()(pictures()))


@pytest.mark.parametrize("name", BACKBONES)
def test_the_weights_come_from_the_generator_alone(name: str) -> None:
    first, again, other = make(name, seed=1), make(name, seed=1), make(name, seed=2)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters()))
    assert not torch.equal(first(pictures()), other(pictures()))


@pytest.mark.parametrize("name", BACKBONES)
def test_weights_are_contiguous_so_that_they_can_be_saved(name: str) -> None:
    assert all(tensor.is_contiguous() for tensor in make(name).state_dict().values())


@pytest.mark.parametrize("name", BACKBONES)
def test_a_gradient_reaches_every_weight(name: str) -> None:
    backbone = make(name)
    for parameter in backbone.parameters():  # the residual branches begin at zero
        parameter.data.add_(0.01)
    backbone(pictures(4)).pow(2).sum().backward()
    assert all(p.grad is not None and bool(p.grad.any()) for p in backbone.parameters())


@pytest.mark.parametrize("name", ["convnet", "resnet18"])
def test_a_picture_too_small_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="images of 3 pixels are too small; the least is 4"):
        make(name, side=3)


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no backbone 'alexnet'; there are convnet, resnet18, vit"):
        make("alexnet")


@pytest.mark.parametrize(("side", "patch"), [(8, 1), (16, 2), (28, 4), (32, 4), (96, 12)])
def test_patches_are_chosen_to_make_about_eight_a_side(side: int, patch: int) -> None:
    assert choose_patch(side) == patch


def test_a_patch_that_does_not_fit_is_refused_with_those_that_do() -> None:
    with pytest.raises(
        ValueError, match="patch 7 does not divide the image side 32; choose 4 or 8"
    ):
        ViT(3, 32, patch=7)
    with pytest.raises(ValueError, match="patch 30 does not divide the image side 32; choose 16"):
        ViT(3, 32, patch=30)


def test_the_class_token_looks_somewhere_and_what_it_sees_is_the_feature() -> None:
    vit = make("vit")
    assert isinstance(vit, ViT)
    last = list(vit.stages(pictures()).values())[-1]
    attention = vit.class_attention(last)  # (B, heads, h, w)
    assert attention.shape == (2, vit.look.heads, 8, 8)
    torch.testing.assert_close(attention.sum(dim=(2, 3)), torch.ones(2, vit.look.heads))
    tokens = vit.norm(last.flatten(2).transpose(1, 2))
    values = vit.look._split(vit.look.key_value(tokens).chunk(2, dim=-1)[1])
    seen = (attention.flatten(2).unsqueeze(2) @ values).transpose(1, 2).flatten(2)
    torch.testing.assert_close(vit.look.out(seen).squeeze(1), vit.pool(last))
