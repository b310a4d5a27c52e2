"""ResNet-18 with the stem for small pictures (He et al., CVPR 2016, arXiv 1512.03385).

Instead of ImageNet's 7x7 convolution of stride 2 and its pooling, the stem is one 3x3 convolution
(section 4.2 of the paper, on CIFAR-10): a picture of 32 pixels ends as a map of 4x4. It wants a
GPU; on a CPU it takes some 40 times the time of the small convolutional network.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.nets.backbone import Backbone

LEAST_MAP = 2
LARGE = 64  # from this side on the stem halves the picture, as ImageNet's does


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a way around them (figure 2 of the paper)."""

    def __init__(self, given: int, made: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(given, made, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(made)
        self.second = nn.Conv2d(made, made, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(made)
        self.around: nn.Module = nn.Identity()
        if stride != 1 or given != made:
            self.around = nn.Sequential(
                nn.Conv2d(given, made, 1, stride, bias=False), nn.BatchNorm2d(made)
            )

    def forward(self, x: Tensor) -> Tensor:  # (B, given, h, w) -> (B, made, h / stride, w / stride)
        y = torch.relu(self.first_norm(self.first(x)))
        return torch.relu(self.second_norm(self.second(y)) + self.around(x))


class ResNet18(Backbone):
    """A stem and four stages of two blocks, of `width`, 2, 4 and 8 times `width` channels.

    The paper's network has a width of 64.
    """

    def __init__(self, channels: int, side: int, width: int = 64) -> None:
        super().__init__()
        if side < 2 * LEAST_MAP:
            raise ValueError(f"images of {side} pixels are too small; the least is {2 * LEAST_MAP}")
        stem_stride = 2 if side >= LARGE else 1
        stem = nn.Sequential(
            nn.Conv2d(channels, width, 3, stem_stride, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
        )
        side = -(-side // stem_stride)
        blocks: dict[str, nn.Module] = {}
        self.dims = {}
        given = width
        for number in range(1, 5):
            made = width * 2 ** (number - 1)
            stride = 2 if number > 1 and side // 2 >= LEAST_MAP else 1
            side = -(-side // stride)
            layers = [BasicBlock(given, made, stride), BasicBlock(made, made, 1)]
            blocks[f"stage{number}"] = nn.Sequential(*([stem] if number == 1 else []), *layers)
            self.dims[f"stage{number}"] = given = made
        self.blocks = nn.ModuleDict(blocks)
        self._initialise()

    def _initialise(self) -> None:
        """He's initialisation; each block begins as the way around it (Goyal et al. 2017, 5.1)."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(module, BasicBlock):
                nn.init.zeros_(module.second_norm.weight)
