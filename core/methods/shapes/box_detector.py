"""Cars, vans and people of a street as turned boxes in metres, from one picture and its camera.

Zhou et al., "Objects as points", 2019, arXiv 1904.07850: a thing is a point of a map, and what is
to be told of it stands there; Liu et al., "SMOKE", CVPR Workshops 2020, arXiv 2002.10111: the point
is where the middle of its box in space is seen; Mousavian et al., CVPR 2017, arXiv 1612.00496: the
angle that can be seen is that to the ray. Cameras differ in height, so that the network is told how
far the ground lies at every pixel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.bases.box_pictures import MADE, TRUE, from_above, over_picture
from core.bases.boxes_in_space import (
    USUAL_SIDE,
    Found,
    Told,
    average_precision,
    decoded,
    encoded,
    ground_ahead,
    ground_map,
    guessed,
    without_doubles,
)
from core.config import option
from core.data.streets.record import BOX, FLAT, KIND, KINDS, SEEN, THERE
from core.losses.centres import focal, heat
from core.method import Batch, DataShape, Look, Method, MethodConfig, Trials, figure
from core.nets.from_image import Pyramid, normal
from core.pictures import HeatMaps, ImageGrid, Table, as_images
from core.render.cameras import Cameras, look_at, pinhole

SHOWN, LARGE = 6, 320
MOST = 16  # peaks of a picture that are looked at
SHOW_FROM, COUNT_FROM = 0.3, 0.05  # score of a box that is drawn, or counted in a measure
RARE = -2.5  # logarithm of the odds of a centre before anything is learned
# Cells about a centre that learn to tell of its thing, as those of Tian et al., "FCOS", ICCV 2019.
AROUND = torch.cartesian_prod(torch.arange(-1, 2), torch.arange(-1, 2))
NUMBERS = (2, 1, 3, 2, 4)  # that are told of a thing: offset, depth, size, angle, sides


@dataclass(frozen=True)
class BoxDetectorConfig(MethodConfig):
    """The size of the network, and what counts how much."""

    steps: int = option(500, "Training steps in all.", low=1, high=10_000_000, log=True, live=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(8, "Pictures in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(2.5e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    backbone: str = option("convnet", "The network that looks at the picture.",
                           choices=("convnet",), group="Network", advanced=True)  # fmt: skip
    width: int = option(16, "Channels of the first stage.", low=4, high=512, log=True,
                        group="Network")  # fmt: skip
    ground: bool = option(True, "Tell the network how far the ground lies at every pixel.",
                          group="Method")  # fmt: skip
    to_the_ray: bool = option(True, "Learn the angle to the ray; else the angle in the world.",
                              group="Method")  # fmt: skip
    mirror: bool = option(False, "Mirror half of the streets: then the side of the road that a car "
                          "is on no longer tells where it looks.", group="Training",
                          advanced=True)  # fmt: skip


class BoxDetector(Method):
    """A map of centres for each kind, and at each centre what is told of the thing."""

    needs_colour = True
    needs_truth = "boxes"
    Config = BoxDetectorConfig
    trials: ClassVar[Trials] = {
        "The ground is not told": {"ground": False},
        "Angles in the world": {"to_the_ray": False},
        "Mirrored streets": {"mirror": True},
    }

    config: BoxDetectorConfig

    def __init__(self, config: BoxDetectorConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.eye = Pyramid(data.channels, config.width)
        fine, *coarse = self.eye.widths[1:]
        hidden = 4 * config.width
        self.lateral = nn.Conv2d(fine, hidden, 1)
        self.down = nn.ModuleList(nn.Conv2d(width, hidden, 1) for width in coarse)
        self.trunk = nn.Sequential(
            nn.Conv2d(hidden + 2, hidden, 3, padding=1, bias=False), normal(hidden), nn.ReLU(True),
            nn.Conv2d(hidden, hidden, 3, padding=1, bias=False), normal(hidden), nn.ReLU(True),
        )  # fmt: skip
        self.centres = nn.Conv2d(hidden, len(KINDS), 1)
        self.numbers = nn.Conv2d(hidden, sum(NUMBERS), 1)
        nn.init.constant_(self.centres.bias, RARE)  # type: ignore[arg-type]

    def forward(self, images: Tensor, cameras: Cameras) -> tuple[Tensor, Tensor]:
        """Logits (B, K, S, S) of centres, and (B, 12, S, S) what is told of a thing in each cell,
        a quarter of the picture's side.
        """
        _, fine, *coarse = self.eye(images)
        found = self.lateral(fine)
        for layer, values in zip(self.down, coarse, strict=True):
            found = found + F.interpolate(layer(values), size=fine.shape[-2:], mode="bilinear")
        ground = ground_map(cameras, fine.shape[-1]) * float(self.config.ground)
        found = self.trunk(torch.cat([found.relu(), ground], dim=1))
        return self.centres(found), self.numbers(found)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """The focal loss of the maps, and L1 of what is told at the true centres."""
        assert batch.truth is not None
        images, truth = batch.images, batch.truth
        cameras = _cameras(batch.cameras, images)
        if self.training and self.config.mirror:
            images, cameras, truth = mirrored(images, cameras, truth, batch.rng)
        logits, numbers = self(images, cameras)
        side, cell = logits.shape[-1], images.shape[-1] / logits.shape[-1]
        wanted = encoded(truth, cameras)
        at = wanted.middles / cell
        there = (truth[..., THERE] > 0) & ((at >= 0) & (at < side)).all(dim=2)
        high = (truth[..., FLAT][..., 3] - truth[..., FLAT][..., 1]) / cell
        kinds = truth[..., KIND].long()
        maps = heat(at, (high / 6).clamp(min=0.7), kinds, there, len(KINDS), side)
        cells = at.floor().long()[:, :, None] + AROUND.to(at.device)  # (B, N, 9, 2)
        inside = there[:, :, None] & ((cells >= 0) & (cells < side)).all(dim=3)
        cells = cells.clamp(0, side - 1).flatten(1, 2)
        told = self._told(numbers, cells, cell, cameras)
        weight = inside.flatten(1).float() / inside.sum().clamp(min=1)

        def away(one: Tensor, other: Tensor) -> Tensor:
            every = other.repeat_interleave(len(AROUND), dim=1)
            return ((one - every).abs().view(*weight.shape, -1).sum(dim=2) * weight).sum()

        if not self.config.to_the_ray:
            wanted = _in_the_world(truth, wanted)
        parts = {
            "centres": focal(logits, maps),
            "places": away(told.middles, wanted.middles) / cell,
            "depth": away(told.depth, wanted.depth),
            "size": away(told.size, wanted.size),
            "angle": away(told.angle, wanted.angle),
            "sides": away(told.sides, wanted.sides),
        }
        weights = {"depth": 2.0, "sides": 0.4}
        total = torch.stack([weights.get(name, 1.0) * part for name, part in parts.items()]).sum()
        return {"loss": total, **parts}

    def _told(self, numbers: Tensor, cells: Tensor, cell: float, cameras: Cameras) -> Told:
        """What numbers (B, 12, S, S) say at cells (B, N, 2); depths beside that of the
        ground where the thing stands, which is at the lower side of its box in the picture.
        """
        side = numbers.shape[-1]
        rows = (cells[..., 1] * side + cells[..., 0])[:, None].expand(-1, numbers.shape[1], -1)
        here = numbers.flatten(2).gather(2, rows).transpose(1, 2)  # (B, N, 12)
        offset, depth, size, angle, sides = here.split(NUMBERS, dim=2)
        middles = (cells + 0.5 + offset) * cell
        depth = depth[..., 0]
        if self.config.ground:
            below = middles + F.pad(sides[..., 3:] * USUAL_SIDE, (1, 0))  # where it stands
            depth = depth + ground_ahead(below.detach(), cameras)
        return Told(middles, depth, size, angle, sides)

    def seen_from(self, packed: Tensor | None, images: Tensor) -> Cameras:
        """Where each picture was taken; of those not known, 2 m high and along the street."""
        return _cameras(packed, images)

    @torch.no_grad()
    def detect(self, images: Tensor, packed: Tensor | None = None) -> list[Found]:
        """The things in pictures (B, C, S, S), best first; of cameras (B, 20) that are not known a
        usual one is taken.
        """
        cameras = _cameras(packed, images)
        logits, numbers = self(images, cameras)
        side, chances = logits.shape[-1], logits.sigmoid()
        peaks = chances * (F.max_pool2d(chances, 3, 1, 1) == chances)
        scores, where = peaks.flatten(1).topk(min(MOST, peaks[0].numel()))
        kinds, place = where // side**2, where % side**2
        cells = torch.stack([place % side, place // side], dim=2)
        told = self._told(numbers, cells, images.shape[-1] / side, cameras)
        boxes, flat = decoded(told, kinds, cameras)
        if not self.config.to_the_ray:
            boxes[..., 6] = torch.atan2(told.angle[..., 0], told.angle[..., 1])
        found = []
        for one in range(len(images)):
            kept = scores[one] >= COUNT_FROM
            parts = (part[one][kept].cpu().numpy() for part in (kinds, scores, boxes, flat))
            found.append(without_doubles(Found(*parts)))
        return found

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """Average precision where boxes share a quarter or half of their volume, the mean over
        kinds, beside that of a rule that is given kinds and boxes in the picture.
        """
        assert batch.truth is not None
        scalars = self.loss(batch)
        found = self.detect(batch.images, batch.cameras)
        rule = by_rule(batch.truth, _cameras(batch.cameras, batch.images))
        truth = batch.truth.cpu().numpy()
        for name, answers in (("", found), (" by rule", rule)):
            precise = average_precision(answers, truth)
            for threshold, column in zip(("0.25", "0.5"), precise.T, strict=True):
                known = column[~np.isnan(column)]
                mean = known.mean() if len(known) else 0.0
                scalars[f"AP at {threshold}{name}"] = scalars["loss"].new_tensor(mean)
        return scalars

    # --- figures ----------------------------------------------------------------------------------

    @figure(
        "Boxes",
        "Held-out pictures with what is found (blue) and what is there (green); the side that a "
        "thing looks to is crossed. From above: the camera, the wedge that each box in the picture "
        "leaves (orange), and where depth and angle put the box in it. Lines are 5 m apart.",
    )
    def boxes(self, look: Look) -> ImageGrid:
        images = look.images[:SHOWN]
        packed = None if look.cameras is None else look.cameras[:SHOWN]
        cameras = _cameras(packed, images)
        pixels, tiles = as_images(images.cpu().numpy()), []
        for one, found in enumerate(self.detect(images, packed)):
            sure = found.scores >= SHOW_FROM
            rows = np.zeros((0, 14)) if look.truth is None else look.truth[one].cpu().numpy()
            true = rows[rows[:, THERE] > 0] if len(rows) else rows
            layers = [(true[:, BOX], TRUE), (found.boxes[sure], MADE)]
            camera = Cameras.unpack(cameras[one].pack().cpu(), cameras.size)
            tiles.append(over_picture(pixels[one], camera, layers, LARGE))
            tiles.append(from_above(camera, found.flat[sure], layers, LARGE))
        captions = ["Picture", "From above"] * len(images)
        return ImageGrid(np.stack(tiles), captions, columns=2)

    @figure("Centres", "Where the network takes the middle of a car, a van or a person to be.")
    def centres_shown(self, look: Look) -> HeatMaps:
        images = look.images[:SHOWN]
        packed = None if look.cameras is None else look.cameras[:SHOWN]
        logits = self(images, _cameras(packed, images))[0].sigmoid()
        return HeatMaps(as_images(images.cpu().numpy()), logits.cpu().numpy().copy(), KINDS)

    @figure(
        "Precision",
        "Average precision of each kind on the pictures looked at, where boxes must share a "
        "quarter or half of their volume. The rule is given the kind and the true box in the "
        "picture.",
    )
    def precision(self, look: Look) -> Table:
        columns = ("kind", "things", "AP 0.25", "AP 0.5", "rule 0.25", "rule 0.5")
        if look.truth is None:
            return Table(columns, [], "Nothing is known of these pictures.")
        truth = look.truth.cpu().numpy()
        ours = average_precision(self.detect(look.images, look.cameras), truth)
        rule = average_precision(by_rule(look.truth, _cameras(look.cameras, look.images)), truth)
        counts = [int(((truth[..., THERE] > 0) & (truth[..., KIND] == k)).sum())
                  for k in range(len(KINDS))]  # fmt: skip
        rows: list[list[str | int | float]] = [
            [kind, count, *(_percent(x) for x in (*mine, *other))]
            for kind, count, mine, other in zip(KINDS, counts, ours, rule, strict=True)
        ]
        return Table(columns, rows, f"{len(truth)} pictures")


def by_rule(truth: Tensor, cameras: Cameras) -> list[Found]:
    """What the rule makes of each record (B, N, 14); what is seen best first."""
    boxes, found = guessed(truth, cameras).cpu().numpy(), []
    for rows, made in zip(truth.cpu().numpy(), boxes, strict=True):
        there = np.flatnonzero(rows[:, THERE] > 0)
        there = there[np.argsort(-rows[there, SEEN])]
        kinds = rows[there, KIND].astype(int)
        found.append(Found(kinds, rows[there, SEEN], made[there], rows[there][:, FLAT]))
    return found


def mirrored(
    images: Tensor, cameras: Cameras, truth: Tensor, rng: torch.Generator
) -> tuple[Tensor, Cameras, Tensor]:
    """Half of the pictures as in a mirror beside the street, the whole world with them."""
    side = images.shape[-1]
    flip = torch.rand(len(images), generator=rng, device=images.device) < 0.5
    images = torch.where(flip[:, None, None, None], images.flip(3), images)
    poses, lenses, other = cameras.poses.clone(), cameras.lenses.clone(), truth.clone()
    poses[:, 0] = -poses[:, 0]  # x of the world
    poses[:, :, 0] = -poses[:, :, 0]  # a mirror makes a left-handed camera: its right is turned
    lenses[:, 2] = side - lenses[:, 2]
    other[..., BOX.start] = -truth[..., BOX.start]
    other[..., BOX.stop - 1] = math.pi - truth[..., BOX.stop - 1]
    other[..., FLAT] = truth[..., FLAT][..., [2, 1, 0, 3]]
    other[..., [FLAT.start, FLAT.start + 2]] = side - other[..., [FLAT.start, FLAT.start + 2]]
    poses = torch.where(flip[:, None, None], poses, cameras.poses)
    lenses = torch.where(flip[:, None], lenses, cameras.lenses)
    return (
        images,
        Cameras(poses, lenses, cameras.size),
        torch.where(flip[:, None, None], other, truth),
    )


def _in_the_world(truth: Tensor, told: Told) -> Told:
    yaw = truth[..., BOX][..., 6]
    angle = torch.stack([yaw.sin(), yaw.cos()], dim=2)
    return Told(told.middles, told.depth, told.size, angle, told.sides)


def _cameras(packed: Tensor | None, images: Tensor) -> Cameras:
    """Where pictures (B, C, S, S) were taken; of those not known, 2 m high and looking along y."""
    side = images.shape[-1]
    eye, aim = torch.tensor([[0.0, 0.0, 2.0]]), torch.tensor([[0.0, 14.0, 0.7]])
    usual = pinhole(look_at(eye, aim), (side, side), 0.95).pack().to(images)
    usual = usual.expand(len(images), -1)
    if packed is None:
        return Cameras.unpack(usual, (side, side))
    unknown = packed.isnan().any(dim=1, keepdim=True)
    return Cameras.unpack(torch.where(unknown, usual, packed.to(images)), (side, side))


def _percent(share: float) -> str:
    return "" if math.isnan(share) else f"{100 * share:.0f} %"
