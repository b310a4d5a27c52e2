"""Tracking emerges by colorizing videos: a frame in grey borrows its colours from an earlier frame.

Vondrick, Shrivastava, Fathi, Guadarrama and Murphy, ECCV 2018, arXiv 1806.09594. To copy the right
colour, each place must find itself again in the other frame; that is tracking, though nobody said
what an object is. Finer maps, a radius and colour dropout are of Lai et al. (2019, arXiv
1905.00875; 2020, arXiv 2002.07793), walks there and back of Jabri et al. (2020, arXiv 2006.14613).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from core.bases.encoder import EncoderMethod
from core.config import option
from core.data.augment.geometry import warp
from core.data.augment.lab import to_lab, to_rgb
from core.losses import copying
from core.losses.kmeans import kmeans, nearest
from core.method import Batch, DataShape, Look, MethodConfig, Trials, figure
from core.nets.backbone import Backbone
from core.nets.finenet import FINE
from core.nets.inputs import Lightness, preceded
from core.nets.precision import halved
from core.nets.split import LightnessAndColour
from core.pictures import HeatMaps, ImageGrid, Reconstruction, as_images

CLUSTERED = 10_000  # cells whose colours the clusters are found in
COLOURFUL = 110.0  # the largest a or b of a colour that can be shown
ALIKE = 0.08  # mean difference of grey, 0..1, up to which two pictures may be frames of one film
SHOWN = 8  # pictures in a figure
TURN, SHIFT = 8.0, 0.1  # of a still picture moved: degrees, share of half its side


@dataclass(frozen=True)
class VideoColorizationConfig(MethodConfig):
    """The defaults are those found to track best after two minutes of two CPU cores."""

    steps: int = option(1600, "Training steps in all.", low=1, high=10_000_000, log=True, live=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(8, "Windows of frames in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(3e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    backbone: str = option("fine", "A small network with a map at a quarter of the frame, or "
                           "ResNet-18 at an eighth, which wants a GPU.", group="Network",
                           choices=tuple(FINE))  # fmt: skip
    width: int = option(32, "Channels of the backbone's first stage; features have twice as many.",
                        low=4, high=512, log=True, group="Network")  # fmt: skip
    seen: str = option("grey", "What the network sees: lightness alone, or colours too, of which "
                       "some should be dropped.", choices=("grey", "lab"))  # fmt: skip
    objective: str = option("clusters", "Copy one of some clusters of colour, or the colour "
                            "itself.", choices=("clusters", "continuous"))  # fmt: skip
    clusters: int = option(16, "Clusters of colour, found by k-means in the first step.", low=2,
                           high=256, log=True, group="Network")  # fmt: skip
    references: int = option(1, "Earlier frames that colours are copied from.", low=1, high=8)
    gap: int = option(3, "Most frames between two that are used; drawn from 1 up.", low=1, high=16)
    temperature: float = option(0.1, "Of the attention: small copies from one place alone.",
                                low=0.01, high=2.0, log=True, live=True)  # fmt: skip
    radius: int = option(0, "Cells that a place may have moved; 0 looks everywhere.", low=0,
                         high=64)  # fmt: skip
    crop: int = option(64, "Side of the part of the frames that a step sees.", low=16, high=1024,
                       unit="px")  # fmt: skip
    reverse: bool = option(True, "Play half of the windows backwards.")
    dropout: float = option(0.7, "How often a window of colours is denied a, b or both.", low=0.0,
                            high=1.0, live=True, advanced=True)  # fmt: skip
    cycle: float = option(0.0, "Weight of a second loss: walk back in time and return to where one "
                          "began, looking at no colour.", low=0.0, high=10.0, live=True,
                          advanced=True)  # fmt: skip
    walk: int = option(3, "Frames that the walk goes back.", low=1, high=8, advanced=True)


class VideoColorization(EncoderMethod):
    """Features f of grey frames; A_ij = softmax(f_i . f_j / T); colours y_j = sum_i A_ij c_i."""

    Config = VideoColorizationConfig
    needs_colour = True
    needs_clips = True
    trials: ClassVar[Trials] = {
        "Colours seen, none dropped": {"seen": "lab", "dropout": 0.0},
        "Colours seen, some dropped": {"seen": "lab", "objective": "continuous", "radius": 6},
        "Regress the colour": {"objective": "continuous"},
        "Three earlier frames": {"references": 3},
        "Walk there and back": {"cycle": 0.1},
        "Attention that hardly chooses": {"temperature": 1.0},
    }
    recipes: ClassVar[dict[str, dict[str, Any]]] = {}

    config: VideoColorizationConfig

    def __init__(self, config: VideoColorizationConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.centres: Tensor  # (K, 2) of a, b
        self.register_buffer("centres", spiral(config.clusters))

    @classmethod
    def window(cls, config: MethodConfig) -> tuple[int, ...]:
        """How many frames before the target those lie that a step may use, furthest first."""
        assert isinstance(config, VideoColorizationConfig)
        back = max(config.references, config.walk if config.cycle else 0)
        return tuple(range(back * config.gap, 0, -1))

    def build_encoder(self) -> Backbone:
        """A network of lightness, or of lightness and colour, that takes frames as they are."""
        colour = self.config.seen == "lab"
        net = FINE[self.config.backbone](3 if colour else 1, self.data.side, self.config.width)
        return preceded(net, LightnessAndColour() if colour else Lightness())

    def features(self, frames: Tensor) -> Tensor:
        """Frames (..., 3, H, W) to f of length 1, (..., D, h, w)."""
        with halved(frames.device, self.training):  # a step takes up to half as long
            found = list(self.backbone.stages(frames.flatten(0, -4)).values())[-1]
        return F.normalize(found.float(), dim=1).unflatten(0, frames.shape[:-3])

    def encode(self, images: Tensor) -> dict[str, Tensor]:
        """The activations of every stage; the last are the features, of length 1."""
        found = self.backbone.stages(images)
        return {**found, "features": F.normalize(found["features"], dim=1)}

    # --- the loss ---------------------------------------------------------------------------------

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Draw windows out of the films, some backwards, and copy their colours forwards."""
        frames = self.cropped(self.spaced(batch.images, batch.rng), batch.rng)  # (B, F, 3, s, s)
        if self.training and batch.step == 0:
            self.find_clusters(frames, batch.rng)
        return self.judge(frames, self.denied(frames, batch.rng))

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """The same of the middle of frames in a row, with all colours seen that may be."""
        height, width = batch.images.shape[-2:]
        side = min(self.config.crop, height, width)
        top, left = (height - side) // 2, (width - side) // 2
        frames = batch.images[:, -1 - self.back() :, :, top : top + side, left : left + side]
        return self.judge(frames, frames)

    def judge(self, frames: Tensor, seen: Tensor) -> dict[str, Tensor]:
        """The losses of frames (B, F, 3, H, W), the target last; the network sees `seen`."""
        features = self.features(seen)  # (B, F, D, h, w)
        sources = slice(-1 - self.config.references, -1)
        weights = copying.attention(
            features[:, -1], features[:, sources], self.config.temperature,
            self.config.radius or None,
        )  # fmt: skip
        colours = self.colours(frames, features.shape[-2:])  # (B, F, 2, h, w)
        given, truth = colours[:, sources], colours[:, -1].flatten(2).transpose(1, 2)
        if self.config.objective == "continuous":
            predicted = copying.copied(weights, given)
            found = {"loss": copying.colour_loss(predicted / COLOURFUL, truth / COLOURFUL)}
        else:
            named = F.one_hot(self.cluster_of(given, channel=2), self.config.clusters)
            predicted = copying.copied(weights, named.movedim(-1, 2).float())
            of_truth = self.cluster_of(truth, channel=2)
            found = {"loss": copying.cluster_loss(predicted, of_truth)}
            found["right colours"] = (predicted.argmax(dim=2) == of_truth).float().mean()
        if self.config.cycle > 0:
            found["walk"] = self.walked(features)
            found["loss"] = found["loss"] + self.config.cycle * found["walk"]
        return found

    def walked(self, features: Tensor) -> Tensor:
        """Back from the target, frame by frame, and again to it: the loss of not arriving there."""
        steps = features[:, -1 - self.config.walk :].flip(1).unbind(1)  # the target first
        there = back = None
        for here, earlier in pairwise(steps):
            away, home = (
                copying.attention(one, other.unsqueeze(1), self.config.temperature)
                for one, other in ((here, earlier), (earlier, here))
            )
            there = away if there is None else there @ away
            back = home if back is None else home @ back
        assert there is not None
        assert back is not None
        return copying.cycle_loss(there, back)

    def colours(self, frames: Tensor, size: torch.Size) -> Tensor:
        """The true a and b, averaged over the cells of a grid: (B, F, 2, h, w)."""
        ab = to_lab(frames.flatten(0, 1))[:, 1:]
        return F.adaptive_avg_pool2d(ab, (size[0], size[1])).unflatten(0, frames.shape[:2])

    def cluster_of(self, colours: Tensor, channel: int) -> Tensor:
        """The nearest cluster of each colour, whose a and b lie along `channel`; int64."""
        last = colours.movedim(channel, -1)
        return nearest(last.flatten(0, -2), self.centres).view(last.shape[:-1])

    @torch.no_grad()
    def find_clusters(self, frames: Tensor, rng: torch.Generator) -> None:
        """k-means of the colours of the first step's cells (section 3.2 of the paper)."""
        side = max(1, frames.shape[-1] // 4)
        cells = self.colours(frames, torch.Size((side, side))).movedim(2, -1).flatten(0, -2)
        chosen = torch.randperm(len(cells), generator=rng, device=rng.device)[:CLUSTERED]
        count = min(self.config.clusters, len(chosen))
        self.centres[:count] = kmeans(cells[chosen], count, rng).centres

    # --- windows ----------------------------------------------------------------------------------

    def back(self) -> int:
        """Frames before the target that the losses look at."""
        return max(self.config.references, self.config.walk if self.config.cycle else 0)

    def spaced(self, frames: Tensor, rng: torch.Generator) -> Tensor:
        """Of each window (B, F, ...) the target and earlier frames at one gap, in either order."""
        count, last, back = len(frames), frames.shape[1] - 1, self.back()
        most = max(1, min(self.config.gap, last // back))
        gap = torch.randint(1, most + 1, (count, 1), generator=rng, device=rng.device)
        order = last - gap * torch.arange(back, -1, -1, device=rng.device)  # (B, back + 1)
        if self.config.reverse:
            turned = torch.rand(count, 1, generator=rng, device=rng.device) < 0.5
            order = torch.where(turned, order.flip(1), order)
        rows = torch.arange(count, device=rng.device).unsqueeze(1)
        return frames[rows, order]

    def cropped(self, frames: Tensor, rng: torch.Generator) -> Tensor:
        """A square part of each window, the same of all its frames."""
        height, width = frames.shape[-2:]
        side = min(self.config.crop, height, width)
        if side == height == width:
            return frames
        at = torch.rand(len(frames), 2, generator=rng, device=rng.device)
        spare = torch.tensor([height - side + 1, width - side + 1], device=rng.device)
        corners = (at * spare).long().tolist()
        parts = [f[..., y : y + side, x : x + side] for f, (y, x) in zip(frames, corners)]
        return torch.stack(parts)

    def denied(self, frames: Tensor, rng: torch.Generator) -> Tensor:
        """What the network sees: of some windows a, b or both are taken away (Lai et al., 2019)."""
        if self.config.seen == "grey" or self.config.dropout == 0:
            return frames
        drawn = torch.rand(len(frames), 2, generator=rng, device=rng.device)
        which = (3 * drawn[:, 1]).long()  # 0 denies a, 1 denies b, 2 both
        denies = drawn[:, 0] < self.config.dropout
        kept = torch.stack([denies & (which != 1), denies & (which != 0)], dim=1).logical_not()
        lab = to_lab(frames.flatten(0, 1)).unflatten(0, frames.shape[:2])
        ab = lab[:, :, 1:] * kept[:, None, :, None, None]
        shown = torch.cat([lab[:, :, :1], ab], dim=2).flatten(0, 1)
        return to_rgb(shown).unflatten(0, frames.shape[:2])

    # --- what there is to see ---------------------------------------------------------------------

    def beside(self, images: Tensor) -> Tensor:
        """A reference for each picture: the most alike of the others, as frames of a film are, or
        where none is alike, the picture itself moved."""
        others = moved(images)
        small = F.adaptive_avg_pool2d(images.mean(dim=1), 12).flatten(1)
        apart = torch.cdist(small, small, p=1) / small.shape[1]
        apart.fill_diagonal_(torch.inf)
        for n, row in enumerate(apart):
            least, which = row.min(dim=0)
            if least < ALIKE:
                others[n] = images[which]
        return others

    def coloured(self, images: Tensor, references: Tensor) -> Tensor:
        """The lightness of images (B, 3, H, W) with colours copied from a reference each."""
        made = []
        for image, reference in zip(images.split(1), references.split(1)):
            f_i, f_j = self.features(image), self.features(reference)
            weights = copying.attention(f_i, f_j.unsqueeze(1), self.config.temperature,
                                        self.config.radius or None)  # fmt: skip
            given = self.colours(reference.unsqueeze(1), f_i.shape[-2:])
            ab = copying.copied(weights, given).transpose(1, 2).unflatten(2, f_i.shape[-2:])
            ab = F.interpolate(ab, size=image.shape[2:], mode="bilinear")
            made.append(to_rgb(torch.cat([to_lab(image)[:, :1], ab], dim=1)))
        return torch.cat(made)

    def reconstruct(self, images: Tensor) -> Reconstruction:
        """Each frame in grey, with the colours it copies from another frame, and as it was."""
        lab = to_lab(images)
        grey = to_rgb(torch.cat([lab[:, :1], torch.zeros_like(lab[:, 1:])], dim=1))
        parts = grey, self.coloured(images, self.beside(images)), images
        given, made, truth = (as_images(x.cpu().numpy()) for x in parts)
        return Reconstruction(given, made, truth, ("Grey", "Colours copied", "Truth"))

    @figure("Copied colours", "A frame to copy from; a grey one; the colours it copies; its own.")
    def copies(self, look: Look) -> ImageGrid:
        images = look.images[:SHOWN]
        others, found = self.beside(images), self.reconstruct(look.images[:SHOWN])
        rows = [as_images(others.cpu().numpy()), found.given, found.made, found.truth]
        shown = torch.stack([torch.from_numpy(r) for r in rows], dim=1).flatten(0, 1).numpy().copy()
        captions = ["reference", "grey", "copied", "truth"] * len(images)
        return ImageGrid(shown, captions, columns=4)

    @figure("Where the middle looks", "Attention of each frame's middle over the reference frame.")
    def looks(self, look: Look) -> HeatMaps:
        images = look.images[:SHOWN]
        others, heat = self.beside(images), []
        for image, other in zip(images.split(1), others.split(1)):
            f_i, f_j = self.features(image), self.features(other)
            weights = copying.attention(f_i, f_j.unsqueeze(1), self.config.temperature)
            height, width = f_i.shape[-2:]
            row = weights[0, (height // 2) * width + width // 2].view(height, width)
            heat.append(row / row.max())
        maps = torch.stack(heat).unsqueeze(1).cpu().numpy().copy()
        return HeatMaps(as_images(others.cpu().numpy()), maps, ["the middle"])


def spiral(count: int) -> Tensor:
    """Colours (count, 2) all over the plane of a and b, for before any picture was seen."""
    number = torch.arange(count, dtype=torch.float32)
    far, angle = 60 * ((number + 0.5) / count).sqrt(), number * math.pi * (3 - math.sqrt(5))
    return torch.stack([far * angle.cos(), far * angle.sin()], dim=1)


def moved(images: Tensor) -> Tensor:
    """The pictures turned and shifted a little, as if in another frame."""
    cos, sin = math.cos(math.radians(TURN)), math.sin(math.radians(TURN))
    matrix = images.new_tensor([[cos, -sin, SHIFT], [sin, cos, SHIFT], [0.0, 0.0, 1.0]])
    return warp(images, matrix.expand(len(images), 3, 3))
