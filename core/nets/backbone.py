"""What every encoder network is: named blocks in order, the last one pooled to a vector."""

from __future__ import annotations

from torch import Tensor, nn


class Backbone(nn.Module):
    """Blocks in order. Each block maps (B, C, h, w) to (B, C', h', w').

    `blocks` is what evaluation freezes and fine-tunes, block by block.
    """

    blocks: nn.ModuleDict  # stage name -> block, in order
    dims: dict[str, int]  # stage name -> channels it gives

    @property
    def dim(self) -> int:
        """Length of the pooled feature vector."""
        return list(self.dims.values())[-1]

    def stages(self, images: Tensor) -> dict[str, Tensor]:
        """Stage name -> activations (B, C, h, w), for every stage in order."""
        found = {}
        x = images
        for name, block in self.blocks.items():
            x = block(x)
            found[name] = x
        return found

    def pool(self, x: Tensor) -> Tensor:
        """The last stage's activations (B, C, h, w) as feature vectors (B, C)."""
        return x.mean(dim=(2, 3))

    def forward(self, images: Tensor) -> Tensor:
        """Images (B, C, H, W) to feature vectors (B, dim)."""
        x = images
        for block in self.blocks.values():
            x = block(x)
        return self.pool(x)
