"""Masked autoencoder: hide most of a picture's patches, encode the rest, paint the hidden ones.

He, Chen, Xie, Li, Dollár and Girshick, "Masked autoencoders are scalable vision learners",
CVPR 2022, arXiv 2111.06377.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from core.bases.encoder import EncoderMethod, ShiftFlipConfig, shift_flip
from core.config import option
from core.losses.patches import masked_error, patchify, statistics, unpatchify
from core.method import Batch, DataShape, Look, figure
from core.nets.backbone import Backbone
from core.nets.masked import MaskedDecoder, Masking, masking_of, random_masking
from core.nets.vit import HEAD, ViT, choose_patch
from core.pictures import Curve, ImageGrid, Line, Reconstruction, as_images
from core.randomness import generator

LEAST_PATCH = 2  # pixels along a side
RATIOS = (0.25, 0.5, 0.75, 0.9)  # shown side by side
CURVE = (0.1, 0.25, 0.5, 0.6, 0.75, 0.85, 0.9, 0.95)
SHOWN = 6  # pictures in a figure of several ratios
DRAWN = 4  # maskings of the same picture
JUDGED = 256  # held-out pictures of a curve
HIDDEN = 0.5  # grey that stands where a patch is hidden


@dataclass(frozen=True)
class MAEConfig(ShiftFlipConfig):
    """The paper hides three quarters; its decoder has half the encoder's channels, or fewer."""

    steps: int = option(1000, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(64, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(1e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    backbone: str = option("vit", "The network that learns to see: a transformer, which takes any "
                           "number of patches.", group="Network", choices=("vit",))  # fmt: skip
    width: int = option(8, "Eighth of the transformer's channels, in whole heads of 32.", low=4,
                        high=512, log=True, group="Network")  # fmt: skip
    shift: float = option(0.0, "Largest shift of a picture, as a share of its side. The black it "
                          "brings in is easy to paint.", low=0.0, high=0.5)  # fmt: skip
    patch: int = option(0, "Side of a patch in pixels; 0 chooses one that gives about 8 x 8.",
                        low=0, high=64, group="Network")  # fmt: skip
    decoder_depth: int = option(1, "Blocks of the decoder, which is thrown away after training.",
                                low=1, high=12, group="Network")  # fmt: skip
    mask_ratio: float = option(0.75, "Share of the patches that is hidden.", low=0.05, high=0.95,
                               live=True)  # fmt: skip
    normalise: bool = option(False, "Ask for each patch with its own mean and contrast taken away.")


class MAE(EncoderMethod):
    """The encoder sees the visible patches only; a light decoder paints the others."""

    Config = MAEConfig
    companions = ("autoencoder", "dino", "supervised")
    recipes: ClassVar[dict[str, dict[str, Any]]] = {
        "digits": {"flip": False},
        "mnist": {"flip": False},
        "svhn": {"flip": False},
        "cifar10": {"steps": 3000},
        "cifar100": {"steps": 3000},
        "stl10": {"steps": 3000},
    }

    config: MAEConfig
    backbone: ViT

    def __init__(self, config: MAEConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.patch = self.backbone.patch
        self.grid = data.side // self.patch
        dim = HEAD * max(1, self.backbone.dim // (2 * HEAD))
        pixels = data.channels * self.patch**2
        self.decoder = MaskedDecoder(
            self.backbone.dim, dim, config.decoder_depth, self.grid, pixels, HEAD
        )
        self.apply(initialise_by_size)

    def build_encoder(self) -> Backbone:
        """A transformer whose patches are larger than a pixel, so that there is a form to paint."""
        config, data = self.config, self.data
        patch = config.patch or max(LEAST_PATCH, choose_patch(data.side))
        return ViT(data.channels, data.side, config.width, patch)

    def mask(self, count: int, rng: torch.Generator, ratio: float | None = None) -> Masking:
        """Which patches of `count` pictures are seen, drawn anew."""
        return random_masking(count, self.grid**2, ratio or self.config.mask_ratio, rng)

    def predict(self, images: Tensor, masking: Masking) -> Tensor:
        """All patches (B, N, C · patch²) from the visible ones, in the units of the target."""
        return self.decoder(*self.backbone.see(images, masking.kept), masking)

    def target(self, patches: Tensor) -> Tensor:
        """What is to be painted: the pixels, or each patch's own deviations from its mean."""
        if not self.config.normalise:
            return 2 * patches - 1
        mean, spread = statistics(patches)
        return (patches - mean) / spread

    def judge(self, images: Tensor, masking: Masking) -> dict[str, Tensor]:
        """Mean square on what was hidden, and there alone (section 3, reconstruction target)."""
        truth = self.target(patchify(images, self.patch))
        return {"loss": masked_error(self.predict(images, masking), truth, masking.masked)}

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Shift and flip each picture, hide patches, paint them."""
        images = shift_flip(batch.images, self.config, batch.rng)
        return self.judge(images, self.mask(len(images), batch.rng))

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images, self.held_out_mask(len(batch.images)))

    def held_out_mask(self, count: int, ratio: float | None = None, draw: int = 0) -> Masking:
        """Which patches are seen of pictures that are only looked at: always the same."""
        rng = generator("patches", draw, device=self.decoder.positions.device)
        return self.mask(count, rng, ratio)

    def given(self, images: Tensor, masking: Masking) -> Tensor:
        """The images with grey where patches are hidden."""
        patches = patchify(images, self.patch)
        return unpatchify(patches.masked_fill(masking.masked.unsqueeze(2), HIDDEN), self.patch)

    def completed(self, images: Tensor, masking: Masking) -> Tensor:
        """The images with what was painted where patches were hidden.

        Of normalised patches the network gives the form alone; mean and contrast are the truth's.
        """
        patches = patchify(images, self.patch)
        made = self.predict(images, masking)
        if self.config.normalise:
            mean, spread = statistics(patches)
            made = made * spread + mean
        else:
            made = (made + 1) / 2
        return unpatchify(torch.where(masking.masked.unsqueeze(2), made, patches), self.patch)

    def reconstruct(self, images: Tensor) -> Reconstruction:
        """Each image with patches hidden at the chosen ratio, painted in, and as it was."""
        return self.shown(images, self.held_out_mask(len(images)))

    @property
    def grain(self) -> int:
        """Side of what is hidden at once: a patch."""
        return self.patch

    @property
    def usual_share(self) -> float:
        """The mask ratio."""
        return self.config.mask_ratio

    def hide(self, share: float, rng: torch.Generator) -> Tensor:
        """Of the N patches round(share N), each set as likely as any other: (H, W)."""
        count = self.grid**2
        rank = torch.rand(count, generator=rng, device=rng.device).argsort().argsort()
        patches = (rank < min(count - 1, round(share * count))).view(self.grid, self.grid)
        return patches.repeat_interleave(self.patch, 0).repeat_interleave(self.patch, 1)

    def fill(self, images: Tensor, hidden: Tensor) -> Reconstruction:
        """The images with every patch hidden that `hidden` (H, W) touches, painted in, and whole.

        Raises ValueError where no patch is left to be seen.
        """
        touched = patchify(hidden.float()[None, None], self.patch).amax(dim=2)[0] > 0  # (N,)
        if bool(touched.all()):
            raise ValueError("every patch is hidden; leave one to be seen")
        return self.shown(images, masking_of(touched, len(images)))

    def shown(self, images: Tensor, masking: Masking) -> Reconstruction:
        """What stands beside one another: the visible patches, the others painted in, the truth."""
        parts = self.given(images, masking), self.completed(images, masking), images
        given, made, truth = (as_images(x.cpu().numpy()) for x in parts)
        return Reconstruction(given, made, truth, ("Visible", "Painted in", "Truth"))

    @figure(
        "Several mask ratios",
        "The same pictures with less and less to go by: what is seen, and what is made of it.",
    )
    def ratios(self, look: Look) -> ImageGrid:
        images = look.images[:SHOWN]
        rows, captions = [images], ["truth"] * len(images)
        for ratio in RATIOS:
            masking = self.held_out_mask(len(images), ratio)
            rows += [self.given(images, masking), self.completed(images, masking)]
            captions += [f"{ratio:.0%} hidden"] * len(images) + ["painted in"] * len(images)
        shown = as_images(torch.cat(rows).cpu().numpy())
        return ImageGrid(shown, captions, columns=len(images))

    @figure(
        "The same picture, other patches",
        "What it paints hangs on what it happens to see; what stays the same it knows.",
    )
    def draws(self, look: Look) -> ImageGrid:
        images = look.images[:SHOWN]
        columns = [images]
        for draw in range(DRAWN):
            masking = self.held_out_mask(len(images), draw=draw)
            columns += [self.given(images, masking), self.completed(images, masking)]
        shown = torch.stack(columns, dim=1).flatten(0, 1)
        captions = ["truth", *["visible", "painted in"] * DRAWN] * len(images)
        return ImageGrid(as_images(shown.cpu().numpy()), captions, columns=len(columns))

    @figure("Error by mask ratio", "Of the loss, on what is hidden. 1 with normalised pixels: the "
            "patch's mean is all it knows.")  # fmt: skip
    def difficulty(self, look: Look) -> Curve:
        images = look.images[:JUDGED]
        found = [
            float(self.judge(images, self.held_out_mask(len(images), ratio))["loss"])
            for ratio in CURVE
        ]
        line = Line(np.array(CURVE), np.array(found))
        marks = {"in training": self.config.mask_ratio}
        return Curve({"held out": line}, "share hidden", "mean squared error", marks=marks)


def initialise_by_size(module: nn.Module) -> None:
    """Xavier's uniform weights, as the paper has them (appendix A.1), and no biases.

    A deviation of 0.02 suits layers a dozen times as wide. At 64 channels attention would begin so
    even that a run of a minute ends before the patches have found their neighbours.
    """
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
