"""Networks that begin at a few pixels and grow while they learn.

Karras et al. 2018, arXiv 1710.10196, sections 2 and 4.2: a new layer is faded in beside the
enlarged picture of the one before. Without their equalised rates and minibatch deviations.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.nets.adversarial.parts import SLOPE, Critic, Generator, Noise, first_side

GROWING = 0.6  # share of the training in which it grows; the rest is spent at full size


def size_at(progress: float, levels: int) -> float:
    """How far grown, 0..levels: whole numbers are rests, in between a level is faded in.

    Each level is half rest and half fading.
    """
    at = progress / GROWING * levels
    if at >= levels:
        return float(levels)
    whole = math.floor(at)
    return whole + max(0.0, 2 * (at - whole) - 1)


class PixelNorm(nn.Module):
    """Every place's vector to length √C (section 4.2)."""

    def forward(self, x: Tensor) -> Tensor:
        return x * x.square().mean(dim=1, keepdim=True).add(1e-8).rsqrt()


def widths(width: int, levels: int) -> list[int]:
    """Channels at every level, from the smallest map on."""
    return [max(8, 4 * width // 2**level) for level in range(levels + 1)]


class GrowingGenerator(Generator):
    """A level doubles the map; the picture is read of the newest level and the one before."""

    grown: Tensor

    def __init__(self, latent: int, channels: int, side: int, width: int, classes: int) -> None:
        super().__init__()
        self.noise = Noise(latent, classes)
        self.side = side
        first, self.levels = first_side(side)
        dims = widths(width, self.levels)
        self.shape = (dims[0], first, first)
        self.project = nn.Linear(self.noise.dim, dims[0] * first * first)
        self.maps = nn.ModuleList()
        for level, dim in enumerate(dims):
            given = dims[max(0, level - 1)]
            layers = [nn.Conv2d(given, dim, 3, padding=1), nn.LeakyReLU(SLOPE), PixelNorm()]
            self.maps.append(nn.Sequential(*layers))
        self.pictures = nn.ModuleList([nn.Conv2d(dim, channels, 1) for dim in dims])
        self.register_buffer("grown", torch.tensor(float(self.levels)))

    def grow(self, progress: float) -> None:
        self.grown.fill_(size_at(progress, self.levels))

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        grown = float(self.grown)
        top = math.ceil(grown)
        x = self.project(self.noise(latents, labels)).unflatten(1, self.shape)
        before = x
        for level in range(top + 1):
            before = x
            x = self.maps[level](F.interpolate(x, scale_factor=2) if level else x)
        made = self.pictures[top](x)
        if top > grown:  # the newest level is being faded in
            old = F.interpolate(self.pictures[top - 1](before), scale_factor=2)
            made = torch.lerp(old, made, grown - (top - 1))
        times = 2 ** (self.levels - top)
        made = F.interpolate(made.tanh(), scale_factor=times) if times > 1 else made.tanh()
        return made[:, :, : self.side, : self.side]


class GrowingCritic(Critic):
    """The mirror image: a picture enters at the newest level, and half-way at the one before."""

    grown: Tensor

    def __init__(self, channels: int, side: int, width: int, classes: int, normed: bool) -> None:
        super().__init__()  # is never normed
        first, self.levels = first_side(side)
        self.full = first * 2**self.levels
        dims = widths(width, self.levels)
        self.entries = nn.ModuleList([nn.Conv2d(channels, dim, 1) for dim in dims])
        self.blocks = nn.ModuleDict()
        for level in range(self.levels, -1, -1):
            made = dims[max(0, level - 1)]
            layers: list[nn.Module] = [nn.Conv2d(dims[level], made, 3, padding=1)]
            layers.append(nn.LeakyReLU(SLOPE))
            if level:
                layers.append(nn.AvgPool2d(2))
            self.blocks[f"level {level}"] = nn.Sequential(*layers)
        self.read_from(dims[0] * first * first, classes)
        self.register_buffer("grown", torch.tensor(float(self.levels)))

    def grow(self, progress: float) -> None:
        self.grown.fill_(size_at(progress, self.levels))

    def stages(self, images: Tensor) -> dict[str, Tensor]:
        grown = float(self.grown)
        top = math.ceil(grown)
        if images.shape[-1] != self.full:
            images = F.interpolate(images, size=(self.full, self.full), mode="bilinear")
        seen = F.avg_pool2d(images, 2 ** (self.levels - top))
        x = F.leaky_relu(self.entries[top](seen), SLOPE)
        found = {}
        for level in range(top, -1, -1):
            x = self.blocks[f"level {level}"](x)
            if level == top and top > grown:
                old = F.leaky_relu(self.entries[top - 1](F.avg_pool2d(seen, 2)), SLOPE)
                x = torch.lerp(old, x, grown - (top - 1))
            found[f"level {level}"] = x
        return found
