"""The gauge of collapse: whether embeddings still differ, and in how many directions.

A method that compares two views has a trivial answer, the same embedding for every picture. Its
loss looks perfect exactly then, so the gauge stands beside it.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def deviation(z: Tensor) -> Tensor:
    """Standard deviation of the length-1 rows of z (N, D), times sqrt(D), averaged over D.

    Chen and He 2021 (arXiv 2011.10566, section 4.1 and figure 2): 1 where the embeddings lie
    evenly around the origin, 0 where they all coincide.
    """
    unit = F.normalize(z, dim=1)
    return unit.std(dim=0, correction=0).mean() * math.sqrt(z.shape[1])


def effective_rank(z: Tensor) -> Tensor:
    """exp of the entropy of the singular values of z (N, D) over their sum: 1 to min(N, D).

    Roy and Vetterli 2007; of embeddings it is RankMe (Garrido et al. 2023, arXiv 2210.02885,
    equation 2).
    """
    strengths = torch.linalg.svdvals(z.float())
    shares = strengths / strengths.sum().clamp(min=torch.finfo(torch.float32).tiny)
    return torch.special.entr(shares).sum().exp()


@torch.no_grad()
def axis_deviations(z: Tensor) -> Tensor:
    """Standard deviations of z (N, D) along its principal axes, largest first, (min(N, D),).

    The singular values of the centred features over sqrt(N). Where many are near zero the features
    fill few directions, though they differ: dimensional collapse (Jing, Vincent, LeCun and Tian
    2022, arXiv 2110.09348, figure 2, which shows the squares).
    """
    centred = z.float() - z.float().mean(dim=0)
    return torch.linalg.svdvals(centred) / math.sqrt(len(z))


@torch.no_grad()
def gauge(z: Tensor) -> dict[str, Tensor]:
    """Both numbers of embeddings (N, D), by the names that the curves show."""
    z = z.detach()
    return {"std x sqrt(d)": deviation(z), "effective rank": effective_rank(z)}
