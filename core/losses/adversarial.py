"""What a discriminator and a generator want: pure functions of the discriminator's logits.

Each objective is a pair of functions that are minimised. A logit is high where the discriminator
takes something for real; D(x) = sigmoid(logit) is its probability.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

Score = Callable[[Tensor, Tensor], Tensor]  # logits of real, logits of fake -> ()
Wish = Callable[[Tensor], Tensor]  # logits of fake -> ()


@dataclass(frozen=True)
class Objective:
    """What both players minimise."""

    discriminator: Score
    generator: Wish


def cross_entropy(real: Tensor, fake: Tensor) -> Tensor:
    """-E[log D(x)] - E[log(1 - D(G(z)))] (Goodfellow et al. 2014, arXiv 1406.2661, equation 1)."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def minimax(fake: Tensor) -> Tensor:
    """E[log(1 - D(G(z)))] (the same, equation 1): vanishes where the discriminator is sure."""
    return -F.softplus(fake).mean()


def non_saturating(fake: Tensor) -> Tensor:
    """-E[log D(G(z))] (the same, section 3): strongest where the discriminator is sure."""
    return F.softplus(-fake).mean()


def squares(real: Tensor, fake: Tensor) -> Tensor:
    """½ E[(D(x) - 1)²] + ½ E[D(G(z))²] (Mao et al. 2017, arXiv 1611.04076, equation 9)."""
    return 0.5 * (real - 1).square().mean() + 0.5 * fake.square().mean()


def near_one(fake: Tensor) -> Tensor:
    """½ E[(D(G(z)) - 1)²] (the same, equation 9)."""
    return 0.5 * (fake - 1).square().mean()


def critic(real: Tensor, fake: Tensor) -> Tensor:
    """E[f(G(z))] - E[f(x)] (Arjovsky et al. 2017, arXiv 1701.07875, equation 2), negated."""
    return fake.mean() - real.mean()


def high(fake: Tensor) -> Tensor:
    """-E[f(G(z))]: the generator's side of Wasserstein's distance and of the hinge."""
    return -fake.mean()


def hinge(real: Tensor, fake: Tensor) -> Tensor:
    """E[max(0, 1 - f(x))] + E[max(0, 1 + f(G(z)))] (Miyato et al. 2018, 1802.05957, eq. 16)."""
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


OBJECTIVES: Mapping[str, Objective] = {
    "non-saturating": Objective(cross_entropy, non_saturating),
    "minimax": Objective(cross_entropy, minimax),
    "least squares": Objective(squares, near_one),
    "wasserstein": Objective(critic, high),
    "hinge": Objective(hinge, high),
}


@dataclass(frozen=True)
class Equilibrium:
    """One step of BEGAN: Berthelot, Schumm and Metz 2017, arXiv 1703.10717, section 3.4.

    Its discriminator is an autoencoder, and L its error of reconstruction.
    """

    discriminator: Tensor  # L(x) - k L(G(z))
    generator: Tensor  # L(G(z))
    balance: Tensor  # k of the next step, in 0..1
    convergence: Tensor  # M_global


def equilibrium(
    real: Tensor, fake: Tensor, made: Tensor, k: Tensor, gamma: float, gain: float
) -> Equilibrium:
    """The losses of errors on real (B,), fake (B,) for D, and `made` (B,) for G, and the next k.

    k' = clip(k + λ (γ L(x) - L(G(z))), 0, 1) and M = L(x) + |γ L(x) - L(G(z))|, λ the `gain`.
    """
    error_real, error_made = real.mean(), made.mean()
    lack = (gamma * error_real - error_made).detach()
    return Equilibrium(
        error_real - k * fake.mean(),
        error_made,
        (k + gain * lack).clamp(0.0, 1.0),
        error_real.detach() + lack.abs(),
    )
