"""Autoencoders: a picture through a narrow place and back; plain, with a sparse code, or denoising.

Plain: Hinton and Salakhutdinov, "Reducing the dimensionality of data with neural networks", Science
313, 2006. Sparse: Olshausen and Field, Nature 381, 1996, and Ng, "Sparse autoencoder", lecture
notes of CS294A, 2011. Denoising: Vincent, Larochelle, Bengio and Manzagol, ICML 2008.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.bases.encoder import EncoderMethod, ShiftFlipConfig, shift_flip
from core.config import option
from core.data.augment.corruption import gaussian_noise, masking_noise
from core.data.augment.draws import uniform
from core.losses.sparsity import kl_penalty, l1_penalty
from core.method import Batch, DataShape, Look, figure
from core.nets.attention import attention_map
from core.nets.code import Code, Spread
from core.nets.upsampling import Upsampling, map_side
from core.pictures import Curve, Histogram, ImageGrid, Line, Reconstruction, as_images
from core.randomness import generator

LEVELS = (0.0, 0.2, 0.4, 0.6)  # of noise, shown below one another
SHOWN = 6  # pictures in a figure of several rows
UNITS = 48  # code units whose pictures are shown
MOST = 512  # code units that are tried for that
WALK = 7  # pictures from one to another
BINS = 60
GREY = 0.5  # where a unit changes nothing


@dataclass(frozen=True)
class AutoencoderConfig(ShiftFlipConfig):
    """The kind is the one choice that matters; the other options are of one kind each."""

    steps: int = option(1000, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(32, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(3e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    backbone: str = option("convnet", "The network that learns to see: a convolutional one.",
                           group="Network", choices=("convnet", "resnet18"))  # fmt: skip
    kind: str = option("plain", "What keeps it from copying: a narrow code alone, a code of "
                       "few active units, or noise to take away.",
                       choices=("plain", "sparse", "denoising"))  # fmt: skip
    code: int = option(128, "Numbers that a picture is squeezed into.", low=1, high=4096, log=True,
                       group="Network")  # fmt: skip
    penalty: str = option("l1", "Of a sparse code: the size of its numbers, or how far each unit's "
                          "mean activity is from the target.", choices=("l1", "kl"))  # fmt: skip
    sparsity_weight: float = option(0.05, "Weight of the penalty on a sparse code.", low=0.0,
                                    high=10.0, live=True)  # fmt: skip
    target: float = option(0.05, "Mean activity that each unit of a sparse code is drawn to by the "
                           "divergence.", low=0.001, high=0.5, log=True, live=True)  # fmt: skip
    noise: str = option("masking", "What a denoising one takes away: black pixels, or Gaussian "
                        "noise.", choices=("masking", "gaussian"))  # fmt: skip
    level: float = option(0.4, "Share of black pixels, or deviation of the noise.", low=0.0,
                          high=0.95, live=True)  # fmt: skip
    shift: float = option(0.0, "Largest shift of a picture, as a share of its side.", low=0.0,
                          high=0.5)  # fmt: skip


class Autoencoder(EncoderMethod):
    """Backbone, code, decoder; the error is measured against the picture without noise."""

    Config = AutoencoderConfig
    companions = ("mae", "inpainting", "supervised")
    recipes: ClassVar[dict[str, dict[str, Any]]] = {
        "digits": {"flip": False, "code": 32},
        "mnist": {"flip": False, "code": 32},
        "svhn": {"flip": False},
        "cifar10": {"width": 32, "steps": 3000, "code": 256},
        "cifar100": {"width": 32, "steps": 3000, "code": 256},
        "stl10": {"width": 32, "steps": 3000, "code": 256},
    }

    config: AutoencoderConfig
    grain = 1

    def __init__(self, config: AutoencoderConfig, data: DataShape) -> None:
        super().__init__(config, data)
        side, dim = map_side(self.backbone, data.channels, data.side), self.backbone.dim
        sparse = {"l1": "relu", "kl": "sigmoid"}[config.penalty]
        activation = sparse if config.kind == "sparse" else "linear"
        self.code = Code(dim, side, config.code, activation)
        if activation == "sigmoid":
            self.code.start_at(config.target)
        self.spread = Spread(config.code, dim, side)
        self.decoder = Upsampling(dim, data.channels, side, data.side)

    def corrupt(self, images: Tensor, level: float, rng: torch.Generator) -> Tensor:
        """The images (B, C, H, W) with the chosen noise."""
        noise = masking_noise if self.config.noise == "masking" else gaussian_noise
        return noise(images, level, rng)

    def given(self, images: Tensor, rng: torch.Generator) -> Tensor:
        """What the encoder sees of the images: with noise only where that is the task."""
        if self.config.kind != "denoising":
            return images
        return self.corrupt(images, self.config.level, rng)

    def codes(self, images: Tensor) -> Tensor:
        """The codes (B, K) of the images as they are."""
        return self.code(list(self.backbone.stages(images).values())[-1])

    def decode(self, code: Tensor) -> Tensor:
        """Pictures (B, C, H, W) in 0..1 from codes (B, K)."""
        return torch.sigmoid(self.decoder(self.spread(code)))

    def judge(self, images: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        """Mean squared error to the clean images, plus what a sparse code pays."""
        code = self.codes(self.given(images, rng))
        error = F.mse_loss(self.decode(code), images)
        found = {"loss": error, "error": error}
        if self.config.kind == "sparse":
            penalty = self.penalty(code)
            found |= {"loss": error + self.config.sparsity_weight * penalty, "penalty": penalty}
        return found | {"active": self.code.active(code).float().mean()}

    def penalty(self, code: Tensor) -> Tensor:
        """What codes (B, K) pay for their activity, by the chosen measure."""
        if self.config.penalty == "kl":
            return kl_penalty(code, self.config.target)
        return l1_penalty(code)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Shift and flip each picture, perhaps add noise, squeeze, rebuild, compare."""
        return self.judge(shift_flip(batch.images, self.config, batch.rng), batch.rng)

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images, self.held_out_noise(batch.images))

    def held_out_noise(self, images: Tensor) -> torch.Generator:
        """Where the noise of pictures that are only looked at comes from: always the same."""
        return generator("noise", device=images.device)

    def encode(self, images: Tensor) -> dict[str, Tensor]:
        """The activations of every stage, (B, C, h, w), and the code (B, K)."""
        stages = self.backbone.stages(images)
        return {**stages, "code": self.code(list(stages.values())[-1])}

    def attend(self, images: Tensor, power: float = 2.0) -> dict[str, Tensor]:
        """Sum over channels of |A|^power at every stage of the backbone, (B, h, w)."""
        stages = self.backbone.stages(images)
        return {name: attention_map(a, power) for name, a in stages.items()}

    def reconstruct(self, images: Tensor) -> Reconstruction:
        """Each image as it was given, as it came back, and as it was."""
        return self.shown(self.given(images, self.held_out_noise(images)), images)

    @property
    def usual_share(self) -> float:
        """The level of the noise, whether or not there is any in training."""
        return self.config.level

    def hide(self, share: float, rng: torch.Generator) -> Tensor:
        """Single pixels, each at a chance of `share`, (H, W)."""
        return uniform(rng, (self.data.side, self.data.side)) < share

    def fill(self, images: Tensor, hidden: Tensor) -> Reconstruction:
        """The images with the same pixels (H, W) of each black, rebuilt, and as they were.

        A denoising one learned to see through just that; to the others black is a colour.
        """
        return self.shown(images.masked_fill(hidden, 0.0), images)

    def shown(self, given: Tensor, images: Tensor) -> Reconstruction:
        """What stands beside one another: what it is given, what comes back, and the truth."""
        parts = given, self.decode(self.codes(given)), images
        seen, made, truth = (as_images(x.cpu().numpy()) for x in parts)
        return Reconstruction(seen, made, truth, ("Given", "Rebuilt", "Truth"))

    @figure("Activity of the code", "How often the units say what, over all pictures shown.")
    def activity(self, look: Look) -> Histogram:
        values = self.codes(look.images).flatten().cpu().numpy()
        counts, edges = np.histogram(values, BINS)
        label = "activity" if self.code.activation == "sigmoid" else "activity in deviations"
        return Histogram(edges, {"units x pictures": counts.astype(float)}, label)

    @figure(
        "Use of the units",
        "In which share of the pictures each unit is on, most used first. A sparse code has few "
        "units on at a time; units at 0 are dead.",
    )
    def use(self, look: Look) -> Curve:
        share = self.code.active(self.codes(look.images)).float().mean(dim=0)
        ordered = share.sort(descending=True)[0].cpu().numpy()
        line = Line(np.arange(1.0, len(ordered) + 1), ordered)
        return Curve({"on": line}, "unit, by its use", "share of the pictures")

    @figure("Several levels of noise", "Above what it is given, below what it makes of that.")
    def levels(self, look: Look) -> ImageGrid:
        images, rows = look.images[:SHOWN], []
        for level in LEVELS:
            given = self.corrupt(images, level, self.held_out_noise(images))
            rows += [given, self.decode(self.codes(given))]
        captions = [f"noise {level:g} {what}" for level in LEVELS for what in ("given", "rebuilt")]
        return ImageGrid(
            as_images(torch.cat(rows).cpu().numpy()),
            [caption for caption in captions for _ in images],
            columns=len(images),
        )

    @figure(
        "What single units add",
        "The change where one unit of the mean code speaks up; grey where nothing changes. Those "
        "that change most first.",
    )
    def units(self, look: Look) -> ImageGrid:
        mean = self.codes(look.images).mean(dim=0)  # (K,)
        tried = min(MOST, len(mean))
        alone = mean.repeat(tried, 1)  # (T, K)
        alone[torch.arange(tried), torch.arange(tried)] = self.code.strong
        change = self.decode(alone) - self.decode(mean.unsqueeze(0))
        order = change.square().mean(dim=(1, 2, 3)).argsort(descending=True)[:UNITS]
        chosen = change[order]
        shown = GREY + GREY * chosen / chosen.abs().amax().clamp(min=1e-6)
        captions = [f"unit {number}" for number in (order + 1).tolist()]
        return ImageGrid(as_images(shown.cpu().numpy()), captions, columns=8)

    @figure("From one picture to the next", "Decoded from codes on the straight line between two.")
    def walk(self, look: Look) -> ImageGrid:
        images = look.images[:SHOWN]
        start = self.codes(images)
        along = torch.linspace(0, 1, WALK, device=start.device).view(1, -1, 1)
        codes = torch.lerp(start.unsqueeze(1), start.roll(-1, 0).unsqueeze(1), along)  # (B, W, K)
        made = self.decode(codes.flatten(0, 1))
        return ImageGrid(as_images(made.cpu().numpy()), columns=WALK)
