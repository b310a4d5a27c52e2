"""The two halves of the evidence lower bound, in nats a picture.

Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014, arXiv 1312.6114.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(μ, σ²) ‖ N(0, 1)) of every unit, (B, Z): −½ (1 + log σ² − μ² − σ²), appendix B."""
    return -0.5 * (1 + log_variance - mean.square() - log_variance.exp())


def reparameterised(mean: Tensor, log_variance: Tensor, rng: torch.Generator) -> Tensor:
    """z = μ + σ ε with ε ~ N(0, I), equation 4: (B, Z)."""
    noise = torch.randn(mean.shape, generator=rng, device=mean.device, dtype=mean.dtype)
    return mean + (0.5 * log_variance).exp() * noise


def bernoulli_nats(logits: Tensor, images: Tensor) -> Tensor:
    """−log p(x|z) of pictures (B, C, H, W) in 0..1, each pixel a coin: (B,)."""
    each = F.binary_cross_entropy_with_logits(logits, images, reduction="none")
    return each.flatten(1).sum(dim=1)


def gaussian_nats(logits: Tensor, images: Tensor, deviation: float) -> Tensor:
    """−log p(x|z), each pixel normal about the sigmoid of its logit: (B,)."""
    each = 0.5 * ((torch.sigmoid(logits) - images) / deviation).square()
    constant = math.log(deviation) + 0.5 * math.log(2 * math.pi)
    return (each + constant).flatten(1).sum(dim=1)
