"""The U-Net that takes noise away: down, through attention, up, with a bridge at every size.

Ronneberger, Fischer and Brox, 2015, arXiv 1505.04597; with time, class and attention as in Ho, Jain
and Abbeel, 2020, arXiv 2006.11239, appendix B.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GROUPS = 8
FREQUENCIES = 32  # pairs of sine and cosine that tell the time
SLOWEST, FASTEST = 1.0, 1000.0
LARGEST_ATTENTION = 8  # side of the largest map whose places look at one another


def norm(channels: int) -> nn.GroupNorm:
    """Group normalisation by as many groups as divide the channels, at most eight."""
    return nn.GroupNorm(math.gcd(channels, GROUPS), channels)


class TimeEmbedding(nn.Module):
    """Times (B,) in 0..1 to vectors (B, D)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2 * FREQUENCIES, dim), nn.SiLU(), nn.Linear(dim, dim))

    def forward(self, t: Tensor) -> Tensor:
        steps = torch.arange(FREQUENCIES, device=t.device) / (FREQUENCIES - 1)
        rates = SLOWEST * (FASTEST / SLOWEST) ** steps
        angles = t.unsqueeze(1) * rates
        return self.layers(torch.cat([angles.sin(), angles.cos()], dim=1))


class Block(nn.Module):
    """Two convolutions and a way around them; time and class scale and shift in between."""

    def __init__(self, given: int, made: int, told: int) -> None:
        super().__init__()
        self.first_norm, self.first = norm(given), nn.Conv2d(given, made, 3, padding=1)
        self.told = nn.Linear(told, 2 * made)
        self.second_norm, self.second = norm(made), nn.Conv2d(made, made, 3, padding=1)
        self.around = nn.Conv2d(given, made, 1) if given != made else nn.Identity()
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor, told: Tensor) -> Tensor:  # (B, given, h, w) -> (B, made, h, w)
        y = self.first(F.silu(self.first_norm(x)))
        scale, shift = self.told(told)[:, :, None, None].chunk(2, dim=1)
        y = self.second(F.silu(self.second_norm(y) * (1 + scale) + shift))
        return self.around(x) + y


class Attention(nn.Module):
    """Every place of a small map looks at every other, and what it finds is added."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = norm(channels)
        self.qkv, self.out = nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)
        nn.init.zeros_(self.out.weight)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(self.norm(x)).flatten(2).transpose(1, 2).chunk(3, dim=2)  # (B, hw, D)
        seen = F.scaled_dot_product_attention(q, k, v).transpose(1, 2)
        return x + self.out(seen.unflatten(2, x.shape[2:]))


class UNet(nn.Module):
    """Pictures (B, C, H, W) about 0 at times (B,), with classes (B,), to as many numbers again.

    Three sizes of `width`, 2 and 4 times `width` channels; sides of any length.
    """

    def __init__(self, channels: int, side: int, width: int, classes: int) -> None:
        super().__init__()
        told = 4 * width
        self.time = TimeEmbedding(told)
        self.classes = classes
        self.label = nn.Embedding(classes + 1, told) if classes else None  # the last: left open
        dims = [width, 2 * width, 4 * width]
        self.first = nn.Conv2d(channels, width, 3, padding=1)
        self.down, self.shrink = nn.ModuleList(), nn.ModuleList()
        given = width
        for dim in dims:
            self.down.append(Block(given, dim, told))
            given = dim
        self.shrink.extend(nn.Conv2d(dim, dim, 3, 2, 1) for dim in dims[:-1])
        self.middle = Block(given, given, told)
        small = math.ceil(math.ceil(side / 2) / 2)
        attends = small <= LARGEST_ATTENTION
        self.attention: nn.Module = Attention(given) if attends else nn.Identity()
        self.after = Block(given, given, told)
        self.up = nn.ModuleList(
            Block(above + dim, dim, told) for above, dim in zip([given, *dims[:0:-1]], dims[::-1])
        )
        self.last_norm, self.last = norm(width), nn.Conv2d(width, channels, 3, padding=1)
        nn.init.zeros_(self.last.weight)

    def forward(self, x: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        told = self.time(t)
        if self.label is not None:
            open_ = torch.full_like(t, self.classes, dtype=torch.int64)
            which = open_ if labels is None else torch.where(labels < 0, self.classes, labels)
            told = told + self.label(which)
        told = F.silu(told)
        x = self.first(x.contiguous(memory_format=torch.channels_last))
        bridges = []
        for at, block in enumerate(self.down):
            x = block(x, told)
            bridges.append(x)
            if at < len(self.shrink):
                x = self.shrink[at](x)
        x = self.after(self.attention(self.middle(x, told)), told)
        for block, bridge in zip(self.up, reversed(bridges)):
            if x.shape[2:] != bridge.shape[2:]:
                x = F.interpolate(x, size=bridge.shape[2:], mode="nearest")
            x = block(torch.cat([x, bridge], dim=1), told)
        return self.last(F.silu(self.last_norm(x)))
