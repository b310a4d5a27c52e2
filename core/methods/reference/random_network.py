"""A network that learns nothing: how much of a result is the architecture's own?

Convolutions with random weights are a fair description of a picture already (Jarrett, Kavukcuoglu,
Ranzato and LeCun, "What is the best multi-stage architecture for object recognition?", ICCV 2009).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.bases.encoder import EncoderMethod
from core.config import option
from core.method import Batch, DataShape, MethodConfig


@dataclass(frozen=True)
class RandomNetworkConfig(MethodConfig):
    """The steps are looked at only to measure the pictures' statistics."""

    steps: int = option(16, "Batches whose statistics are measured.", low=1, high=10_000_000,
                        log=True, group="Training")  # fmt: skip
    width: int = option(16, "Channels of the backbone's first stage.", low=4, high=512, log=True,
                        group="Network")  # fmt: skip


class RandomNetwork(EncoderMethod):
    """The backbone as its seed made it; its normalisation is measured as a trained network's is."""

    Config = RandomNetworkConfig

    def __init__(self, config: RandomNetworkConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.backbone.requires_grad_(False)
        for part in self.backbone.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.momentum = None  # the plain average over all batches

    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        return {}

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Nothing is asked; how far the activity spreads is told."""
        return {"loss": torch.zeros(()), "activity": self.backbone(batch.images).std()}

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """See the batch, so that batch normalisation knows its mean and variance."""
        with torch.no_grad():
            return self.loss(batch)
