"""What the pretext tasks of tiles, holes and colours share: options, and what they need of data."""

from __future__ import annotations

from dataclasses import dataclass

from core.bases.encoder import ShiftFlipConfig
from core.config import option
from core.method import MethodConfig

LEAST_SIDE = 8  # pixels that a network which halves a picture three times can still see


@dataclass(frozen=True)
class ConvolutionalConfig(MethodConfig):
    """Options of methods whose network must take pictures of any size, or give maps of places."""

    backbone: str = option("convnet", "The network that learns to see: a convolutional one.",
                           group="Network", choices=("convnet", "resnet18"))  # fmt: skip


@dataclass(frozen=True)
class TileConfig(ConvolutionalConfig):
    """Options of methods whose network sees parts of pictures, each by itself.

    The defaults are those found to learn most within a minute on two CPU cores.
    """

    learning_rate: float = option(1e-2, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    weight_decay: float = option(0.05, "How strongly weights are drawn to zero.", low=0.0,
                                 high=1.0, live=True, group="Training", advanced=True)  # fmt: skip
    width: int = option(16, "Channels of the backbone's first stage.", low=4, high=512, log=True,
                        group="Network")  # fmt: skip
    flip: bool = option(True, "Mirror half of the pictures; not for writing.")
    enlarge: int = option(1, "How many times as large the network sees pictures; for small ones.",
                          low=1, high=8, group="Network", advanced=True)  # fmt: skip


@dataclass(frozen=True)
class PaintingConfig(ConvolutionalConfig, ShiftFlipConfig):
    """Options of methods whose network paints a map of the whole, shifted and flipped, picture.

    Rate, decay and width are written out, for these bases disagree about them: a smaller step and
    more channels than those of `ShiftFlipConfig`, whose only question is one answer a picture.
    """

    learning_rate: float = option(1e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    weight_decay: float = option(1e-4, "How strongly weights are drawn to zero.", low=0.0,
                                 high=1.0, live=True, group="Training", advanced=True)  # fmt: skip
    width: int = option(32, "Channels of the backbone's first stage.", low=4, high=512, log=True,
                        group="Network")  # fmt: skip


def require_pixels(side: int, times: int, what: str) -> None:
    """Raise ValueError where a tile of `side` pixels, seen `times` as large, is too small."""
    if side * times < LEAST_SIDE:
        raise ValueError(
            f"{what} is {side} pixels wide and is seen {times} times as large; the network needs "
            f"{LEAST_SIDE}: raise `enlarge` to {-(-LEAST_SIDE // max(1, side))}"
        )
