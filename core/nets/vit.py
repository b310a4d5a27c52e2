"""A small vision transformer (Dosovitskiy et al., ICLR 2021, arXiv 2010.11929).

The patches go through three groups of blocks as maps; then one class token looks at all of them and
becomes the feature vector (class attention, Touvron et al., 2021, arXiv 2103.17239, section 2.2).
So each stage maps a picture to a picture, like those of the other networks, and the class token's
attention can be looked at. Positions are fixed sines and cosines, stretched over the patches of a
picture that is larger or smaller than those the network was built for.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.nets.backbone import Backbone
from core.nets.transformer import Attention, TransformerBlock, initialise

GRID = 8  # patches along a side that the chosen patch size comes closest to
HEAD = 32  # channels of a head
GROUPS = 3
DEPTH = 2  # blocks in a group


def choose_patch(side: int) -> int:
    """The divisor of the side that cuts it into about 8x8 patches, and never fewer than 4x4."""
    fitting = [p for p in range(1, side + 1) if side % p == 0 and side // p >= 4]
    if not fitting:
        raise ValueError(f"images of {side} pixels are too small for patches; the least is 4")
    return min(fitting, key=lambda p: abs(math.log(side / p / GRID)))


def check_patch(patch: int, side: int) -> None:
    """Raise ValueError where the patch does not divide the side, naming the nearest that do."""
    if side % patch:
        divisors = [p for p in range(2, side // 2 + 1) if side % p == 0] or [1]
        below = [p for p in divisors if p < patch][-1:]
        above = [p for p in divisors if p > patch][:1]
        choice = " or ".join(str(p) for p in below + above)
        raise ValueError(f"patch {patch} does not divide the image side {side}; choose {choice}")


def positions(dim: int, grid: int) -> Tensor:
    """Sines and cosines of the row and of the column, (dim, grid, grid)."""
    quarter = dim // 4
    rates = 1.0 / 100 ** (torch.arange(quarter) / quarter)  # wavelengths from 2π to 200π patches
    angles = torch.arange(grid)[:, None] * rates  # (grid, quarter)
    waves = torch.cat([angles.sin(), angles.cos()], dim=1).T  # (dim / 2, grid)
    rows = waves[:, :, None].expand(-1, grid, grid)
    columns = waves[:, None, :].expand(-1, grid, grid)
    return torch.cat([rows, columns])


class Patches(nn.Module):
    """Images to one vector a patch, with its position."""

    def __init__(self, channels: int, dim: int, patch: int, grid: int) -> None:
        super().__init__()
        self.projection = nn.Conv2d(channels, dim, patch, patch)
        self.positions: Tensor
        self.register_buffer("positions", positions(dim, grid))

    def forward(self, images: Tensor) -> Tensor:  # (B, C, H, W) -> (B, D, h, w)
        patches = self.projection(2 * images - 1)
        return patches + self.positions_on(patches.shape[-2:])

    def positions_on(self, grid: torch.Size) -> Tensor:
        """The positions stretched over another number of patches, (D, h, w).

        Bicubic, as DINO does for its small crops (Caron et al., 2021, arXiv 2104.14294, code).
        """
        if grid == self.positions.shape[-2:]:
            return self.positions
        stretched = F.interpolate(self.positions[None], tuple(grid), mode="bicubic")
        return stretched.squeeze(0)


class Group(nn.Module):
    """Transformer blocks on a map, read as a row of tokens."""

    def __init__(self, dim: int, depth: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(*(TransformerBlock(dim, dim // HEAD) for _ in range(depth)))

    def forward(self, x: Tensor) -> Tensor:  # (B, D, h, w) -> (B, D, h, w)
        tokens = self.layers(x.flatten(2).transpose(1, 2))
        return tokens.transpose(1, 2).unflatten(2, x.shape[2:])


class ViT(Backbone):
    """Three stages of two blocks each, all of 8 times `width` channels (in whole heads of 32).

    `patch` 0 chooses the size; any other must divide the side.
    """

    def __init__(self, channels: int, side: int, width: int = 16, patch: int = 0) -> None:
        super().__init__()
        patch = patch or choose_patch(side)
        check_patch(patch, side)
        self.patch = patch
        dim = HEAD * max(1, round(8 * width / HEAD))
        embed = Patches(channels, dim, patch, side // patch)
        groups: list[nn.Module] = [Group(dim, DEPTH) for _ in range(GROUPS)]
        groups[0] = nn.Sequential(embed, groups[0])
        self.blocks = nn.ModuleDict({f"stage{n}": group for n, group in enumerate(groups, 1)})
        self.dims = {name: dim for name in self.blocks}
        self.token = nn.Parameter(torch.empty(1, 1, dim))
        self.norm = nn.LayerNorm(dim)
        self.look = Attention(dim, dim // HEAD)
        self.apply(initialise)
        nn.init.trunc_normal_(self.token, std=0.02)

    def _tokens(self, x: Tensor) -> tuple[Tensor, Tensor]:  # -> (B, 1, D), (B, N, D)
        return self.token.expand(len(x), -1, -1), self.norm(x.flatten(2).transpose(1, 2))

    def see(self, images: Tensor, kept: Tensor) -> tuple[Tensor, Tensor]:
        """Only the patches at `kept` (B, K) go through the blocks, as in a masked autoencoder.

        What the class token sees in them (B, 1, D), and they themselves, normalised, (B, K, D).
        """
        embed = next(m for m in self.modules() if isinstance(m, Patches))
        patches = embed(images).flatten(2).transpose(1, 2)  # (B, N, D)
        tokens = patches.gather(1, kept.unsqueeze(2).expand(-1, -1, patches.shape[2]))
        for group in (m for m in self.modules() if isinstance(m, Group)):
            tokens = group.layers(tokens)
        tokens = self.norm(tokens)
        return self.look(self.token.expand(len(tokens), -1, -1), tokens), tokens

    def pool(self, x: Tensor) -> Tensor:
        """What the class token sees in the last map (B, D, h, w), as feature vectors (B, D)."""
        return self.look(*self._tokens(x)).squeeze(1)

    def class_attention(self, x: Tensor) -> Tensor:
        """Where each head of the class token looks in a last map (B, D, h, w): (B, heads, h, w)."""
        return self.look.weights(*self._tokens(x)).squeeze(2).unflatten(2, x.shape[2:])
