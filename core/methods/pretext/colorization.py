"""Colorization: give a grey picture its colours back; to do so, one must know what is in it.

Zhang, Isola and Efros, "Colorful image colorization", ECCV 2016, arXiv 1603.08511. A part of the
pictures comes with colour hints, so that a person may give some later: Zhang et al., "Real-time
user-guided image colorization with learned deep priors", SIGGRAPH 2017, arXiv 1705.02999.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.bases.convolutional import PaintingConfig
from core.bases.encoder import EncoderMethod, filter_grid, shift_flip
from core.config import option
from core.data.augment.hints import drawn, some
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
from core.nets.inputs import LightnessAndHints, preceded
from core.nets.upsampling import Upsampling, map_side
from core.pictures import Curve, ImageGrid, Line, Matrix, Reconstruction, as_images
from core.randomness import generator

COUNTING = 100  # steps whose colours make the prior; the loss is the same from then on
COARSER = 4  # side of a picture over that of its predicted colours, as in the paper
SHOWN = 6  # pictures in a figure of several temperatures
TEMPERATURES = (1.0, 0.77, 0.58, 0.38, 0.29, 0.14)  # of figure 4
SWATCHES = 8  # colours that are thought likely at a place
APART = 25.0  # units of Lab between two of them, at least
HINTED = 64  # pictures that are coloured by hints of a number
NUMBERS = (0, 1, 2, 4, 8, 16, 32)  # of hints
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
    hints: float = option(0.5, "Share of pictures that come with the true colours of a few places, "
                          "so that a person may give hints.", low=0.0, high=1.0)  # fmt: skip
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
        """A network of lightness and hints, that takes pictures in colour as they are, unhinted."""
        grey = build_backbone(self.config.backbone, 4, self.data.side, self.config.width)
        return preceded(grey, LightnessAndHints())

    def scores(self, images: Tensor, hints: Tensor | None = None) -> Tensor:
        """Logits (B, Q, h, w) of the bins, or colours (B, 2, h, w), from lightness and hints.

        Hints are (B, 3, H, W), see core.data.augment.hints; without them the lightness is all.
        """
        if hints is not None:
            images = torch.cat([images, hints], dim=1)
        return self.decoder(list(self.backbone.stages(images).values())[-1])

    def colours(self, images: Tensor) -> Tensor:
        """The true a and b, averaged to the size that is predicted: (B, 2, h, w)."""
        return F.adaptive_avg_pool2d(to_lab(images)[:, 1:], self.side)

    def judge(
        self, images: Tensor, hints: Tensor | None = None, counting: bool = False
    ) -> dict[str, Tensor]:
        """The loss of the objective; and how far the answer is from the truth, in units of Lab."""
        scores, truth = flat(self.scores(images, hints)), flat(self.colours(images))
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
        """Shift and flip each picture, take its colours away but for hints, ask for them."""
        images = shift_flip(batch.images, self.config, batch.rng)
        hints = None
        if self.config.hints:
            hints = drawn(to_lab(images)[:, 1:], self.config.hints, batch.rng)
        return self.judge(images, hints, counting=self.training and batch.step < COUNTING)

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images)

    def coloured(
        self, images: Tensor, temperature: float | None = None, hints: Tensor | None = None
    ) -> Tensor:
        """The lightness of the images with the colours the network gives them, (B, 3, H, W)."""
        scores = self.scores(images, hints)
        if self.config.objective == "regression":
            ab = COLOURFUL * scores
        else:
            temperature = temperature or self.config.temperature
            found = annealed_mean(flat(scores), self.bins, temperature)
            ab = found.view(len(images), self.side, self.side, 2).permute(0, 3, 1, 2)
        ab = F.interpolate(ab, size=images.shape[2:], mode="bilinear")
        return to_rgb(torch.cat([to_lab(images)[:, :1], ab], dim=1))

    def colour(self, images: Tensor, hints: Tensor | None = None) -> Reconstruction:
        """Each image in grey, as the network colours it with these hints, and as it was.

        Raises ValueError for hints where training had none.
        """
        if hints is not None and not self.config.hints:
            raise ValueError(
                "this run was trained without hints (its option Hints is 0), so it cannot heed "
                "them; train one with hints"
            )
        parts = grey(images), self.coloured(images, hints=hints), images
        given, made, truth = (as_images(x.cpu().numpy()) for x in parts)
        return Reconstruction(given, made, truth, ("Grey", "Coloured", "Truth"))

    def reconstruct(self, images: Tensor) -> Reconstruction:
        return self.colour(images)

    def likely_colours(
        self, image: Tensor, hints: Tensor, place: tuple[int, int]
    ) -> tuple[Tensor, Tensor]:
        """Peaks of the distribution at a place: bins that can be shown there, the likeliest first.

        A bin near a likelier one is no peak. Regression knows of one colour alone.
        """
        scores = self.scores(image, hints)[0]
        height, width = image.shape[2:]
        x, y = place
        here = scores[:, y * self.side // height, x * self.side // width]
        if self.config.objective == "regression":
            return COLOURFUL * here[None], here.new_ones(1)
        chance = torch.softmax(here, dim=0)
        lab = torch.cat([to_lab(image)[0, :1, y, x].expand(len(chance), 1), self.bins], dim=1)
        shown = to_lab(to_rgb(lab[:, :, None, None]))[:, 1:, 0, 0]
        left = torch.where((shown - self.bins).norm(dim=1) < GRID, chance, 0.0)
        peaks: list[int] = []
        while len(peaks) < SWATCHES and float(left.max()) > 0:
            peaks.append(int(left.argmax()))
            left = torch.where((self.bins - self.bins[peaks[-1]]).norm(dim=1) < APART, 0.0, left)
        return self.bins[peaks], chance[peaks]

    @figure(
        "What hints bring",
        "How far the colours are from the truth when the true colour of more and more places, "
        "drawn at random, is told.",
    )
    def hints_bring(self, look: Look) -> Curve:
        images = look.images[:HINTED]
        ab, rng = to_lab(images)[:, 1:], generator("hints", 0)
        found = []
        for number in NUMBERS:
            made = self.coloured(images, hints=some(ab, number, rng))
            found.append(float((to_lab(made)[:, 1:] - ab).norm(dim=1).mean()))
        line = Line(np.array(NUMBERS, float), np.array(found))
        return Curve({"distance": line}, "hints in a picture", "distance in units of Lab")

    @figure("Temperatures", "From the mean of all colours thought possible to the likeliest one.")
    def temperatures(self, look: Look) -> ImageGrid:
        images = look.images[:SHOWN]
        made = torch.stack([self.coloured(images, t) for t in TEMPERATURES], dim=1)
        shown = as_images(made.flatten(0, 1).cpu().numpy())
        captions = [f"T = {t:g}" for t in TEMPERATURES] * len(images)
        return ImageGrid(shown, captions, columns=len(TEMPERATURES))

    @figure("First filters", "What each channel of the first layer looks for in the lightness.")
    def filters(self, look: Look) -> ImageGrid:
        return filter_grid(self.backbone, 1)

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
