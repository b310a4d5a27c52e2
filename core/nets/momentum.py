"""Networks that no gradient trains: they follow another as a moving average of its weights.

MoCo's key encoder (He et al. 2020, arXiv 1911.05722, equation 2), BYOL's target network (Grill et
al. 2020, arXiv 2006.07733, equation 1) and the mean teachers before them are this one idea.
"""

from __future__ import annotations

import copy
from typing import TypeVar

import torch
from torch import nn

M = TypeVar("M", bound=nn.Module)


def follower(leader: M) -> M:
    """A copy of a network that takes no gradient."""
    return copy.deepcopy(leader).requires_grad_(False)


@torch.no_grad()
def follow(follower: nn.Module, leader: nn.Module, momentum: float) -> None:
    """θ_follower <- momentum * θ_follower + (1 - momentum) * θ_leader, in place.

    Parameters alone are averaged. The running statistics of batch normalisation are measured by
    each network on what itself sees.
    """
    torch._foreach_lerp_(list(follower.parameters()), list(leader.parameters()), 1.0 - momentum)


@torch.no_grad()
def follow_all(follower: nn.Module, leader: nn.Module, momentum: float) -> None:
    """`follow`, and the running statistics likewise: for a follower that is never trained on."""
    follow(follower, leader, momentum)
    pairs = zip(follower.buffers(), leader.buffers(), strict=True)
    floats = [(mine, theirs) for mine, theirs in pairs if mine.is_floating_point()]
    if floats:
        mine, theirs = zip(*floats)
        torch._foreach_lerp_(list(mine), list(theirs), 1.0 - momentum)
