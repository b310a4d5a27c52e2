"""What a method is: a module with a config, a loss, and pictures only it has.

A method reads like its paper. It holds no thread, file or window, draws only from the generator it
is given, and keeps every tensor it must remember as a parameter or a persistent buffer, so that it
can be rebuilt from its config and its `state_dict` alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import torch
from torch import Tensor, nn

from core.config import option
from core.pictures import Picture

Trials = Mapping[str, Mapping[str, Any]]  # title -> option values
F = TypeVar("F", bound=Callable[..., Picture])


@dataclass(frozen=True)
class MethodConfig:
    """Options that every method has; a method's own `Config` adds to them."""

    steps: int = option(
        600, "Training steps in all.", low=1, high=10_000_000, log=True, live=True, group="Training"
    )
    batch_size: int = option(128, "Images in a step.", low=2, high=8192, log=True, group="Training")
    learning_rate: float = option(
        1e-3,
        "Size of a step at its largest.",
        low=1e-7,
        high=10.0,
        log=True,
        live=True,
        group="Training",
    )
    weight_decay: float = option(
        1e-4,
        "How strongly weights are drawn to zero.",
        low=0.0,
        high=1.0,
        live=True,
        group="Training",
        advanced=True,
    )
    warmup: float = option(
        0.05,
        "Share of the steps over which the learning rate rises.",
        low=0.0,
        high=0.9,
        group="Training",
        advanced=True,
    )
    backbone: str = option(
        "convnet",
        "The network that learns to see.",
        group="Network",
        choices=("convnet", "resnet18", "vit"),
    )
    width: int = option(
        32, "Channels of the backbone's first stage.", low=4, high=512, log=True, group="Network"
    )


@dataclass(frozen=True)
class DataShape:
    """What a method must know of the data to build its networks."""

    channels: int
    side: int
    classes: tuple[str, ...] = ()

    @property
    def points(self) -> bool:
        """Whether the data are points in the plane; no picture has two channels."""
        return (self.channels, self.side) == (2, 1)


@dataclass
class Batch:
    """One step's images, and the generator that everything random in the step is drawn from.

    Of a method with a `window`, images are (B, F, C, H, W): frames of one clip in the order of
    time, the target last; labels and indices are the target's.
    """

    images: Tensor  # (B, C, H, W) float32 in 0..1; points (B, 2, 1, 1) as they are
    labels: Tensor  # (B,) int64, -1 where unknown; only methods that say `needs_labels` look at it
    indices: Tensor  # (B,) positions in the training set
    rng: torch.Generator
    step: int
    progress: float  # share of the training done, 0..1
    partners: Tensor | None = None  # as `images`, of data with another domain
    cameras: Tensor | None = None  # (B, 20) packed as in core.render.cameras, of views of a scene
    truth: Tensor | None = None  # (B, ...) what is known of each picture in space
    # (P, 6) places and colours that matching the views found, the same in every step; None: none
    sparse_points: Tensor | None = None

    @property
    def targets(self) -> Tensor:
        """The images, or of each window its last frame: (B, C, H, W)."""
        return self.images if self.images.ndim == 4 else self.images[:, -1]


@dataclass(frozen=True)
class Look:
    """The pictures a figure is drawn of: held out, chosen by the person or by default."""

    images: Tensor  # (N, C, H, W) float32 in 0..1
    labels: Tensor  # (N,)
    classes: tuple[str, ...]
    rng: torch.Generator  # seeded anew for every picture, so the same question has the same answer
    partners: Tensor | None = None  # as `images`, of data with another domain; grey where unknown
    cameras: Tensor | None = None  # (N, 20) of views of a scene; NaN where unknown
    truth: Tensor | None = None  # (N, ...) what is known of each picture in space; 0 where unknown


@dataclass(frozen=True)
class FigureInfo:
    name: str
    title: str
    help: str


def figure(title: str, help: str = "") -> Callable[[F], F]:
    """Mark a method `(self, look: Look) -> Picture` as a named figure that the window can show."""

    def mark(function: F) -> F:
        function.figure = (title, help)  # type: ignore[attr-defined]
        return function

    return mark


class Method(nn.Module):
    """A way of learning. Subclasses give a `Config`, build their networks and define `loss`."""

    Config: ClassVar[type[MethodConfig]] = MethodConfig
    recipes: ClassVar[dict[str, dict[str, Any]]] = {}  # data id -> option values found good there
    trials: ClassVar[Trials] = {}  # what one may try, with what breaks it among them
    needs_labels: ClassVar[bool] = False
    needs_colour: ClassVar[bool] = False
    needs_clips: ClassVar[bool] = False  # learns from frames in order; it then has a `window`
    needs_partners: ClassVar[bool] = False  # learns from two domains
    needs_pairs: ClassVar[bool] = False  # and from pictures of both that show the same
    needs_cameras: ClassVar[bool] = False  # learns from views of a scene in the box from −1 to 1
    needs_truth: ClassVar[str] = ""  # what it must know of each picture: core.data.imageset
    on_points: ClassVar[bool] = False  # learns points in the plane as well as pictures
    companions: ClassVar[Sequence[str]] = ()  # methods that the paper compares this one with

    config: MethodConfig

    def __init__(self, config: MethodConfig, data: DataShape) -> None:
        super().__init__()
        self.config = config
        self.data = data

    @classmethod
    def window(cls, config: Any) -> tuple[int, ...]:
        """How many frames before the target each other frame of a window lies, farthest first.

        `(3, 2, 1)` asks for windows of four frames in a row. Empty: single pictures. What is read
        of the config must not be `live`. Only `loss`, `validate` and `step` are given windows;
        whatever else a method is asked for comes with single frames.
        """
        return ()

    @classmethod
    def pictures_a_step(cls, config: Any) -> int:
        """How many pictures a step is given; what is read of the config must not be `live`."""
        return config.batch_size

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """The scalars of one step; "loss" is the one that is minimised."""
        raise NotImplementedError

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """Scalars on held-out images, in evaluation mode and without gradients."""
        return self.loss(batch)

    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        """One optimiser by default: AdamW, weight decay on matrices and kernels alone."""
        kernels = [p for p in self.parameters() if p.requires_grad and p.ndim > 1]
        rest = [p for p in self.parameters() if p.requires_grad and p.ndim <= 1]
        groups = [{"params": kernels, "decays": True}, {"params": rest, "decays": False}]
        return {
            "main": torch.optim.AdamW(
                [g for g in groups if g["params"]],
                lr=self.config.learning_rate,
                weight_decay=self.config.weight_decay,
                fused=True,  # one call instead of one a tensor and operation
            )
        }

    def learning_rate(self, step: int) -> float:
        """Linear warm-up, then half a cosine to zero at the last step."""
        config = self.config
        rise = max(1, round(config.warmup * config.steps))
        if step < rise:
            return config.learning_rate * (step + 1) / rise
        along = min(1.0, (step - rise) / max(1, config.steps - rise))
        return config.learning_rate * 0.5 * (1.0 + math.cos(math.pi * along))

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """One update of the weights. Methods with several losses or networks override it whole."""
        optimizer = optimizers["main"]
        for group in optimizer.param_groups:
            group["lr"] = self.learning_rate(batch.step)
            group["weight_decay"] = self.config.weight_decay if group.get("decays", True) else 0.0
        optimizer.zero_grad(set_to_none=True)
        scalars = self.loss(batch)
        scalars["loss"].backward()
        optimizer.step()
        return scalars

    @classmethod
    def figures(cls) -> list[FigureInfo]:
        """The figures of this method, in the order they are written, its own before its bases'."""
        found: dict[str, FigureInfo] = {}
        for base in cls.__mro__:
            for name, member in vars(base).items():
                if hasattr(member, "figure"):
                    found.setdefault(name, FigureInfo(name, *member.figure))
        return list(found.values())
