"""PixelCNN: a picture pixel by pixel, each drawn from what the ones before make of it.

van den Oord, Kalchbrenner, Espeholt, Kavukcuoglu, Vinyals and Graves, "Conditional image generation
with PixelCNN decoders", NeurIPS 2016, arXiv 1606.05328.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.config import option
from core.data.augment.draws import uniform
from core.data.imageset import DataError
from core.method import Batch, DataShape, Look, Method, MethodConfig, Trials, figure
from core.nets.pixelcnn import GatedPixelCNN
from core.pictures import Curve, Guess, HeatMaps, ImageGrid, Line, Reconstruction, as_images
from core.randomness import generator

LEAST_SIDE = 4
SHOWN = 16  # pictures drawn for a figure
SEEN = 6  # pictures that are completed, each so many times
VARIANTS = 4
UNKNOWN = -1


@dataclass(frozen=True)
class PixelCNNConfig(MethodConfig):
    """Side and levels say how much there is to draw; the rest is the network."""

    steps: int = option(300, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(64, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(3e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    backbone: str = option("gated", "Masked convolutions with gates, in two stacks.",
                           group="Network", choices=("gated",), advanced=True)  # fmt: skip
    width: int = option(48, "Channels of every layer.", low=4, high=512, log=True,
                        group="Network")  # fmt: skip
    depth: int = option(6, "Layers.", low=1, high=40, group="Network")
    kernel: int = option(3, "Side of the kernels after the first layer's 7.", choices=(3, 5, 7),
                         group="Network", advanced=True)  # fmt: skip
    side: int = option(8, "Pixels a side that are drawn at most; pictures are shrunk to it.",
                       choices=(8, 14, 16, 28, 32), unit="px")  # fmt: skip
    levels: int = option(2, "Grey levels of a pixel: 2 is black and white, 17 all the digits "
                         "have.", low=2, high=256, log=True)  # fmt: skip
    use_labels: bool = option(True, "Draw a picture of a class where classes are known.")
    drop_label: float = option(0.1, "Share of the pictures whose class is not told, so that it can "
                               "be left open.", low=0.0, high=0.9, live=True,
                               advanced=True)  # fmt: skip
    temperature: float = option(1.0, "Below 1 likely pixels are drawn yet more often.", low=0.05,
                                high=3.0, log=True, live=True)  # fmt: skip


class PixelCNN(Method):
    """p(x) = Π p(x_i | x_1 … x_{i−1}), equation 1, its logarithm maximised."""

    Config = PixelCNNConfig
    companions = ("vae", "diffusion")
    usual_share = 0.5
    trials: ClassVar[Trials] = {
        "Seventeen grey levels": {"levels": 17},
        "Without classes": {"use_labels": False},
    }
    recipes: ClassVar[dict[str, dict[str, Any]]] = {
        "mnist": {"side": 14, "steps": 500},
        "toyland": {"levels": 8},
        "photos": {"levels": 8},
        "folder": {"levels": 8},
        "cifar10": {"levels": 8},
        "cifar100": {"levels": 8},
        "stl10": {"levels": 8},
        "svhn": {"levels": 8},
    }

    config: PixelCNNConfig

    def __init__(self, config: PixelCNNConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.side = max(s for s in range(1, config.side + 1) if data.side % s == 0)
        if self.side < LEAST_SIDE:
            raise DataError(
                f"pictures of {data.side} pixels cannot be shrunk evenly to at most {config.side}; "
                "choose pictures whose side is a multiple of 8, or a larger side"
            )
        self.grain = data.side // self.side
        self.classes = len(data.classes) if config.use_labels else 0
        self.net = GatedPixelCNN(
            data.channels, config.levels, config.width, config.depth, config.kernel, self.classes
        )

    # --- levels -----------------------------------------------------------------------------------

    def quantised(self, images: Tensor) -> Tensor:
        """Images (B, C, H, W) in 0..1 as levels (B, C, s, s) of the pixels that are drawn, int64.

        At two levels half grey is white.
        """
        small = F.avg_pool2d(images, self.grain) if self.grain > 1 else images
        greatest = self.config.levels - 1
        return (small * greatest + 0.5).floor().long().clamp(0, greatest)

    def pictured(self, levels: Tensor) -> Tensor:
        """Levels (B, C, s, s) as pictures (B, C, H, W) in 0..1, each pixel a square of them."""
        pictures = levels.float() / (self.config.levels - 1)
        return pictures.repeat_interleave(self.grain, 2).repeat_interleave(self.grain, 3)

    def cells(self, hidden: Tensor) -> Tensor:
        """Which drawn pixels (s, s) a hole (H, W) touches."""
        whole = hidden.float()[None, None]
        return F.max_pool2d(whole, self.grain)[0, 0] > 0

    # --- learning ---------------------------------------------------------------------------------

    def nats(self, levels: Tensor, labels: Tensor | None) -> Tensor:
        """−log p of every number, (B, C, s, s)."""
        return F.cross_entropy(self.net(levels, labels), levels, reduction="none")

    def judge(self, images: Tensor, labels: Tensor) -> dict[str, Tensor]:
        nats = self.nats(self.quantised(images), labels).mean()
        return {"loss": nats, "bits a dimension": nats / math.log(2)}

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Mean −log p(x_i | before, class) in nats, the class left open now and then."""
        untold = uniform(batch.rng, (len(batch.labels),)) < self.config.drop_label
        return self.judge(batch.images, batch.labels.masked_fill(untold, UNKNOWN))

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images, batch.labels)

    # --- what it predicts -------------------------------------------------------------------------

    def bits(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """What each drawn pixel costs, all its colours together, in bits: (B, s, s)."""
        return self.nats(self.quantised(images), labels).sum(dim=1) / math.log(2)

    def class_probabilities(self, images: Tensor) -> Tensor:
        """p(y|x) by Bayes' rule from p(x|y), every class alike beforehand: (B, K)."""
        found = []
        for label in range(self.classes):
            told = torch.full((len(images),), label, device=images.device)
            found.append(-self.bits(images, told).flatten(1).sum(dim=1) * math.log(2))
        return torch.stack(found, dim=1).softmax(dim=1)

    def sample(
        self,
        count: int,
        labels: Tensor | None,
        rng: torch.Generator,
        given: Tensor | None = None,
        hidden: Tensor | None = None,
        on_pixel: Callable[[int, int, Tensor], None] | None = None,
        temperature: float | None = None,
    ) -> Tensor:
        """Pictures (B, C, H, W) in 0..1, drawn pixel by pixel where `hidden` (H, W) or everywhere.

        What is not hidden is that of `given` (B, C, H, W). After every pixel `on_pixel` is told how
        many are drawn, of how many, and the pictures so far; it may raise to stop. Labels -1 leave
        the class open.
        """
        shape, side = (count, self.data.channels, self.side, self.side), self.side
        levels = torch.zeros(shape, dtype=torch.int64, device=rng.device)
        if given is not None:
            levels = self.quantised(given).clone()
        all_of_it = torch.ones(side, side, dtype=torch.bool)
        open_ = all_of_it if hidden is None else self.cells(hidden).cpu()
        levels[:, :, open_.to(levels.device)] = 0
        heat = self.config.temperature if temperature is None else temperature
        done, total = 0, int(open_.sum())
        for row in range(side):
            columns = open_[row].nonzero()[:, 0].tolist()
            if not columns:
                continue
            told = [t[:, :, row:] for t in self.net.rows(levels[:, :, : row + 1], labels)]
            for column in columns:
                self._draw_pixel(levels, labels, told, row, column, heat, rng)
                done += 1
                if on_pixel is not None:
                    on_pixel(done, total, self.pictured(levels))
        return self.pictured(levels)

    def _draw_pixel(
        self,
        levels: Tensor,
        labels: Tensor | None,
        told: list[Tensor],
        row: int,
        column: int,
        temperature: float,
        rng: torch.Generator,
    ) -> None:
        """Draw the colours of one pixel in turn, in place; `told` is what is above."""
        before = [t[..., : column + 1] for t in told]
        for colour in range(levels.shape[1]):
            seen = levels[:, :, row : row + 1, : column + 1]
            logits = self.net.along(seen, before, labels)[:, :, colour, 0, column]
            chances = (logits / temperature).softmax(dim=1)
            levels[:, colour, row, column] = torch.multinomial(chances, 1, generator=rng)[:, 0]

    # --- holes ------------------------------------------------------------------------------------

    def hide(self, share: float, rng: torch.Generator) -> Tensor:
        """The last share of the picture in the order of reading, (H, W)."""
        places = self.side * self.side
        seen = round(places * (1 - share))
        cells = (torch.arange(places) >= seen).unflatten(0, (self.side, self.side))
        return cells.repeat_interleave(self.grain, 0).repeat_interleave(self.grain, 1)

    def fill(self, images: Tensor, hidden: Tensor) -> Reconstruction:
        """The images with what is hidden (H, W) drawn, always the same; the class is left open.

        Only what was read before a pixel can tell what it is: holes at the end are filled best.
        """
        rng = generator("fill", device=images.device)
        made = self.sample(len(images), None, rng, images, hidden)
        seen = self.pictured(self.quantised(images))
        touched = self.cells(hidden).repeat_interleave(self.grain, 0)
        seen[:, :, touched.repeat_interleave(self.grain, 1)] = 0.5
        shown = (as_images(x.cpu().numpy()) for x in (seen, made, images))
        given, drawn, truth = shown
        return Reconstruction(given, drawn, truth, ("Given", "Drawn", "Truth"))

    def reconstruct(self, images: Tensor) -> Reconstruction:
        """The upper half of each image, completed."""
        return self.fill(images, self.hide(self.usual_share, generator("half")))

    # --- figures ----------------------------------------------------------------------------------

    @figure("Drawn pixel by pixel", "Pictures of each class in turn, drawn from nothing.")
    def drawn(self, look: Look) -> ImageGrid:
        rng = look.rng
        labels = torch.arange(SHOWN, device=rng.device) % max(1, self.classes)
        made = self.sample(SHOWN, labels if self.classes else None, rng)
        names = self.data.classes if self.classes else ()
        captions = [names[i % len(names)] for i in range(SHOWN)] if names else []
        return ImageGrid(as_images(made.cpu().numpy()), captions, columns=8)

    @figure("Bits of every pixel", "Warm where the pixels before did not say what comes.")
    def surprise(self, look: Look) -> HeatMaps:
        images, labels = look.images[:SHOWN], look.labels[:SHOWN]
        bits = self.bits(images, labels).unsqueeze(1)
        heat = bits / bits.amax().clamp(min=1e-9)
        return HeatMaps(as_images(images.cpu().numpy()), heat.cpu().numpy(), ["bits"])

    @figure(
        "Several endings",
        "The upper half is seen; each row goes on with it again. Where they differ it is not sure.",
    )
    def endings(self, look: Look) -> ImageGrid:
        images = look.images[:SEEN]
        hidden = self.hide(self.usual_share, look.rng)
        often = images.repeat(VARIANTS, 1, 1, 1)  # all pictures once, then all again
        made = self.sample(len(often), None, look.rng, often, hidden)
        shown = torch.cat([self.pictured(self.quantised(images)), made])
        captions = ["truth"] * len(images) + ["drawn"] * len(made)
        return ImageGrid(as_images(shown.cpu().numpy()), captions, columns=len(images))

    @figure(
        "The class by its likelihoods",
        "Nobody trained it to name anything: the class is that of the highest likelihood.",
    )
    def classes_found(self, look: Look) -> Guess:
        images = look.images[:SHOWN]
        if not self.classes:
            chances, options = torch.ones(len(images), 1), ["no classes"]
            truth = torch.full((len(images),), UNKNOWN)
        else:
            chances, options = self.class_probabilities(images), list(self.data.classes)
            truth = look.labels[:SHOWN]
        return Guess("Which class makes it likeliest?", as_images(images.cpu().numpy()), options,
                     chances.cpu().numpy(), truth.cpu().clone().numpy())  # fmt: skip

    @figure("Bits along the way", "Mean bits of each pixel in the order of reading.")
    def order_of_reading(self, look: Look) -> Curve:
        each = self.bits(look.images, look.labels).flatten(1).mean(dim=0).cpu().numpy()
        line = Line(np.arange(1.0, len(each) + 1), each.copy())
        return Curve({"bits": line}, "pixel, in the order of reading", "bits a pixel")
