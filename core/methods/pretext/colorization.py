"""Colorization: give a grey picture its colours back; to do so, one must know what is in it.

Zhang, Isola and Efros, "Colorful image colorization", ECCV 2016, arXiv 1603.08511.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.bases.convolutional import PaintingConfig
from core.bases.encoder import EncoderMethod, shift_flip
from core.config import option
from core.data.augment.lab import to_lab, to_rgb
from core.losses.colour import (
    GRID,
    annealed_mean,
    colour_loss,
    counted,
    gamut,
    rebalancing,
    smoothed,
    soft_encode,
)
from core.method import Batch, DataShape, Look, Trials, figure
from core.nets.backbone import Backbone
from core.nets.build import build_backbone
from core.nets.inputs import Lightness, preceded
from core.nets.upsampling import Upsampling, map_side
from core.pictures import ImageGrid, Matrix, Reconstruction, as_images

COUNTING = 100  # steps whose colours make the prior; the loss is the same from then on
COARSER = 4  # side of a picture over that of its predicted colours, as in the paper
SHOWN = 6  # pictures in a figure of several temperatures
TEMPERATURES = (1.0, 0.77, 0.58, 0.38, 0.29, 0.14)  # of figure 4
COLOURFUL = 110.0  # the largest a or b of a colour that can be shown


@dataclass(frozen=True)
class ColorizationConfig(PaintingConfig):
    """The paper finds T = 0.38 to keep mean colours vivid and modes coherent (section 2.3)."""

    steps: int = option(1200, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(32, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    objective: str = option("rebalanced", "Choose a bin of colour, rare ones weighing more or all "
                            "the same; or regress, which gives the mean of all: grey brown.",
                            choices=("rebalanced", "classification", "regression"))  # fmt: skip
    temperature: float = option(0.38, "Of the annealed mean: 1 gives the mean colour, towards 0 "
                                "the likeliest.", low=0.01, high=2.0, log=True,
                                live=True)  # fmt: skip


class Colorization(EncoderMethod):
    """L of Lab goes in; a distribution over bins of a and b comes out at every fourth pixel."""

    Config = ColorizationConfig
    companions = ("supervised",)
    needs_colour = True
    trials: ClassVar[Trials] = {
        "Regression: grey brown": {"objective": "regression"},
        "Rare colours count no more": {"objective": "classification"},
    }
    recipes: ClassVar[dict[str, dict[str, Any]]] = {
        "svhn": {"flip": False},
        "cifar10": {"width": 32, "steps": 3000},
        "cifar100": {"width": 32, "steps": 3000},
        "stl10": {"width": 32, "steps": 3000},
    }

    config: ColorizationConfig

    def __init__(self, config: ColorizationConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.side = max(2, data.side // COARSER)
        self.bins: Tensor  # (Q, 2)
        self.counts: Tensor  # (Q,) how often colours fell into each bin in the first steps
        self.register_buffer("bins", torch.tensor(gamut()))
        self.register_buffer("counts", torch.zeros(len(gamut())))
        made = 2 if config.objective == "regression" else len(gamut())
        side = map_side(self.backbone, data.channels, data.side)
        self.decoder = Upsampling(self.backbone.dim, made, side, self.side, least=64, last=1)

    def build_encoder(self) -> Backbone:
        """A network of one channel, the lightness, that takes pictures in colour as they are."""
        grey = build_backbone(self.config.backbone, 1, self.data.side, self.config.width)
        return preceded(grey, Lightness())

    def scores(self, images: Tensor) -> Tensor:
        """Logits (B, Q, h, w) of the bins, or colours (B, 2, h, w), from the lightness alone."""
        return self.decoder(list(self.backbone.stages(images).values())[-1])

    def colours(self, images: Tensor) -> Tensor:
        """The true a and b, averaged to the size that is predicted: (B, 2, h, w)."""
        return F.adaptive_avg_pool2d(to_lab(images)[:, 1:], self.side)

    def judge(self, images: Tensor, counting: bool = False) -> dict[str, Tensor]:
        """The loss of the objective; and how far the answer is from the truth, in units of Lab."""
        scores, truth = flat(self.scores(images)), flat(self.colours(images))
        if self.config.objective == "regression":
            answer = COLOURFUL * scores
            loss = 0.5 * ((scores - truth / COLOURFUL) ** 2).sum(dim=1).mean()  # equation 1
        else:
            index, share = soft_encode(truth, self.bins)
            if counting:
                self.counts += counted(index, share, len(self.bins))
            loss = colour_loss(scores, index, share, self.weight())
            answer = annealed_mean(scores.detach(), self.bins, self.config.temperature)
        distance = (answer.detach() - truth).norm(dim=1).mean()
        return {"loss": loss, "distance": distance}

    def prior(self) -> Tensor:
        """p~ (Q,): how common each bin is, from the colours of the first steps, smoothed."""
        return smoothed(self.counts, self.bins)

    def weight(self) -> Tensor:
        """How much a pixel of each bin counts, (Q,); its mean over pixels is 1."""
        if self.config.objective == "rebalanced":
            return rebalancing(self.prior())
        return torch.ones_like(self.counts)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Shift and flip each picture, take its colours away, ask for them."""
        images = shift_flip(batch.images, self.config, batch.rng)
        return self.judge(images, counting=self.training and batch.step < COUNTING)

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images)

    def coloured(self, images: Tensor, temperature: float | None = None) -> Tensor:
        """The lightness of the images with the colours the network gives them, (B, 3, H, W)."""
        scores = self.scores(images)
        if self.config.objective == "regression":
            ab = COLOURFUL * scores
        else:
            temperature = temperature or self.config.temperature
            found = annealed_mean(flat(scores), self.bins, temperature)
            ab = found.view(len(images), self.side, self.side, 2).permute(0, 3, 1, 2)
        ab = F.interpolate(ab, size=images.shape[2:], mode="bilinear")
        return to_rgb(torch.cat([to_lab(images)[:, :1], ab], dim=1))

    def reconstruct(self, images: Tensor) -> Reconstruction:
        """Each image in grey, as the network colours it, and as it was."""
        parts = grey(images), self.coloured(images), images
        given, made, truth = (as_images(x.cpu().numpy()) for x in parts)
        return Reconstruction(given, made, truth, ("Grey", "Coloured", "Truth"))

    @figure("Temperatures", "From the mean of all colours thought possible to the likeliest one.")
    def temperatures(self, look: Look) -> ImageGrid:
        images = look.images[:SHOWN]
        made = torch.stack([self.coloured(images, t) for t in TEMPERATURES], dim=1)
        shown = as_images(made.flatten(0, 1).cpu().numpy())
        captions = [f"T = {t:g}" for t in TEMPERATURES] * len(images)
        return ImageGrid(shown, captions, columns=len(TEMPERATURES))

    @figure("How common colours are", "Log10 of the share of pixels in each bin of the plane.")
    def common(self, look: Look) -> Matrix:
        return plane(self.prior().log10().cpu().numpy(), "log10 of the share")

    @figure("What colours weigh", "Rare colours weigh more, or all pictures would turn out brown.")
    def weights(self, look: Look) -> Matrix:
        return plane(self.weight().cpu().numpy(), "weight in the loss")


def flat(maps: Tensor) -> Tensor:
    """(B, C, h, w) as one row a place, (B h w, C)."""
    return maps.permute(0, 2, 3, 1).flatten(0, 2)


def grey(images: Tensor) -> Tensor:
    """The images without their colours, (B, 3, H, W)."""
    lab = to_lab(images)
    return to_rgb(torch.cat([lab[:, :1], torch.zeros_like(lab[:, 1:])], dim=1))


def plane(values: np.ndarray, label: str) -> Matrix:
    """Values (Q,) of the bins, laid out over a and b; nothing where there is no bin."""
    cells = np.rint(gamut() / GRID).astype(np.int64)
    low = cells.min(axis=0)
    laid = np.full(cells.max(axis=0) - low + 1, np.nan)
    laid[tuple((cells - low).T)] = values
    names = [[f"{int(GRID) * (first + i)}" for i in range(n)] for first, n in zip(low, laid.shape)]
    return Matrix(laid, names[0], names[1], "a, green to red", "b, blue to yellow", label)
