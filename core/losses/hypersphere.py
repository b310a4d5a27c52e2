"""Where embeddings lie on the sphere: pairs close together, everything else spread out.

Wang and Isola 2020, "Understanding contrastive representation learning through alignment and
uniformity on the hypersphere", arXiv 2005.10242: the two properties that the contrastive loss
weighs against each other.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def alignment(x: Tensor, y: Tensor) -> Tensor:
    """Mean of |x_i - y_i|² over positive pairs (N, D) of length 1 each (section 4.1, alpha = 2).

    0 where the two views of every picture coincide, 2 where they are unrelated.
    """
    return (F.normalize(x, dim=1) - F.normalize(y, dim=1)).square().sum(dim=1).mean()


def uniformity(x: Tensor) -> Tensor:
    """log of the mean of exp(-2 |x_i - x_j|²) over pairs i < j of (N, D) (section 4.1, t = 2).

    0 where all rows point the same way; about -4 + 8/D where they are even on a large sphere.
    """
    unit = F.normalize(x, dim=1)
    i, j = torch.triu_indices(len(x), len(x), offset=1, device=x.device)
    closeness = (unit @ unit.T)[i, j]  # |a - b|² = 2 - 2 a·b
    return torch.logsumexp(4.0 * closeness - 4.0, dim=0) - torch.tensor(float(len(i))).log().to(x)


@torch.no_grad()
def sphere(x: Tensor, y: Tensor) -> dict[str, Tensor]:
    """Both numbers of two views' embeddings (N, D), by the names that the curves show."""
    return {"alignment": alignment(x, y), "uniformity": (uniformity(x) + uniformity(y)) / 2}
