"""The split-brain autoencoder: one half sees lightness, the other colour; each predicts the other.

Zhang, Isola and Efros, "Split-brain autoencoders: unsupervised learning by cross-channel
prediction", CVPR 2017, arXiv 1611.09842.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.bases.convolutional import PaintingConfig
from core.bases.encoder import FILTER_SIDE, EncoderMethod, shift_flip
from core.config import option
from core.data.augment.lab import to_lab, to_rgb
from core.losses.colour import annealed_mean, colour_loss, gamut, soft_encode
from core.method import Batch, DataShape, Look, Trials, figure
from core.nets.backbone import Backbone
from core.nets.split import Split
from core.nets.upsampling import Upsampling, map_side
from core.pictures import ImageGrid, Reconstruction, as_images

COARSER = 4  # side of a picture over that of what is predicted
LEVELS = 100  # bins of lightness, each of one of its units
TEMPERATURE = 0.38  # of the colours that are shown
SHOWN = 12  # pictures in the figure of both halves


@dataclass(frozen=True)
class SplitBrainConfig(PaintingConfig):
    """Each half has half the channels of another method's network."""

    steps: int = option(1400, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(32, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    objective: str = option("classification", "Choose bins of colour and of lightness, or regress.",
                            choices=("classification", "regression"))  # fmt: skip


class SplitBrain(EncoderMethod):
    """F1 takes L to a, b and F2 takes a, b to L; their features together are the picture's."""

    Config = SplitBrainConfig
    companions = ("supervised",)
    needs_colour = True
    trials: ClassVar[Trials] = {"Regression": {"objective": "regression"}}
    recipes: ClassVar[dict[str, dict[str, Any]]] = {
        "svhn": {"flip": False},
        "cifar10": {"width": 32, "steps": 3000},
        "cifar100": {"width": 32, "steps": 3000},
        "stl10": {"width": 32, "steps": 3000},
    }

    config: SplitBrainConfig
    backbone: Split

    def __init__(self, config: SplitBrainConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.side = max(2, data.side // COARSER)
        self.bins: Tensor  # (Q, 2) of a, b
        self.register_buffer("bins", torch.tensor(gamut()))
        regresses = config.objective == "regression"
        colours, levels = (2, 1) if regresses else (len(gamut()), LEVELS)
        side, half = map_side(self.backbone, data.channels, data.side), self.backbone.dim // 2
        self.to_colour = Upsampling(half, colours, side, self.side, least=64, last=1)
        self.to_lightness = Upsampling(half, levels, side, self.side, least=32, last=1)

    def build_encoder(self) -> Backbone:
        """Two networks side by side: the first sees L, the second a and b."""
        return Split(self.config.backbone, self.data.side, max(4, self.config.width // 2))

    def predictions(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """What each half says of the other's input: of colour and of lightness, rows (B h w, .)."""
        last = list(self.backbone.stages(images).values())[-1]
        from_lightness, from_colour = last.chunk(2, dim=1)
        return flat(self.to_colour(from_lightness)), flat(self.to_lightness(from_colour))

    def judge(self, images: Tensor) -> dict[str, Tensor]:
        """The sum of both halves' losses, and each."""
        colour, lightness = self.predictions(images)
        lab = flat(F.adaptive_avg_pool2d(to_lab(images), self.side))  # (N, 3)
        if self.config.objective == "regression":  # L_l2, equation 1, colours in units of 110
            to_colour = 0.5 * ((colour - lab[:, 1:] / 110) ** 2).sum(dim=1).mean()
            to_lightness = 0.5 * ((lightness[:, 0] - lab[:, 0] / 100) ** 2).mean()
        else:  # L_cl, equation 2
            same = torch.ones(len(self.bins), device=lab.device)
            to_colour = colour_loss(colour, *soft_encode(lab[:, 1:], self.bins), same)
            to_lightness = F.cross_entropy(lightness, levels(lab[:, 0]))
        return {
            "loss": to_colour + to_lightness,
            "colour from lightness": to_colour,
            "lightness from colour": to_lightness,
        }

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Shift and flip each picture, split it, let each half predict the other."""
        return self.judge(shift_flip(batch.images, self.config, batch.rng))

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images)

    def answers(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """The colours (B, 2, H, W) and the lightness (B, 1, H, W) that the halves predict."""
        colour, lightness = self.predictions(images)
        if self.config.objective == "regression":
            colour, lightness = 110 * colour, 100 * lightness
        else:
            colour = annealed_mean(colour, self.bins, TEMPERATURE)
            centres = (torch.arange(LEVELS, device=images.device) + 0.5) * (100 / LEVELS)
            lightness = lightness.softmax(dim=1) @ centres.unsqueeze(1)
        maps = [x.unflatten(0, (-1, self.side, self.side)).permute(0, 3, 1, 2)
                for x in (colour, lightness)]  # fmt: skip
        ab, light = (F.interpolate(x, size=images.shape[2:], mode="bilinear") for x in maps)
        return ab, light

    def reconstruct(self, images: Tensor) -> Reconstruction:
        """Each image in grey, with the colours the first half gives it, and as it was."""
        ab, lab = self.answers(images)[0], to_lab(images)
        grey = to_rgb(torch.cat([lab[:, :1], torch.zeros_like(ab)], dim=1))
        coloured = to_rgb(torch.cat([lab[:, :1], ab], dim=1))
        given, made, truth = (as_images(x.cpu().numpy()) for x in (grey, coloured, images))
        return Reconstruction(given, made, truth, ("Lightness", "Coloured", "Truth"))

    @figure("Lightness from colour", "The second half: given colours, lightness made, the truth.")
    def lightness(self, look: Look) -> ImageGrid:
        images = look.images[:SHOWN]
        light, lab = self.answers(images)[1], to_lab(images)
        flat_light = torch.cat([torch.full_like(light, 65.0), lab[:, 1:]], dim=1)
        made = torch.cat([light, torch.zeros_like(lab[:, 1:])], dim=1)
        truth = torch.cat([lab[:, :1], torch.zeros_like(lab[:, 1:])], dim=1)
        colours, light_made, light_true = (
            as_images(to_rgb(x).cpu().numpy()) for x in (flat_light, made, truth)
        )
        titles = ("Colours", "Lightness made", "Truth")
        return Reconstruction(colours, light_made, light_true, titles).side_by_side()

    @figure("First filters", "Of the half that sees lightness, then of the half that sees colour.")
    def filters(self, look: Look) -> ImageGrid:
        on_lightness, on_colour = (
            next(m for m in half.modules() if isinstance(m, nn.Conv2d)).weight.detach()
            for half in self.backbone.halves()
        )
        shown = []
        for kernels in (on_lightness, on_colour):
            kernels = kernels / kernels.abs().amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-12)
            grey = kernels.new_full((len(kernels), 1, *kernels.shape[2:]), 65.0)
            parts = (50 + 50 * kernels, 0 * grey, 0 * grey) if kernels.shape[1] == 1 else (
                grey, 80 * kernels)  # fmt: skip
            shown.append(to_rgb(torch.cat(parts, dim=1)))
        larger = -(-FILTER_SIDE // on_lightness.shape[-1])
        both = torch.cat(shown)
        return ImageGrid(
            as_images(torch.kron(both, both.new_ones(1, 1, larger, larger)).cpu().numpy())
        )


def flat(maps: Tensor) -> Tensor:
    """(B, C, h, w) as one row a place, (B h w, C)."""
    return maps.permute(0, 2, 3, 1).flatten(0, 2)


def levels(lightness: Tensor) -> Tensor:
    """The bin of each lightness (N,) in 0..100, 0 to LEVELS - 1."""
    return (lightness * (LEVELS / 100)).long().clamp(0, LEVELS - 1)
