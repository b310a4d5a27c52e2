"""Heads have the layers they were asked for; followers follow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from core.nets.heads import projector
from core.nets.momentum import follow, follower
from core.randomness import drawing_from, generator


@pytest.fixture(autouse=True)
def own_dice() -> Iterator[None]:
    with drawing_from(generator("weights")):
        yield


def kinds(head: nn.Sequential) -> list[str]:
    return [type(layer).__name__ for layer in head]


def test_a_projector_s_layers() -> None:
    assert kinds(projector(8, 4)) == ["Linear"]
    assert kinds(projector(8, 6, 4, norm=False)) == ["Linear", "ReLU", "Linear"]
    assert kinds(projector(8, 6, 4)) == ["Linear", "BatchNorm1d", "ReLU", "Linear"]
    assert kinds(projector(8, 6, 4, last_norm=True))[-2:] == ["Linear", "BatchNorm1d"]


def test_only_layers_without_normalisation_have_a_bias() -> None:
    first, *_, last = projector(8, 6, 4)
    assert first.bias is None
    assert last.bias is not None


def test_a_head_without_an_output_is_refused() -> None:
    with pytest.raises(ValueError, match="found 1 sizes"):
        projector(8)


def test_a_follower_is_the_weighted_mean_of_itself_and_its_leader() -> None:
    leader = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    copied = follower(leader)
    before = [p.clone() for p in copied.parameters()]
    with torch.no_grad():
        for parameter in leader.parameters():
            parameter.add_(1.0)
    follow(copied, leader, 0.9)
    for was, now, led in zip(before, copied.parameters(), leader.parameters()):
        torch.testing.assert_close(now, 0.9 * was + 0.1 * led.detach())
        assert not now.requires_grad


@pytest.mark.parametrize(("momentum", "moves"), [(1.0, False), (0.0, True)])
def test_momentum_one_stands_still_and_zero_copies(momentum: float, moves: bool) -> None:
    leader, other = nn.Linear(3, 2), follower(nn.Linear(3, 2))
    before = other.weight.clone()
    follow(other, leader, momentum)
    torch.testing.assert_close(other.weight.data, leader.weight.data if moves else before.data)
