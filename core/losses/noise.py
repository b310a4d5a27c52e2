"""Noise in and noise out: schedules, the forward process, its posterior, and what is predicted.

Ho, Jain and Abbeel, "Denoising diffusion probabilistic models", 2020, arXiv 2006.11239 (DDPM);
Song, Meng and Ermon, 2021, arXiv 2010.02502 (DDIM); Nichol and Dhariwal, 2021, arXiv 2102.09672
(the cosine schedule); Salimans and Ho, 2022, arXiv 2202.00512 (v); Ho and Salimans, 2022, arXiv
2207.12598 (guidance without a classifier).

Time t runs from 0, the picture, to 1, noise. A schedule gives ᾱ(t), the share of the picture's
variance that is left: x_t = √ᾱ x_0 + √(1 − ᾱ) ε.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

SCHEDULES = ("cosine", "linear")
TARGETS = ("v", "noise", "picture")
OFFSET = 0.008  # s of the cosine schedule, equation 17
LEAST, MOST = 1e-4, 0.9999  # of ᾱ, so that neither half is ever divided by nothing
# β of the linear schedule at its ends were there a thousand steps, section 4 of DDPM
FIRST_BETA, LAST_BETA, LINEAR_STEPS = 1e-4, 0.02, 1000


def kept(t: Tensor, schedule: str) -> Tensor:
    """ᾱ(t) for times in 0..1, any shape; raises ValueError for a schedule there is not.

    The linear one is the product of its 1 − β over a thousand steps, as an integral.
    """
    if schedule == "cosine":
        angle = (t + OFFSET) / (1 + OFFSET) * (math.pi / 2)
        first = math.cos(OFFSET / (1 + OFFSET) * math.pi / 2) ** 2
        share = angle.cos().square() / first
    elif schedule == "linear":
        slope = LAST_BETA - FIRST_BETA
        share = torch.exp(-LINEAR_STEPS * (FIRST_BETA * t + 0.5 * slope * t.square()))
    else:
        raise ValueError(f"there is no schedule {schedule!r}; there are {', '.join(SCHEDULES)}")
    return share.clamp(LEAST, MOST)


def noised(pictures: Tensor, noise: Tensor, share: Tensor) -> Tensor:
    """x_t = √ᾱ x_0 + √(1 − ᾱ) ε, equation 4 of DDPM; `share` broadcasts."""
    return share.sqrt() * pictures + (1 - share).sqrt() * noise


def target(pictures: Tensor, noise: Tensor, share: Tensor, kind: str) -> Tensor:
    """What a network is to predict: v = √ᾱ ε − √(1 − ᾱ) x_0, the noise, or the picture."""
    if kind == "v":
        return share.sqrt() * noise - (1 - share).sqrt() * pictures
    return {"noise": noise, "picture": pictures}[kind]


def picture_of(x: Tensor, predicted: Tensor, share: Tensor, kind: str) -> Tensor:
    """x_0 by a prediction for x_t: of v it is √ᾱ x_t − √(1 − ᾱ) v."""
    if kind == "v":
        return share.sqrt() * x - (1 - share).sqrt() * predicted
    if kind == "noise":
        return (x - (1 - share).sqrt() * predicted) / share.sqrt()
    return predicted


def noise_of(x: Tensor, picture: Tensor, share: Tensor) -> Tensor:
    """ε by which x_0 became x_t."""
    return (x - share.sqrt() * picture) / (1 - share).sqrt()


def guided(conditional: Tensor, unconditional: Tensor, weight: float) -> Tensor:
    """(1 + w) p(c) − w p(∅), equation 6 of Ho and Salimans: w = 0 is the conditional model,
    −1 the unconditional one.
    """
    return (1 + weight) * conditional - weight * unconditional


@dataclass(frozen=True)
class Posterior:
    """q(x_s | x_t, x_0) of an earlier time s: a normal distribution."""

    mean: Tensor
    variance: Tensor


def posterior(x: Tensor, picture: Tensor, now: Tensor, before: Tensor) -> Posterior:
    """Equations 6 and 7 of DDPM for any two times, ᾱ `now` of x_t and `before` of x_s, s < t.

    With α = ᾱ_t / ᾱ_s and β = 1 − α: μ = (√ᾱ_s β x_0 + √α (1 − ᾱ_s) x_t) / (1 − ᾱ_t) and
    σ² = (1 − ᾱ_s) β / (1 − ᾱ_t).
    """
    alpha = now / before
    beta = 1 - alpha
    mean = (before.sqrt() * beta * picture + alpha.sqrt() * (1 - before) * x) / (1 - now)
    return Posterior(mean, (1 - before) * beta / (1 - now))


def ddim(x: Tensor, picture: Tensor, now: Tensor, before: Tensor) -> Tensor:
    """The deterministic step of equation 12 of DDIM: the same noise, less of it."""
    return noised(picture, noise_of(x, picture, now), before)


def renoised(x: Tensor, now: Tensor, later: Tensor, noise: Tensor) -> Tensor:
    """x of a later time from x_s, by q(x_t | x_s): for going back and drawing again."""
    alpha = later / now
    return alpha.sqrt() * x + (1 - alpha).sqrt() * noise
