"""The jigsaw puzzle: nine shuffled tiles, and the network must say in which order they lie.

Noroozi and Favaro, "Unsupervised learning of visual representations by solving jigsaw puzzles",
ECCV 2016, arXiv 1603.09246.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.bases.convolutional import TileConfig, require_pixels
from core.bases.encoder import EncoderMethod
from core.config import option
from core.data.augment.geometry import flip
from core.data.augment.tiles import cut, grid_places, joined
from core.losses.permutations import TILES, permutation_set
from core.method import Batch, DataShape, Look, Trials, figure
from core.nets.backbone import Backbone
from core.nets.build import build_backbone
from core.nets.heads import projector
from core.nets.inputs import Enlarge, Standardise, preceded
from core.pictures import Matrix, Reconstruction, as_images

HIDDEN = 256
STRIDE = 37  # between the orders that the first pictures are shown in; shares no factor with 10


@dataclass(frozen=True)
class JigsawConfig(TileConfig):
    """The paper takes tiles of 64 pixels out of cells of 75, and 1000 orders."""

    steps: int = option(2000, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(64, "Images in a step, one puzzle of each.", low=2, high=8192,
                             log=True, group="Training")  # fmt: skip
    orders: int = option(100, "How many orders to tell apart, as unlike one another as can be.",
                         choices=(10, 100, 1000))  # fmt: skip
    jitter: int = option(2, "Pixels by which a tile is smaller than its ninth of the picture, and "
                         "lies anywhere in it: else edges that go on tell.", low=0, high=32,
                         unit="px")  # fmt: skip
    normalise: bool = option(True, "Each tile to the same mean and spread: else brightness and "
                             "colour tell which tiles are neighbours.")  # fmt: skip


# A digit of 8 pixels has tiles of 2, with no pixel to spare.
DIGITS = {"flip": False, "enlarge": 4, "jitter": 0, "steps": 800}
WRITING = {"flip": False, "enlarge": 2}
PHOTOGRAPHS = {"width": 32, "steps": 3000}


class Jigsaw(EncoderMethod):
    """The context-free network: one encoder sees each tile alone, one head all nine features."""

    Config = JigsawConfig
    companions = ("supervised",)
    trials: ClassVar[Trials] = {
        "Ten orders": {"orders": 10},
        "A thousand orders": {"orders": 1000},
        "Tiles that give their light away": {"normalise": False, "jitter": 0},
    }
    recipes: ClassVar[dict[str, dict[str, Any]]] = {
        "digits": DIGITS,
        "mnist": WRITING,
        "svhn": {"flip": False},
        "cifar10": PHOTOGRAPHS,
        "cifar100": PHOTOGRAPHS,
        "stl10": PHOTOGRAPHS | {"jitter": 4},
    }

    config: JigsawConfig

    def __init__(self, config: JigsawConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.cell = data.side // 3
        self.tile = self.cell - config.jitter
        require_pixels(self.tile, config.enlarge, f"a tile of a picture of {data.side} pixels")
        self.orders: Tensor  # (K, 9): place j of the k-th puzzle shows tile orders[k, j]
        self.register_buffer("orders", torch.tensor(permutation_set(config.orders)))
        self.head = projector(TILES * self.backbone.dim, HIDDEN, config.orders)

    def build_encoder(self) -> Backbone:
        """The network that sees a tile; the same sees a whole picture, normalised as a tile is."""
        config, data = self.config, self.data
        side = data.side * config.enlarge
        before: list[nn.Module] = [Enlarge(config.enlarge)] if config.enlarge > 1 else []
        before += [Standardise()] if config.normalise else []
        backbone = build_backbone(config.backbone, data.channels, side, config.width)
        return preceded(backbone, *before)

    def crop(self, images: Tensor, rng: torch.Generator | None = None) -> Tensor:
        """Three by three cells of each image: what the side has beyond them is cut off.

        At random with a generator, from the middle without one: (B, C, 3c, 3c).
        """
        count, side = len(images), 3 * self.cell
        spare = self.data.side - side
        if rng is None:
            corner = torch.full((2, count, 1), spare // 2, device=images.device)
        else:
            corner = torch.randint(spare + 1, (2, count, 1), generator=rng, device=rng.device)
        return cut(images, corner[0], corner[1], side)[:, 0]

    def cut(self, crops: Tensor, rng: torch.Generator | None = None) -> Tensor:
        """A tile out of each of the nine cells of the crops, (B, 9, C, t, t)."""
        count, spare = len(crops), self.cell - self.tile
        rows, columns = grid_places(self.cell, crops.device)
        if rng is None:
            moved = torch.full((2, count, TILES), spare // 2, device=crops.device)
        else:
            moved = torch.randint(spare + 1, (2, count, TILES), generator=rng, device=rng.device)
        return cut(crops, rows + moved[0], columns + moved[1], self.tile)

    def solve(self, tiles: Tensor) -> Tensor:
        """Logits (B, K) of the orders that tiles (B, 9, C, t, t) may lie in."""
        features = self.backbone(tiles.flatten(0, 1)).unflatten(0, tiles.shape[:2])
        return self.head(features.flatten(1))

    def shuffled(self, tiles: Tensor, chosen: Tensor) -> Tensor:
        """Tiles (B, 9, ...) in the orders chosen (B,): place j shows tile orders[chosen, j]."""
        which = torch.arange(len(tiles), device=tiles.device).unsqueeze(1)
        return tiles[which, self.orders[chosen]]

    def judge(self, tiles: Tensor, chosen: Tensor) -> dict[str, Tensor]:
        """Cross-entropy of the right order, and how often it is found."""
        scores = self.solve(self.shuffled(tiles, chosen))
        right = scores.argmax(dim=1) == chosen
        return {"loss": F.cross_entropy(scores, chosen), "accuracy": right.float().mean()}

    def asked(self, count: int) -> Tensor:
        """The orders (B,) that held-out pictures are shown in: always the same."""
        return torch.arange(1, count + 1, device=self.orders.device) * STRIDE % len(self.orders)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Mirror and crop each picture, cut its tiles, shuffle them, ask for the order."""
        images = flip(batch.images, batch.rng, 0.5 if self.config.flip else 0.0)
        tiles = self.cut(self.crop(images, batch.rng), batch.rng)
        chosen = torch.randint(
            len(self.orders), (len(tiles),), generator=batch.rng, device=batch.rng.device
        )
        return self.judge(tiles, chosen)

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(self.cut(self.crop(batch.images)), self.asked(len(batch.images)))

    def tiles(self, images: Tensor) -> Tensor:
        """The nine whole cells of the images, row by row, (B, 9, C, c, c)."""
        places = grid_places(self.cell, images.device)
        rows, columns = (place.expand(len(images), -1) for place in places)
        return cut(self.crop(images), rows, columns, self.cell)

    def order(self, images: Tensor, laid: Tensor) -> Tensor:
        """Probabilities (B, K) of the orders for images whose place j shows tile laid[j]."""
        return self.solve(self.cut(self.crop(images))[:, laid]).softmax(dim=1)

    def reconstruct(self, images: Tensor) -> Reconstruction:
        """A puzzle of each image: as it is given, in the network's order, and solved."""
        crops, chosen = self.crop(images), self.asked(len(images))
        answers = self.solve(self.shuffled(self.cut(crops), chosen)).argmax(dim=1)
        given = self.shuffled(self.tiles(images), chosen)
        which = torch.arange(len(images), device=images.device).unsqueeze(1)
        laid = torch.empty_like(given)
        laid[which, self.orders[answers]] = given  # every tile where the network takes it to belong
        shown, made, truth = (
            as_images(x.cpu().numpy()) for x in (joined(given), joined(laid), crops)
        )
        return Reconstruction(shown, made, truth, ("Shuffled", "The network's order", "Truth"))

    @figure("Where each tile is put", "Row: the place a tile came from. Column: where it is laid.")
    def places(self, look: Look) -> Matrix:
        chosen = self.asked(len(look.images))
        scores = self.solve(self.shuffled(self.cut(self.crop(look.images)), chosen))
        truth, answer = self.orders[chosen], self.orders[scores.argmax(dim=1)]  # (B, 9)
        pairs = (truth * TILES + answer).flatten()
        counts = torch.bincount(pairs, minlength=TILES * TILES).view(TILES, TILES).float()
        share = counts / counts.sum(dim=1, keepdim=True).clamp(min=1)
        names = [f"{row}, {column}" for row in (1, 2, 3) for column in (1, 2, 3)]
        return Matrix(
            share.cpu().numpy(),
            names,
            names,
            "Truth",
            "Answer",
            "share of tiles",
            low=0.0,
            high=1.0,
        )
