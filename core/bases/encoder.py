"""What every method that trains one encoder has: the backbone, its features, maps and filters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.config import option
from core.data.augment.geometry import flip, shift
from core.losses.collapse import axis_deviations
from core.method import DataShape, Look, Method, MethodConfig, figure
from core.nets.attention import attention_map
from core.nets.backbone import Backbone
from core.nets.build import build_backbone
from core.pictures import Curve, ImageGrid, Line, as_images

FILTER_SIDE = 40  # pixels that a filter is shown with, at least
DEAD = 1e-6  # share of the largest below which an axis is nothing; float32 knows no less


class EncoderMethod(Method):
    """A method whose `backbone` is the encoder: it encodes and attends."""

    def __init__(self, config: MethodConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.backbone = self.build_encoder()

    def build_encoder(self) -> Backbone:
        """A fresh encoder; methods that feed it something else than whole pictures override it."""
        config, data = self.config, self.data
        return build_backbone(config.backbone, data.channels, data.side, config.width)

    def encode(self, images: Tensor) -> dict[str, Tensor]:
        """The activations (B, C, h, w) of every stage."""
        return self.backbone.stages(images)

    def attend(self, images: Tensor, power: float = 2.0) -> dict[str, Tensor]:
        """Sum over channels of |A|^power at every stage, (B, h, w)."""
        return {name: attention_map(a, power) for name, a in self.encode(images).items()}

    def spaces(self, images: Tensor) -> dict[str, Tensor]:
        """Vectors (B, D) of every stage: its activations, averaged over the places of a map."""
        found = self.encode(images)
        return {name: a.mean(dim=(2, 3)) if a.ndim == 4 else a for name, a in found.items()}

    @figure(
        "Spectrum",
        "How far the features spread along each of their principal axes. A line that breaks off "
        "early has collapsed into few directions.",
    )
    def spectra(self, look: Look) -> Curve:
        lines = {}
        for name, vectors in self.spaces(look.images).items():
            strengths = axis_deviations(vectors)
            shares = strengths / strengths[0].clamp(min=torch.finfo(torch.float32).tiny)
            axis = np.arange(1.0, len(shares) + 1)
            lines[name] = Line(axis, shares.clamp(min=DEAD).cpu().numpy())
        return Curve(
            lines, "principal axis", "spread, as a share of the largest", log_x=True, log_y=True
        )

    @figure("First filters", "What each channel of the first layer looks for; grey is zero.")
    def filters(self, look: Look) -> ImageGrid:
        return filter_grid(self.backbone)


def filter_grid(backbone: Backbone, channels: int | None = None) -> ImageGrid:
    """The kernels of the first layer over its first `channels`, by default over all."""
    first = next(m for m in backbone.modules() if isinstance(m, nn.Conv2d))
    kernels = first.weight.detach()[:, :channels]  # (N, C, k, k)
    peak = kernels.abs().amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-12)
    larger = -(-FILTER_SIDE // kernels.shape[-1])
    shown = torch.kron(0.5 + 0.5 * kernels / peak, kernels.new_ones(1, 1, larger, larger))
    return ImageGrid(as_images(shown.cpu().numpy()))


@dataclass(frozen=True)
class ShiftFlipConfig(MethodConfig):
    """Options of methods that see each picture a little shifted and perhaps mirrored.

    The defaults are those found to learn most within a minute on two CPU cores.
    """

    steps: int = option(1250, "Training steps in all.", low=1, high=10_000_000, log=True, live=True,
                        group="Training")  # fmt: skip
    learning_rate: float = option(1e-2, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    weight_decay: float = option(0.05, "How strongly weights are drawn to zero.", low=0.0,
                                 high=1.0, live=True, group="Training", advanced=True)  # fmt: skip
    width: int = option(16, "Channels of the backbone's first stage.", low=4, high=512, log=True,
                        group="Network")  # fmt: skip
    shift: float = option(0.0625, "Largest shift of a picture, as a share of its side.", low=0.0,
                          high=0.5)  # fmt: skip
    flip: bool = option(True, "Mirror half of the pictures; not for writing.")


def shift_flip(images: Tensor, config: ShiftFlipConfig, rng: torch.Generator) -> Tensor:
    """The images (B, C, H, W) shifted by whole pixels, the gap black, and mirrored."""
    images = shift(images, rng, round(config.shift * images.shape[-1]))
    return flip(images, rng, 0.5 if config.flip else 0.0)
