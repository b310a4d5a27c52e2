"""A small network whose last map is as fine as a quarter of the picture: for finding things again.

Five pixels wide, then three, each halving the picture; then residual blocks that keep its size, one
of them with holes in its kernels so that a cell sees further around itself. No cell's features may
depend on where in the picture it lies, so there is no pooling and no position.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.nets.backbone import Backbone
from core.nets.resnet18 import ResNet18

LEAST_SIDE = 8  # pixels whose map still has cells to choose among


class Halving(nn.Module):
    """Convolution of stride 2, batch normalisation, ReLU."""

    def __init__(self, given: int, made: int, kernel: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(given, made, kernel, 2, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(made)

    def forward(self, x: Tensor) -> Tensor:  # (B, given, h, w) -> (B, made, h / 2, w / 2)
        x = x.contiguous(memory_format=torch.channels_last)
        return torch.relu_(self.norm(self.convolution(x)))


class Residual(nn.Module):
    """Two 3x3 convolutions and a way around them; `dilation` spreads the first one's kernel."""

    def __init__(self, dim: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(dim, dim, 3, 1, dilation, dilation, bias=False)
        self.first_norm = nn.BatchNorm2d(dim)
        self.second = nn.Conv2d(dim, dim, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(dim)

    def forward(self, x: Tensor) -> Tensor:  # (B, dim, h, w), the same
        y = torch.relu_(self.first_norm(self.first(x)))
        return torch.relu_(x + self.second_norm(self.second(y)))


class FineNet(Backbone):
    """`width` and twice `width` channels; the last stage's twice `width` features have no sign cut.

    Pictures (B, channels, H, W) of any size become features (B, 2 width, H / 4, W / 4).
    """

    def __init__(self, channels: int, side: int, width: int = 32) -> None:
        super().__init__()
        if side < LEAST_SIDE:
            raise ValueError(f"images of {side} pixels are too small; the least is {LEAST_SIDE}")
        dim = 2 * width
        self.blocks = nn.ModuleDict(
            {
                "stage1": Halving(channels, width, 5),
                "stage2": nn.Sequential(Halving(width, dim, 3), Residual(dim)),
                "stage3": nn.Sequential(Residual(dim, dilation=2), Residual(dim)),
                "features": nn.Conv2d(dim, dim, 1),
            }
        )
        self.dims = {"stage1": width, "stage2": dim, "stage3": dim, "features": dim}


class FineResNet18(Backbone):
    """ResNet-18 up to its third stage, at an eighth of the picture, and 64 features of each cell.

    Wants a GPU. Pictures under 64 pixels end at a quarter, as `ResNet18` shrinks them less.
    """

    def __init__(self, channels: int, side: int, width: int = 64) -> None:
        super().__init__()
        whole = ResNet18(channels, side, width)
        kept = ("stage1", "stage2", "stage3")
        dim = whole.dims["stage3"]
        made = max(8, width)
        self.blocks = nn.ModuleDict({name: whole.blocks[name] for name in kept})
        self.blocks["features"] = nn.Conv2d(dim, made, 1)
        self.dims = {**{name: whole.dims[name] for name in kept}, "features": made}


FINE: dict[str, type[FineNet] | type[FineResNet18]] = {"fine": FineNet, "resnet18": FineResNet18}
