"""What a head stands on: the maps of all stages of an encoder, or the pixels themselves."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from core.evaluate.features import BATCH, EvaluationError, encoding, to_images


class Trunk(nn.Module):
    """Images (B, C, H, W) to the map of every stage, each of at most `cells` x `cells`.

    All stages, because no single one will do: the deepest says what is there, and on small
    pictures it has 4 x 4 cells, too few to say where. Larger maps are averaged to `cells`, so that
    a head costs the same on every network. `encoder` is a backbone, or has `stages` like one.
    """

    def __init__(self, encoder: nn.Module, cells: int) -> None:
        super().__init__()
        self.encoder, self.stages, self.cells = encoder, encoding(encoder), cells

    def forward(self, images: Tensor) -> list[Tensor]:
        maps = [m for m in self.stages(images).values() if m.ndim == 4]
        sizes = [(min(m.shape[2], self.cells), min(m.shape[3], self.cells)) for m in maps]
        return [F.adaptive_avg_pool2d(m, size) for m, size in zip(maps, sizes, strict=True)]

    @torch.no_grad()
    def dims(self, image: Tensor) -> list[int]:
        """Channels of each map, found with one image (1, C, H, W); raises EvaluationError."""
        found = [m.shape[1] for m in self(image)]
        if not found:
            name = type(self.encoder).__name__
            raise EvaluationError(
                f"{name} has no stage with a map; detection and segmentation need one"
            )
        return found


class Pixels(nn.Module):
    """Pixels as an encoder that learned nothing: the channels of a cell are all its pixels."""

    def __init__(self, cells: int) -> None:
        super().__init__()
        self.cells = cells

    def stages(self, images: Tensor) -> dict[str, Tensor]:
        """One stage, "pixels", (B, C * s * s, cells, cells)."""
        times = -(-images.shape[-1] // self.cells)
        side = times * self.cells
        if images.shape[-1] != side:
            images = F.interpolate(images, size=(side, side), mode="bilinear")
        return {"pixels": F.pixel_unshuffle(images, times)}


@torch.no_grad()
def frozen_maps(trunk: Trunk, images: NDArray[np.uint8], device: torch.device) -> list[Tensor]:
    """The maps of pictures (N, C, H, W), kept, so that a frozen encoder sees each picture once."""
    parts = []
    for start in range(0, len(images), BATCH):
        parts.append(trunk(to_images(images[start : start + BATCH], device)))
    return [torch.cat(maps) for maps in zip(*parts, strict=True)]
