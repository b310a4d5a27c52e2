"""What keeps a discriminator smooth: penalties on its gradient, spectral norm, clipped weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

Critic = Callable[[Tensor], Tensor]  # (B, ...) -> (B,)
M = TypeVar("M", bound=nn.Module)


def slope_at(critic: Critic, points: Tensor) -> Tensor:
    """The gradient of a critic at each of the points, like them (B, ...); itself differentiable."""
    points = points.detach().requires_grad_(True)
    scores = critic(points)
    [found] = torch.autograd.grad(scores.sum(), points, create_graph=True)
    return found


def gradient_penalty(
    critic: Critic, real: Tensor, fake: Tensor, rng: torch.Generator, target: float = 1.0
) -> Tensor:
    """E[(‖∇f(x̂)‖ - 1)²], x̂ = ε x + (1 - ε) G(z), ε uniform, one a sample.

    Gulrajani et al. 2017, arXiv 1704.00028, equation 3, without its λ. `target` 0 draws the slope
    to zero instead of one.
    """
    shape = (len(real), *[1] * (real.ndim - 1))
    share = torch.rand(shape, generator=rng, device=real.device)
    norms = slope_at(critic, share * real + (1 - share) * fake).flatten(1).norm(dim=1)
    return (norms - target).square().mean()


def r1(critic: Critic, real: Tensor) -> Tensor:
    """½ E[‖∇D(x)‖²] on real x (Mescheder et al. 2018, arXiv 1801.04406, equation 9), without γ."""
    return 0.5 * slope_at(critic, real).flatten(1).square().sum(dim=1).mean()


def with_spectral_norm(network: M) -> M:
    """The network with every matrix and kernel divided by its largest singular value.

    Miyato et al. 2018, arXiv 1802.05957, algorithm 1: one iteration of the power method a step.
    """
    for part in network.modules():
        if isinstance(part, nn.Linear | nn.Conv2d | nn.ConvTranspose2d | nn.Embedding):
            spectral_norm(part)
    return network


@torch.no_grad()
def clip_weights(network: nn.Module, most: float) -> None:
    """Each weight into -most..most (Arjovsky et al. 2017, arXiv 1701.07875, algorithm 1)."""
    for weight in network.parameters():
        weight.clamp_(-most, most)
