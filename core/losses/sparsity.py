"""What a code (B, K) pays for being busy.

Both are means over the units, so that their weight does not depend on how many there are.
"""

from __future__ import annotations

import torch
from torch import Tensor

EDGE = 1e-6  # a mean activity is kept this far from 0 and 1, where the divergence is infinite


def l1_penalty(code: Tensor) -> Tensor:
    """Mean of |a|: S(x) = |x| of Olshausen and Field, Nature 381, 1996, equations 2 and 4.

    It says something only of a code that cannot shrink as a whole: they hold the variance of each
    coefficient fixed, and so must whoever calls this.
    """
    return code.abs().mean()


def kl_penalty(code: Tensor, target: float) -> Tensor:
    """Divergence of each unit's mean activity from a small target, for codes in 0..1.

    KL(ρ ‖ ρ̂_j) = ρ log(ρ / ρ̂_j) + (1 − ρ) log((1 − ρ) / (1 − ρ̂_j)), with ρ̂_j the mean over the
    batch: Ng, "Sparse autoencoder", lecture notes of CS294A, 2011, section 3.
    """
    activity = code.mean(dim=0).clamp(EDGE, 1 - EDGE)  # (K,)
    wanted = torch.as_tensor(target, dtype=code.dtype, device=code.device)
    off = (1 - wanted) * ((1 - wanted).log() - (1 - activity).log())
    return (wanted * (wanted.log() - activity.log()) + off).mean()
