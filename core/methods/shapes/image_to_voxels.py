"""From one picture to the cells that its object fills.

Choy et al., "3D-R2N2", ECCV 2016, arXiv 1604.00449, with one view; Girdhar et al., "Learning a
predictable and generative vector representation for objects", ECCV 2016, arXiv 1603.08637: a code
of the picture, laid out in space. Each block of 4³ cells is told at once, by sub-pixel convolution
(Shi et al., CVPR 2016, arXiv 1609.05158): transposed convolutions take a second a step on a CPU.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.bases.pictured import BEHIND, cameras_of, cubes, usual_camera
from core.config import option
from core.data.solids.record import SIDE, cells_of
from core.method import Batch, DataShape, Look, Method, MethodConfig, Trials, figure
from core.nets.from_image import Pyramid, normal, pooled
from core.pictures import ImageGrid, as_images

SHOWN = 6
START = 8  # blocks a side that the code is laid out on
RARE = -2.5  # logarithm of the odds of a cell before anything is seen: most are empty
PART = SIDE // START  # cells along the side of a block, all told at once


@dataclass(frozen=True)
class ImageToVoxelsConfig(MethodConfig):
    """The size of the network."""

    steps: int = option(400, "Training steps in all.", low=1, high=10_000_000, log=True, live=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(24, "Pictures in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(4e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    backbone: str = option("convnet", "The network: convolutions in the picture, then in space.",
                           choices=("convnet",), group="Network", advanced=True)  # fmt: skip
    width: int = option(16, "Channels of the first stage.", low=4, high=512, log=True,
                        group="Network")  # fmt: skip
    code: int = option(128, "Numbers that all that is known of a picture must pass through.",
                       low=2, high=4096, log=True, group="Network")  # fmt: skip


class ImageToVoxels(Method):
    """Picture to code to cells; beside it, as a baseline, the mean of all it has learned from."""

    needs_colour = True
    needs_truth = "solid"
    Config = ImageToVoxelsConfig
    trials: ClassVar[Trials] = {"A code of four numbers": {"code": 4}}
    mean: Tensor  # (32, 32, 32) how often each cell was full in training
    seen: Tensor  # objects that the mean is of

    config: ImageToVoxelsConfig

    def __init__(self, config: ImageToVoxelsConfig, data: DataShape) -> None:
        super().__init__(config, data)
        width = config.width
        self.eye = Pyramid(data.channels, width)
        self.to_code = nn.Linear(self.eye.widths[-1] * 9, config.code)
        self.lay_out = nn.Linear(config.code, 2 * width * START**3)
        self.within = nn.Sequential(
            nn.Conv3d(2 * width, 2 * width, 3, padding=1, bias=False), normal(2 * width),
            nn.ReLU(True),
        )  # fmt: skip
        self.last = nn.Conv3d(2 * width, PART**3, 1)
        nn.init.constant_(self.last.bias, RARE)  # type: ignore[arg-type]
        self.register_buffer("mean", torch.zeros((SIDE,) * 3))
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, images: Tensor) -> Tensor:
        """Logarithms of the odds (B, 32, 32, 32) that a cell is full, x first."""
        code = self.to_code(pooled(self.eye(images)[-1], 3)).relu()
        found = self.lay_out(code).view(len(images), -1, START, START, START)
        found = self.last(self.within(found.relu()))
        found = found.view(-1, PART, PART, PART, START, START, START)
        return found.permute(0, 4, 1, 5, 2, 6, 3).reshape(-1, SIDE, SIDE, SIDE)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Cross entropy of every cell, the mean over cells and objects."""
        assert batch.truth is not None
        cells = cells_of(batch.truth)
        made = self(batch.images)
        if self.training:
            self._remember(cells)
        loss = F.binary_cross_entropy_with_logits(made, cells.float())
        return {"loss": loss, "IoU": mean_iou(made.detach() > 0, cells)}

    @torch.no_grad()
    def _remember(self, cells: Tensor) -> None:
        self.seen += len(cells)
        self.mean += (cells.float().mean(dim=0) - self.mean) * (len(cells) / self.seen)

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """The IoU of held-out objects, beside that of the mean shape at its best threshold."""
        assert batch.truth is not None
        scalars, cells = self.loss(batch), cells_of(batch.truth)
        every = [mean_iou((self.mean > t).expand_as(cells), cells) for t in (0.15, 0.25, 0.35, 0.5)]
        return {**scalars, "IoU of the mean": torch.stack(every).max()}

    # --- figures ----------------------------------------------------------------------------------

    @figure(
        "Cells",
        "Held-out pictures; what the network makes of each, seen from where the picture was taken "
        "and from the other side; the truth from there too. The mean of all objects is the last "
        "row: what can be said without looking.",
    )
    def cells(self, look: Look) -> ImageGrid:
        count = len(look.images[:SHOWN])
        images, side = look.images[:SHOWN].cpu(), 2 * look.images.shape[-1]
        packed = None if look.cameras is None else look.cameras[:SHOWN].cpu()
        cameras = cameras_of(packed, images).resized(side, side)
        behind = usual_camera(side, BEHIND)
        made = self(look.images[:SHOWN]).cpu().numpy()
        known = None if look.truth is None else cells_of(look.truth[:SHOWN]).cpu().numpy()
        rows = []
        for one in range(count):
            truth = np.full(made[one].shape, -1.0) if known is None else known[one] - 0.5
            large = F.interpolate(images[one : one + 1], size=(side, side))[0]
            rows += [large.expand(3, -1, -1), cubes(made[one], cameras[one]),
                     cubes(made[one], behind), cubes(truth, behind)]  # fmt: skip
        guess = (self.mean - 0.3).cpu().numpy()
        blank = torch.ones(3, side, side)
        rows += [blank, cubes(guess, usual_camera(side)), cubes(guess, behind), blank]
        captions = ["Picture", "Made", "Other side", "Truth"] * count
        captions += ["", "Mean of all", "Other side", ""]
        return ImageGrid(as_images(torch.stack(rows).numpy()), captions, columns=4)


def mean_iou(made: Tensor, truth: Tensor) -> Tensor:
    """Mean over objects (B, S, S, S) bool of their intersection over union."""
    both = (made & truth).flatten(1).sum(dim=1)
    either = (made | truth).flatten(1).sum(dim=1).clamp(min=1)
    return (both / either).mean()
