"""A pool of pictures made before, so that a critic does not forget what it has objected to.

Shrivastava et al. 2017, arXiv 1612.07828, section 2.3, as in Zhu et al. 2017, arXiv 1703.10593.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ImagePool(nn.Module):
    """The last pictures, kept with the weights. Of size 0 it hands back what it is given."""

    images: Tensor  # (size, C, H, W)
    count: Tensor  # () how many of them are filled

    def __init__(self, size: int, channels: int, side: int) -> None:
        super().__init__()
        self.register_buffer("images", torch.zeros(size, channels, side, side))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def forward(self, made: Tensor, rng: torch.Generator) -> Tensor:
        """For each picture (B, C, H, W) itself, or half of the time an older one it replaces."""
        size, found = len(self.images), made.detach().clone()
        if size == 0:
            return found
        older = torch.rand(len(made), generator=rng, device=made.device) < 0.5
        places = torch.randint(size, (len(made),), generator=rng, device=made.device)
        filled = int(self.count)
        for at in range(len(made)):
            if filled < size:
                self.images[filled] = found[at]
                filled += 1
            elif older[at]:
                place = places[at]
                kept = self.images[place].clone()
                self.images[place] = found[at]
                found[at] = kept
        self.count.fill_(filled)
        return found
