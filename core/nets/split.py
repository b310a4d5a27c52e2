"""Two networks side by side, one for a picture's lightness and one for its colour."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.data.augment.lab import to_lab
from core.nets.backbone import Backbone
from core.nets.build import build_backbone

COLOURFUL = 110.0  # the largest a or b of a colour that can be shown


class LightnessAndColour(nn.Module):
    """sRGB pictures (B, 3, H, W) to L, a, b, each scaled to about -1..1."""

    def forward(self, images: Tensor) -> Tensor:
        lab = to_lab(images)
        return torch.cat([lab[:, :1] / 50 - 1, lab[:, 1:] / COLOURFUL], dim=1)


class Pair(nn.Module):
    """Two blocks, the first for the first `given` channels, the second for the others."""

    def __init__(self, first: nn.Module, second: nn.Module, given: int) -> None:
        super().__init__()
        self.first, self.second, self.given = first, second, given

    def forward(self, x: Tensor) -> Tensor:
        made = self.first(x[:, : self.given]), self.second(x[:, self.given :])
        return torch.cat(made, dim=1)


class Split(Backbone):
    """Every stage is that of the network on L beside that of the network on a and b.

    They share nothing; their activations are concatenated, the first half of the channels L's.
    """

    def __init__(self, name: str, side: int, width: int) -> None:
        super().__init__()
        lightness, colour = (build_backbone(name, c, side, width) for c in (1, 2))
        blocks: dict[str, nn.Module] = {}
        given = 1
        for stage, block in lightness.blocks.items():
            blocks[stage] = Pair(block, colour.blocks[stage], given)
            given = lightness.dims[stage]
        first = next(iter(blocks))
        blocks[first] = nn.Sequential(LightnessAndColour(), blocks[first])
        self.blocks = nn.ModuleDict(blocks)
        self.dims = {stage: 2 * dim for stage, dim in lightness.dims.items()}

    def halves(self) -> tuple[nn.Module, nn.Module]:
        """The first blocks of the network on L and of the network on a and b."""
        pair = next(m for m in self.modules() if isinstance(m, Pair))
        return pair.first, pair.second
