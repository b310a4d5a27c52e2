"""From numbers at a point of a picture to a turned box in space, and back, through the camera.

Depth as a logarithm, size beside that of the kind and the point of the middle are those of Liu et
al., "SMOKE", CVPR Workshops 2020, arXiv 2002.10111; the angle to the ray, which is what a thing
looks like, that of Mousavian et al., CVPR 2017, arXiv 1612.00496.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.bases.ranking import precision_area, taken
from core.data.streets.record import BOX, FLAT, KIND, KINDS, SIZES, THERE
from core.render.cameras import Cameras
from core.render.oriented import corners, overlaps

USUAL_DEPTH = 12.0  # metres, of which the logarithm of a depth is told
USUAL_SIDE = 8.0  # pixels, in which distances to the sides of a box in the picture are told
DOUBLE = 0.15  # share of volume from which two boxes are taken to be of one thing
ROUNDS = 6  # in which the rule finds a depth
THRESHOLDS = np.array([0.25, 0.5])


@dataclass(frozen=True)
class Told:
    """What is said of things, (B, N, ...) each."""

    middles: Tensor  # (B, N, 2) where the middle of the box is seen, in pixels
    depth: Tensor  # (B, N) log of how far ahead of the camera it lies, over USUAL_DEPTH
    size: Tensor  # (B, N, 3) log of length, width, height over those of the kind
    angle: Tensor  # (B, N, 2) sine and cosine of the yaw less the angle of the ray
    sides: Tensor  # (B, N, 4) from the middle to left, top, right and bottom, over USUAL_SIDE


@dataclass(frozen=True)
class Found:
    """Things in one picture, best score first."""

    kinds: np.ndarray  # (D,)
    scores: np.ndarray  # (D,)
    boxes: np.ndarray  # (D, 7) in space
    flat: np.ndarray  # (D, 4) in the picture: left, top, right, bottom


def encoded(truth: Tensor, cameras: Cameras) -> Told:
    """Of records (B, N, 14); of rows without a thing whatever numbers, but finite ones."""
    boxes, flat = truth[..., BOX], truth[..., FLAT]
    there = truth[..., THERE] > 0
    middles, ahead = cameras.project_each(boxes[..., :3])
    middles = torch.where(there[..., None], middles, 0.0)
    depth = torch.where(there, ahead.clamp(min=0.1) / USUAL_DEPTH, 1.0).log()
    size = torch.where(there[..., None], boxes[..., 3:6] / _sizes(truth), 1.0).log()
    turn = boxes[..., 6] - _azimuth(boxes[..., :3], cameras)
    angle = torch.stack([turn.sin(), turn.cos()], dim=2)
    sides = torch.cat([middles - flat[..., :2], flat[..., 2:] - middles], dim=2) / USUAL_SIDE
    return Told(middles, depth, size, angle, torch.where(there[..., None], sides, 0.0))


def decoded(told: Told, kinds: Tensor, cameras: Cameras) -> tuple[Tensor, Tensor]:
    """Boxes in space (B, N, 7) and in the picture (B, N, 4) of kinds (B, N)."""
    ahead = told.depth.exp() * USUAL_DEPTH
    places = placed(told.middles, ahead, cameras)
    sizes = told.size.exp() * told.size.new_tensor(SIZES)[kinds]
    yaw = torch.atan2(told.angle[..., 0], told.angle[..., 1]) + _azimuth(places, cameras)
    sides = told.sides * USUAL_SIDE
    flat = torch.cat([told.middles - sides[..., :2], told.middles + sides[..., 2:]], dim=2)
    return torch.cat([places, sizes, yaw[..., None]], dim=2), flat


def placed(pixels: Tensor, ahead: Tensor, cameras: Cameras) -> Tensor:
    """Points in space (B, N, 3) so far ahead (B, N) that are seen at pixels (B, N, 2)."""
    lenses = cameras.lenses[:, None]
    across = (pixels - lenses[..., 2:4]) / lenses[..., :2]
    own = torch.stack([across[..., 0], -across[..., 1], -torch.ones_like(ahead)], dim=2)
    own = own * ahead[..., None]
    return own @ cameras.poses[:, :, :3].transpose(1, 2) + cameras.poses[:, None, :, 3]


def ground_ahead(pixels: Tensor, cameras: Cameras) -> Tensor:
    """Log (B, N) of how far ahead the ground lies at pixels (B, N, 2), over USUAL_DEPTH; at most 5
    times that, for instance at the sky.
    """
    height = cameras.poses[:, 2, 3].clamp(min=0.1)[:, None]
    one_ahead = placed(pixels, torch.ones_like(pixels[..., 0]), cameras)
    fall = (cameras.poses[:, None, 2, 3] - one_ahead[..., 2]).clamp(min=1e-3)
    return (height / fall / USUAL_DEPTH).clamp(0.05, 5.0).log()


def ground_map(cameras: Cameras, cells: int) -> Tensor:
    """(B, 2, S, S) of S² cells of a square picture: `ground_ahead` at the middle of each, and the
    log of the camera's height over 2 m.
    """
    at = (torch.arange(cells, device=cameras.poses.device) + 0.5) * (cameras.size[0] / cells)
    y, x = torch.meshgrid(at, at, indexing="ij")
    pixels = torch.stack([x, y], dim=2).view(1, -1, 2).expand(len(cameras), -1, -1)
    depth = ground_ahead(pixels, cameras)
    height = (cameras.poses[:, 2, 3].clamp(min=0.1)[:, None] / 2).log()
    return torch.stack([depth, height.expand_as(depth)], dim=1).view(-1, 2, cells, cells)


def guessed(truth: Tensor, cameras: Cameras) -> Tensor:
    """Boxes (B, N, 7) by rule, of records whose kind and box in the picture are given: of the size
    of the kind, along the street, and at the depth at which such a box is seen as high.
    """
    flat, sizes = truth[..., FLAT], _sizes(truth)
    high = (flat[..., 3] - flat[..., 1]).clamp(min=1.0)
    middles = (flat[..., :2] + flat[..., 2:]) / 2
    ahead = cameras.lenses[:, 1:2] * sizes[..., 2] / high
    yaw = torch.full_like(ahead, math.pi / 2)[..., None]
    for _ in range(ROUNDS):
        boxes = torch.cat([placed(middles, ahead, cameras), sizes, yaw], dim=2)
        points = torch.from_numpy(corners(boxes.flatten(0, 1).cpu().numpy())).to(boxes)
        rows = cameras.project_each(points.view(len(truth), -1, 3))[0][..., 1]
        seen = rows.view(*ahead.shape, 8)
        tall = (seen.amax(dim=2) - seen.amin(dim=2)).clamp(min=1.0)
        ahead = ahead * (tall / high).clamp(0.5, 2.0)
    return torch.cat([placed(middles, ahead, cameras), sizes, yaw], dim=2)


def without_doubles(found: Found) -> Found:
    """Those that share little volume with any that is better: two things are not in one place."""
    shares = overlaps(found.boxes, found.boxes)
    kept: list[int] = []
    for one in range(len(found.scores)):
        if all(shares[one, other] <= DOUBLE for other in kept):
            kept.append(one)
    return Found(found.kinds[kept], found.scores[kept], found.boxes[kept], found.flat[kept])


def average_precision(found: list[Found], truth: np.ndarray) -> np.ndarray:
    """(kinds, thresholds): of detections and records (B, N, 14), by the volume that boxes share.

    NaN for a kind of which there is nothing. Thresholds are 0.25 and 0.5.
    """
    result = np.full((len(KINDS), len(THRESHOLDS)), np.nan)
    for kind in range(len(KINDS)):
        scores, right, there = [np.zeros(0)], [np.zeros((0, len(THRESHOLDS)), bool)], 0
        for answer, rows in zip(found, truth, strict=True):
            real = rows[(rows[:, THERE] > 0) & (rows[:, KIND] == kind)]
            mine = answer.kinds == kind
            there += len(real)
            scores.append(answer.scores[mine])
            right.append(taken(overlaps(answer.boxes[mine], real[:, BOX]), THRESHOLDS))
        if there:
            order = np.argsort(-np.concatenate(scores), kind="stable")
            columns = np.concatenate(right)[order].T
            result[kind] = [precision_area(column, there) for column in columns]
    return result


def _sizes(truth: Tensor) -> Tensor:
    return truth.new_tensor(SIZES)[truth[..., KIND].long()]


def _azimuth(places: Tensor, cameras: Cameras) -> Tensor:
    """Angle (B, N) from x to where places (B, N, 3) are seen, on the ground."""
    away = places - cameras.poses[:, None, :, 3]
    return torch.atan2(away[..., 1], away[..., 0])
