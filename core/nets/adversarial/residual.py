"""Residual generator and critic of SNGAN: Miyato et al. 2018, arXiv 1802.05957, appendix B.4.

With classes the generator's normalisations have a gain and a shift of each class (de Vries et al.
2017, arXiv 1707.00683; in GANs Miyato and Koyama 2018).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.nets.adversarial.parts import Critic, Generator, first_side

TIMES = 4  # channels of a block, times `width`


class ClassNorm(nn.Module):
    """Batch normalisation whose gain and shift are the class's, or of all where there are none."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.gain = nn.Embedding(max(1, classes), channels)
        self.shift = nn.Embedding(max(1, classes), channels)
        nn.init.ones_(self.gain.weight)
        nn.init.zeros_(self.shift.weight)

    def forward(self, x: Tensor, labels: Tensor | None) -> Tensor:
        if labels is None:
            if self.gain.num_embeddings > 1:
                raise ValueError("this generator was trained with classes; say which class to make")
            labels = x.new_zeros(len(x), dtype=torch.long)
        gain, shift = self.gain(labels), self.shift(labels)  # (B, C)
        return self.norm(x) * gain[:, :, None, None] + shift[:, :, None, None]


class Up(nn.Module):
    """Norm, ReLU, double, convolve; norm, ReLU, convolve; beside it the doubled input."""

    def __init__(self, given: int, made: int, classes: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList([ClassNorm(given, classes), ClassNorm(made, classes)])
        self.first = nn.Conv2d(given, made, 3, padding=1)
        self.second = nn.Conv2d(made, made, 3, padding=1)
        self.beside = nn.Conv2d(given, made, 1)

    def forward(self, x: Tensor, labels: Tensor | None) -> Tensor:
        y = F.interpolate(F.relu(self.norms[0](x, labels)), scale_factor=2)
        y = self.second(F.relu(self.norms[1](self.first(y), labels)))
        return y + F.interpolate(self.beside(x), scale_factor=2)


class Down(nn.Module):
    """ReLU, convolve, ReLU, convolve, halve; beside it the halved input. The first has no ReLU."""

    def __init__(self, given: int, made: int, first: bool, halve: bool) -> None:
        super().__init__()
        self.starts, self.halve = first, halve
        self.first = nn.Conv2d(given, made, 3, padding=1)
        self.second = nn.Conv2d(made, made, 3, padding=1)
        self.beside = nn.Conv2d(given, made, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(F.relu(self.first(x if self.starts else F.relu(x))))
        y = y + self.beside(x)
        return F.avg_pool2d(y, 2, ceil_mode=True) if self.halve else y


class ResidualGenerator(Generator):
    """A linear layer to a small map, then blocks that double it."""

    def __init__(self, latent: int, channels: int, side: int, width: int, classes: int) -> None:
        super().__init__()
        first, times = first_side(side)
        dim = TIMES * width
        self.side, self.shape = side, (dim, first, first)
        self.project = nn.Linear(latent, dim * first * first)
        self.blocks = nn.ModuleList([Up(dim, dim, classes) for _ in range(times)])
        self.norm = nn.BatchNorm2d(dim)
        self.last = nn.Conv2d(dim, channels, 3, padding=1)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        x = self.project(latents).unflatten(1, self.shape)
        for block in self.blocks:
            x = block(x, labels)
        made = self.last(F.relu(self.norm(x))).tanh()
        return made[:, :, : self.side, : self.side]


class ResidualCritic(Critic):
    """Blocks that halve the map, two that do not, and the sum over places."""

    def __init__(self, channels: int, side: int, width: int, classes: int, normed: bool) -> None:
        super().__init__()  # is never normed
        self.blocks = nn.ModuleDict()
        halvings = min(2, first_side(side)[1])
        for number in range(4):
            given = channels if number == 0 else TIMES * width
            self.blocks[f"block {number + 1}"] = Down(
                given, TIMES * width, number == 0, number < halvings
            )
        self.read_from(TIMES * width, classes)

    def pool(self, last: Tensor) -> Tensor:
        return F.relu(last).sum(dim=(2, 3))
