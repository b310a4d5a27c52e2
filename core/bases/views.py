"""What every method that compares two views of a picture has: the views, and figures of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from core.bases.encoder import EncoderMethod
from core.config import option
from core.data.augment import Augmentation
from core.data.augment.compose import augment
from core.data.augment.config import GROUP
from core.data.augment.named import STRONG, alone
from core.method import Look, MethodConfig, figure
from core.pictures import ImageGrid, Matrix, as_images

PAIRS_SHOWN = 12  # pictures whose two views stand side by side
ALONE_SHOWN = 8  # pictures that every augmentation is shown on
COMPARED = 16  # pictures in the affinity matrix, each in two views
PAIR_KINDS = (
    "Different pictures: a negative pair",
    "Different pictures of one class: still a negative pair",
    "Two views of one picture: the positive pair",
    "The same view",
)


@dataclass(frozen=True)
class TwoViewConfig(Augmentation, MethodConfig):
    """How a view is made of a picture; the defaults are those found for `toyland`.

    They are milder than ImageNet's, where a crop may keep 8 % of the area: in a minute a small
    network learns nothing from views that hardly share anything.
    """

    width: int = option(16, "Channels of the backbone's first stage.", low=4, high=512, log=True,
                        group="Network")  # fmt: skip
    crop: float = option(
        0.5, "Least share of the area that a random crop keeps, blown up; 1 keeps all.",
        low=0.02, high=1.0, group=GROUP,
    )  # fmt: skip
    stretch: float = option(
        1.33, "Largest ratio of a crop's sides, either way.", low=1.0, high=3.0, group=GROUP
    )
    flip: float = option(
        0.5, "How often left and right are exchanged.", low=0.0, high=1.0, group=GROUP
    )
    jitter: float = option(
        0.8, "How often the colours are changed.", low=0.0, high=1.0, group=GROUP
    )
    grey: float = option(0.2, "How often the colour is taken away.", low=0.0, high=1.0, group=GROUP)


# What makes good views, by data; a method adds its own options to these.
WRITING = {"crop": 0.6, "stretch": 1.2, "flip": 0.0, "turn": 10.0}
VIEW_RECIPES: Mapping[str, Mapping[str, Any]] = {
    "digits": {**WRITING, "jitter": 0.0, "grey": 0.0},
    "mnist": {**WRITING, "jitter": 0.0, "grey": 0.0},
    "fashionmnist": {"crop": 0.5, "grey": 0.0},
    "svhn": WRITING,
    "cifar10": {"crop": 0.25, "width": 32},
    "cifar100": {"crop": 0.25, "width": 32},
    "stl10": {"crop": 0.25, "width": 32},
    "photos": {"crop": 0.25},
    "folder": {"crop": 0.25},
}


def view_recipes(**own: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The recipes for views, with a method's own option values for some data on top."""
    ids = {**VIEW_RECIPES, **own}
    return {id: {**VIEW_RECIPES.get(id, {}), **own.get(id, {})} for id in ids}


def two_views(images: Tensor, config: Augmentation, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Two views of every image (B, C, H, W), drawn apart; as one batch, which is faster."""
    first, second = augment(torch.cat([images, images]), config, rng).chunk(2)
    return first, second


def pair_kinds(labels: Tensor) -> Tensor:
    """Which of `PAIR_KINDS` each pair of views is, (2N, 2N), with both views of a picture together.

    `labels` (2N,) are the views', -1 where unknown.
    """
    picture = torch.arange(len(labels), device=labels.device) // 2
    of_class = (labels[:, None] == labels) & (labels >= 0)
    kinds = of_class.long()
    kinds[picture[:, None] == picture] = 2
    return kinds.fill_diagonal_(3)


class TwoViewMethod(EncoderMethod):
    """A method that compares two views of each picture by an embedding."""

    config: TwoViewConfig

    def embed(self, images: Tensor) -> Tensor:
        """The embeddings (B, D) that the loss compares."""
        raise NotImplementedError

    def spaces(self, images: Tensor) -> dict[str, Tensor]:
        """Those of the stages, and the embedding's, which collapses first."""
        return {**super().spaces(images), "embedding": self.embed(images)}

    @figure("Two views", "A picture, and two views of it that the network must find alike.")
    def views(self, look: Look) -> ImageGrid:
        images = look.images[:PAIRS_SHOWN]
        shown = torch.stack([images, *two_views(images, self.config, look.rng)], dim=1)
        captions = ["picture", "view 1", "view 2"] * len(images)
        return ImageGrid(as_images(shown.flatten(0, 1).cpu().numpy()), captions, columns=6)

    @figure("Each augmentation alone", "Stronger than in training, so that one sees what it does.")
    def augmentations(self, look: Look) -> ImageGrid:
        images = look.images[:ALONE_SHOWN]
        made = [augment(images, alone(name), look.rng) for name in STRONG]
        shown = torch.stack([images, *made], dim=1)  # (B, 1 + K, C, H, W)
        captions = ["picture", *STRONG] * len(images)
        return ImageGrid(
            as_images(shown.flatten(0, 1).cpu().numpy()), captions, columns=len(STRONG) + 1
        )

    @figure(
        "Affinity matrix",
        "Cosine of views a and b of each picture; positive pairs are beside the diagonal.",
    )
    def affinity(self, look: Look) -> Matrix:
        order = torch.argsort(look.labels[:COMPARED], stable=True)  # classes stand together
        views = torch.stack(two_views(look.images[order], self.config, look.rng), dim=1)
        z = F.normalize(self.embed(views.flatten(0, 1)), dim=1)  # 1a, 1b, 2a, 2b, ...
        names = [f"{number}{view}" for number in range(1, len(order) + 1) for view in "ab"]
        shown = as_images(views.flatten(0, 1).cpu().numpy())
        kinds = pair_kinds(look.labels[order].repeat_interleave(2)).cpu().numpy()
        return Matrix(
            (z @ z.T).cpu().numpy(), names, names, "View", "View", "cosine",
            low=-1.0, high=1.0, diverging=True,
            row_images=shown, column_images=shown, kinds=kinds, kind_names=PAIR_KINDS,
        )  # fmt: skip
