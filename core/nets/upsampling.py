"""From a small map of many channels to a larger one of few: the second half of many networks."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.nets.backbone import Backbone


class Upsampling(nn.Module):
    """A map doubled, with a convolution after each doubling, until it has the side that is wanted.

    Nearest neighbours are copied and then convolved, which leaves no checkerboard as transposed
    convolutions do. The first convolution leaves a quarter of the channels, each other one a half.
    """

    def __init__(
        self, given: int, made: int, side: int, larger: int, least: int = 16, last: int = 3
    ) -> None:
        """From (B, given, side, side) to (B, made, larger, larger).

        No layer between has fewer than `least` channels; `last` is the last layer's kernel, 3 or 1.
        """
        super().__init__()
        self.larger = larger
        layers: list[nn.Module] = []
        channels = max(least, given // 4)
        while side < larger:
            layers += [
                nn.Upsample(scale_factor=2),
                nn.Conv2d(given, channels, 3, padding=1, bias=False),
                nn.BatchNorm2d(channels),
                nn.ReLU(),
            ]
            side, given, channels = 2 * side, channels, max(least, channels // 2)
        self.layers = nn.Sequential(*layers)
        self.last = nn.Conv2d(given, made, last, padding=last // 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layers(x)
        if x.shape[-1] != self.larger:
            x = F.interpolate(x, size=(self.larger, self.larger), mode="bilinear")
        return self.last(x)


@torch.no_grad()
def map_side(backbone: Backbone, channels: int, side: int) -> int:
    """Side of a backbone's last map for pictures (B, channels, side, side)."""
    mode = backbone.training
    stages = backbone.eval().stages(torch.zeros(1, channels, side, side))
    backbone.train(mode)
    return int(list(stages.values())[-1].shape[-1])
