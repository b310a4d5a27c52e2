"""Networks that make a picture of a picture: a U-Net with skips, and a small residual one.

Isola et al. 2017, arXiv 1611.07004, appendix 6.1.1; Johnson, Alahi and Fei-Fei 2016, arXiv
1603.08155, as in Zhu et al. 2017, arXiv 1703.10593, appendix 7.2. Both are as deep as pictures so
small allow, with instance normalisation, so that each picture is translated alone.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.nets.adversarial.parts import SLOPE

TRANSLATORS = ("unet", "resnet")
LEAST_SIDE = 8
KERNEL = 4  # of strided convolutions: a multiple of the stride
INNERMOST = 2  # side of the U-Net's smallest map
WIDEST = 4  # times the width, the most channels of a map
BLOCKS = 3  # of the residual network


class Translator(nn.Module):
    """Pictures (B, C, H, W) in -1..1 to as many; a generator gives the noise of dropout."""

    def forward(self, images: Tensor, rng: torch.Generator | None = None) -> Tensor:
        raise NotImplementedError


def normed(channels: int) -> nn.InstanceNorm2d:
    return nn.InstanceNorm2d(channels, affine=True)


def dropped(x: Tensor, share: float, rng: torch.Generator | None) -> Tensor:
    """`x` with a share of its numbers zero and the rest the larger; as it is without `rng`."""
    if rng is None or share <= 0:
        return x
    keep = torch.rand(x.shape, generator=rng, device=x.device) >= share
    return x * keep / (1 - share)


class SkipTranslator(Translator):
    """Down to 2x2 and up again; at every size, what was there on the way down stands beside."""

    def __init__(self, channels: int, side: int, width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = dropout
        dims, here = list[int](), side
        while here // 2 >= INNERMOST:
            dims.append(width * min(WIDEST, 2 ** len(dims)))
            here //= 2
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for at, (given, made) in enumerate(zip([channels, *dims], dims)):
            plain = at in (0, len(dims) - 1)  # of the outermost and the innermost nothing is normed
            layers: list[nn.Module] = [nn.LeakyReLU(SLOPE)] if at else []
            layers.append(nn.Conv2d(given, made, KERNEL, 2, 1, bias=plain))
            self.down.append(nn.Sequential(*layers, *([] if plain else [normed(made)])))
        for at in reversed(range(len(dims))):
            given = dims[at] * (1 if at == len(dims) - 1 else 2)
            made = dims[at - 1] if at else channels
            self.up.append(nn.ConvTranspose2d(given, made, KERNEL, 2, 1, bias=at == 0))
        self.norms = nn.ModuleList(normed(dim) for dim in reversed(dims[:-1]))

    def forward(self, images: Tensor, rng: torch.Generator | None = None) -> Tensor:
        sizes, bridges, x = [], [], images
        for block in self.down:
            sizes.append(x.shape[2:])
            x = block(x)
            bridges.append(x)
        inner = len(self.up) // 2  # the half next to the innermost map drops numbers
        for at, grow in enumerate(self.up):
            if at:
                x = torch.cat([x, bridges[-1 - at]], dim=1)
            x = grow(F.relu(x), output_size=list(sizes[-1 - at]))
            if at < len(self.norms):
                x = self.norms[at](x)
                x = dropped(x, self.dropout, rng) if at < inner else x
        return torch.tanh(x)


class ResidualBlock(nn.Module):
    """Two convolutions whose result is added to what was given."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(dim, dim, 3, padding=1, padding_mode="reflect", bias=False)
        self.second = nn.Conv2d(dim, dim, 3, padding=1, padding_mode="reflect", bias=False)
        self.norms = nn.ModuleList([normed(dim), normed(dim)])

    def forward(self, x: Tensor, dropout: float, rng: torch.Generator | None) -> Tensor:
        y = dropped(F.relu(self.norms[0](self.first(x))), dropout, rng)
        return x + self.norms[1](self.second(y))


class ResidualTranslator(Translator):
    """Twice down, a few residual blocks at a quarter of the side, twice up."""

    def __init__(self, channels: int, side: int, width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = dropout
        self.enter = nn.Sequential(
            nn.Conv2d(channels, width, 7, padding=3, padding_mode="reflect", bias=False),
            normed(width), nn.ReLU(),
        )  # fmt: skip
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for dim in (width, 2 * width):
            shrink = nn.Conv2d(dim, 2 * dim, 3, 2, 1, bias=False)
            self.down.append(nn.Sequential(shrink, normed(2 * dim), nn.ReLU()))
        self.blocks = nn.ModuleList(ResidualBlock(4 * width) for _ in range(BLOCKS))
        for dim in (4 * width, 2 * width):
            self.up.append(nn.ConvTranspose2d(dim, dim // 2, 3, 2, 1, bias=False))
        self.norms = nn.ModuleList([normed(2 * width), normed(width)])
        self.leave = nn.Conv2d(width, channels, 7, padding=3, padding_mode="reflect")

    def forward(self, images: Tensor, rng: torch.Generator | None = None) -> Tensor:
        x, sizes = self.enter(images), []
        for block in self.down:
            sizes.append(x.shape[2:])
            x = block(x)
        for block in self.blocks:
            x = block(x, self.dropout, rng)
        for grow, norm, size in zip(self.up, self.norms, reversed(sizes)):
            x = F.relu(norm(grow(x, output_size=list(size))))
        return torch.tanh(self.leave(x))


def build_translator(
    name: str, channels: int, side: int, width: int, dropout: float = 0.0
) -> Translator:
    """A fresh network; raises ValueError for pictures that are too small."""
    if side < LEAST_SIDE:
        raise ValueError(
            f"pictures of {side} px are too small to be translated; choose {LEAST_SIDE} or more"
        )
    kind = SkipTranslator if name == "unet" else ResidualTranslator
    return kind(channels, side, width, dropout)
