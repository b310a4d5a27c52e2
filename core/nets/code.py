"""The narrow place of an autoencoder: a map of features to a short code, and back."""

from __future__ import annotations

from statistics import NormalDist

import torch
from torch import Tensor, nn

ACTIVATIONS = {"linear": nn.Identity, "relu": nn.ReLU, "sigmoid": nn.Sigmoid}
ACTIVE = {"linear": 1.0, "relu": 0.0, "sigmoid": 0.5}  # a unit above this, by size, counts as on
GAIN = {"linear": 1.0, "relu": 1.0, "sigmoid": 4.0}  # so that a sigmoid is rather off or on
STRONG = {"linear": 3.0, "relu": 3.0, "sigmoid": 1.0}  # what a unit says when it says much


class Code(nn.Module):
    """Feature maps (B, D, h, h) to K numbers a picture.

    Before its bias and activation each unit has a fixed variance over a batch. So a code cannot
    evade a penalty by growing small while the decoder grows, for which reason Olshausen and Field
    hold variances fixed too; and its numbers have a scale one can read.
    """

    def __init__(self, given: int, side: int, units: int, activation: str) -> None:
        super().__init__()
        self.activation = activation
        self.project = nn.Linear(given * side * side, units, bias=False)
        self.norm = nn.BatchNorm1d(units, affine=False)
        self.bias = nn.Parameter(torch.zeros(units))
        self.activate = ACTIVATIONS[activation]()

    def forward(self, x: Tensor) -> Tensor:  # (B, D, h, h) -> (B, K)
        seen = self.norm(self.project(x.flatten(1)))
        return self.activate(GAIN[self.activation] * seen + self.bias)

    def start_at(self, share: float) -> None:
        """Set the biases so that about this share of the units is on, were they normal."""
        threshold = NormalDist().inv_cdf(1 - share)
        nn.init.constant_(self.bias, -GAIN[self.activation] * threshold)

    def active(self, code: Tensor) -> Tensor:
        """Which units are on, (B, K) bool."""
        return code.abs() > ACTIVE[self.activation]

    @property
    def strong(self) -> float:
        """What a unit says when it says much."""
        return STRONG[self.activation]


class Spread(nn.Module):
    """A code (B, K) to the feature maps (B, D, h, h) that a decoder starts from."""

    def __init__(self, units: int, made: int, side: int) -> None:
        super().__init__()
        self.project = nn.Linear(units, made * side * side)
        self.shape = (made, side, side)

    def forward(self, code: Tensor) -> Tensor:
        return torch.relu(self.project(code)).unflatten(1, self.shape)
