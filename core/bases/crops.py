"""Multi-crop: besides two views of a picture, small views of small parts of it.

Caron et al., NeurIPS 2020 (SwAV, arXiv 2006.09882, section 3.4). A view of half the side costs a
quarter of a whole one, so a picture is compared with more of itself in the same time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from core.bases.views import TwoViewConfig, TwoViewMethod, two_views
from core.config import option
from core.data.augment.compose import augment
from core.data.augment.geometry import crop_resize
from core.method import Look, figure
from core.nets.backbone import Backbone
from core.nets.vit import ViT
from core.pictures import ImageGrid, as_images

LEAST_SIDE = 16  # a smaller picture has nothing left to see when it is halved
PICTURES_SHOWN = 4


@dataclass(frozen=True)
class MultiCropConfig(TwoViewConfig):
    """The two views are those of `TwoViewConfig`; the small ones go through the same colours."""

    small_crops: int = option(
        2, "Small views of a picture besides the two large ones; of 8 pixels there are none.",
        low=0, high=12, group="Augmentation",
    )  # fmt: skip
    small_least: float = option(
        0.15, "Least share of the area that a small view shows.", low=0.02, high=1.0,
        group="Augmentation",
    )  # fmt: skip
    small_most: float = option(
        0.5, "Largest share of the area that a small view shows.", low=0.02, high=1.0,
        group="Augmentation",
    )  # fmt: skip


def small_side(side: int, backbone: Backbone) -> int:
    """About half the side, in whole patches of a vision transformer; 0 where that is too small."""
    if side < LEAST_SIDE:
        return 0
    patch = backbone.patch if isinstance(backbone, ViT) else 1
    return max(1, round(side / 2 / patch)) * patch


def small_views(images: Tensor, config: MultiCropConfig, rng: torch.Generator, side: int) -> Tensor:
    """`config.small_crops` views of small parts of every image, (B, C, H, W) to (S, B, C, s, s)."""
    count = config.small_crops if side else 0
    if not count:
        return images.new_empty(0, *images.shape[:2], side, side)
    many = images.repeat(count, 1, 1, 1)
    least, most = sorted((config.small_least, config.small_most))
    parts = crop_resize(many, rng, (least, most), (1 / config.stretch, config.stretch))
    parts = F.interpolate(parts, (side, side), mode="area")
    parts = augment(parts, replace(config, crop=1.0, stretch=1.0), rng)
    return parts.unflatten(0, (count, len(images)))


class MultiCropMethod(TwoViewMethod):
    """A method whose small views must say what its large views say."""

    config: MultiCropConfig

    def crops(self, images: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Two large views (2, B, C, H, W) and the small ones (S, B, C, s, s) of every image."""
        large = torch.stack(two_views(images, self.config, rng))
        side = small_side(images.shape[-1], self.backbone)
        return large, small_views(images, self.config, rng, side)

    def features(self, large: Tensor, small: Tensor) -> Tensor:
        """Features of all views, (2 + S, B, dim): one pass through the backbone for each size."""
        found = [self.backbone(views.flatten(0, 1)) for views in (large, small) if len(views)]
        return torch.cat(found).unflatten(0, (-1, large.shape[1]))

    @figure("All views", "A picture, its two large views, and the small ones at their true size.")
    def all_views(self, look: Look) -> ImageGrid:
        images = look.images[:PICTURES_SHOWN]
        large, small = self.crops(images, look.rng)
        gap = images.shape[-1] - small.shape[-1]
        framed = F.pad(small, (gap // 2, gap - gap // 2) * 2, value=0.5)
        shown = torch.cat([images[None], large, framed]).transpose(0, 1)  # (B, 3 + S, C, H, W)
        names = ["picture", "large", "large"] + ["small"] * len(small)
        return ImageGrid(
            as_images(shown.flatten(0, 1).cpu().numpy()), names * len(images), columns=len(names)
        )
