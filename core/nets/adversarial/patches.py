"""PatchGAN: a critic that judges overlapping patches of a picture, each alone.

Isola et al. 2017, arXiv 1611.07004, section 3.2.2 and appendix 6.1.2. What is right in every patch
is right in texture and edges; the picture as a whole is left to the other losses.
"""

from __future__ import annotations

from torch import Tensor, nn

from core.nets.adversarial.parts import SLOPE
from core.nets.adversarial.translating import KERNEL, normed

DOWNS = {16: 1, 34: 2, 70: 3}  # side of a patch in pixels -> convolutions of stride 2
PATCHES = (1, *DOWNS)
WIDEST = 8  # times the width, the most channels


class PatchCritic(nn.Module):
    """Pictures (B, C, H, W) to a map of logits (B, 1, h, w), each of a patch of `patch` pixels.

    Raises ValueError where the pictures are too small for the patches.
    """

    def __init__(self, channels: int, side: int, width: int, patch: int) -> None:
        super().__init__()
        least = 2 ** (DOWNS.get(patch, 0) + 2)
        if patch != 1 and side < least:
            raise ValueError(
                f"patches of {patch} px need pictures of {least} px or more, found {side}; choose "
                "smaller patches"
            )
        if patch == 1:  # the paper's PixelGAN
            self.layers = nn.Sequential(
                nn.Conv2d(channels, width, 1), nn.LeakyReLU(SLOPE),
                nn.Conv2d(width, 2 * width, 1, bias=False), normed(2 * width),
                nn.LeakyReLU(SLOPE), nn.Conv2d(2 * width, 1, 1),
            )  # fmt: skip
            return
        layers: list[nn.Module] = []
        given, made = channels, width
        for at in range(DOWNS[patch] + 1):
            stride = 2 if at < DOWNS[patch] else 1
            layers.append(nn.Conv2d(given, made, KERNEL, stride, 1, bias=at == 0))
            layers += [normed(made)] if at else []  # not where it sees the pictures themselves
            layers.append(nn.LeakyReLU(SLOPE))
            given, made = made, min(2 * made, WIDEST * width)
        self.layers = nn.Sequential(*layers, nn.Conv2d(given, 1, KERNEL, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.layers(images)
        return found
