"""Tells pictures that were made from pictures that are real (DCGAN, Radford et al. 2016)."""

from __future__ import annotations

from torch import Tensor, nn

SLOPE = 0.2  # of the leaky ReLUs


class Discriminator(nn.Module):
    """Convolutions of stride 2 down to a map of 2x2, then one logit: more is more like real."""

    def __init__(self, channels: int, side: int, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        while side > 2:
            first = not layers  # has no normalisation, as in the paper
            layers.append(nn.Conv2d(channels, width, 3, 2, 1, bias=first))
            if not first:
                layers.append(nn.BatchNorm2d(width))
            layers.append(nn.LeakyReLU(SLOPE))
            side, channels, width = -(-side // 2), width, 2 * width
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * side**2, 1))

    def forward(self, images: Tensor) -> Tensor:  # (B, C, H, W) -> (B,)
        return self.layers(images).squeeze(1)
