"""Things as points of a map: what the map should be, and how wrong it is.

Zhou et al., "Objects as points", 2019, arXiv 1904.07850, equation 1; the focal loss with less
weight about each centre is that of Law and Deng, "CornerNet", ECCV 2018, arXiv 1808.01244.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

ALPHA, BETA = 2.0, 4.0  # as in the papers


def heat(
    centres: Tensor, radii: Tensor, kinds: Tensor, there: Tensor, count: int, side: int
) -> Tensor:
    """(B, K, S, S): 1 in the cell of each thing's centre, a Gauss about it, the largest of several.

    Centres (B, N, 2) as x, y in cells, standard deviations (B, N) in cells, kinds (B, N) below
    `count` K, and whether there is such a thing (B, N).
    """
    at = torch.arange(side, device=centres.device)
    cells = centres.floor()
    across = (at - cells[..., :1]).square()  # (B, N, S)
    down = (at - cells[..., 1:]).square()
    squares = down[..., :, None] + across[..., None, :]
    hills = torch.exp(-squares / (2 * radii.square())[..., None, None])  # (B, N, S, S)
    of_kind = F.one_hot(kinds, count).bool() & there[..., None]  # (B, N, K)
    return torch.stack(
        [(hills * of_kind[..., kind, None, None]).amax(dim=1) for kind in range(count)], dim=1
    )


def focal(logits: Tensor, wanted: Tensor) -> Tensor:
    """Of logits (B, K, S, S) and what `heat` gives, over the number of centres."""
    centre = wanted == 1
    sure, unsure = F.logsigmoid(logits), F.logsigmoid(-logits)
    chance = logits.sigmoid()
    hit = (1 - chance) ** ALPHA * sure
    miss = (1 - wanted) ** BETA * chance**ALPHA * unsure
    return -torch.where(centre, hit, miss).sum() / centre.sum().clamp(min=1)
