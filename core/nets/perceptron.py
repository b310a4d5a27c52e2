"""A multilayer perceptron as a backbone: every unit sees the whole picture at once."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.nets.backbone import Backbone


class Layer(nn.Module):
    """Linear and ReLU from (B, C, h, w) to (B, made, 1, 1)."""

    def __init__(self, given: int, made: int) -> None:
        super().__init__()
        self.linear = nn.Linear(given, made)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.linear(x.flatten(1)))[:, :, None, None]


class Perceptron(Backbone):
    """Two layers of `width` units each."""

    def __init__(self, channels: int, side: int, width: int) -> None:
        super().__init__()
        first = Layer(channels * side * side, width)
        self.blocks = nn.ModuleDict({"stage1": first, "stage2": Layer(width, width)})
        self.dims = {"stage1": width, "stage2": width}


class Painter(nn.Module):
    """The way back: numbers (B, Z) through two layers of `width` units to (B, channels, s, s)."""

    def __init__(self, given: int, width: int, channels: int, side: int) -> None:
        super().__init__()
        self.shape = (channels, side, side)
        self.layers = nn.Sequential(
            nn.Linear(given, width),
            nn.ReLU(),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Linear(width, channels * side * side),
        )

    def forward(self, code: Tensor) -> Tensor:
        return self.layers(code).unflatten(1, self.shape)
