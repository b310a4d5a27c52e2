"""The losses of the context encoder, Pathak et al., CVPR 2016, arXiv 1604.07379, section 3.2."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def hole_error(made: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """L_rec, equation 1, as the mean square over what is missing: ||M (x − F((1 − M) x))||² / |M|.

    `made` and `truth` (B, C, H, W); `mask` (B, 1, H, W), True where pixels are missing.
    """
    missing = mask.expand_as(truth)
    return ((made - truth) ** 2 * missing).sum() / missing.sum().clamp(min=1)


def discriminator_loss(real: Tensor, made: Tensor) -> Tensor:
    """What the discriminator minimises: −(log D(x) + log(1 − D(F(x)))) of equation 2, on logits."""
    return F.softplus(-real).mean() + F.softplus(made).mean()


def adversarial_loss(made: Tensor) -> Tensor:
    """What the painter minimises: −log D(F(x)), on logits (B, ...).

    Its gradient points where that of equation 2's log(1 − D) does, and does not vanish while the
    discriminator is sure of itself (Goodfellow et al., 2014, section 3).
    """
    return F.softplus(-made).mean()
