"""Boxes in space drawn: over the picture that they were told from, and from above."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from core.render.cameras import Cameras
from core.render.oriented import EDGES, corners, footprints

TRUE, MADE, SIGHT = (60, 190, 90), (50, 120, 255), (255, 170, 40)
ROAD, LINE = (58, 60, 64), (96, 98, 104)
REACH, WIDE = 27.0, 27.0  # metres ahead and across that a plan shows
AHEAD = 0.05  # metres; edges that reach behind the camera are left out
ENTRY = 1.5  # metres behind the camera that a plan begins at

Colour = tuple[int, int, int]
Layer = tuple[np.ndarray, Colour]  # boxes (N, 7)


def over_picture(
    image: np.ndarray, camera: Cameras, layers: Sequence[Layer], side: int
) -> np.ndarray:
    """A picture (H, W, 3) uint8 drawn `side` large with the edges of boxes, (side, side, 3).

    The side that a thing looks to is crossed out.
    """
    from PIL import Image, ImageDraw

    canvas = Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(canvas)
    large = camera.resized(side, side)
    for boxes, colour in layers:
        for points in corners(boxes):
            pixels, ahead = large.project(0, torch.from_numpy(points).to(large.poses))
            if float(ahead.min()) < AHEAD:
                continue
            flat = [tuple(p) for p in pixels.tolist()]
            for a, b in (*EDGES, (0, 7), (3, 4)):
                pen.line([*flat[a], *flat[b]], fill=colour, width=1)
    return np.asarray(canvas).copy()


def from_above(camera: Cameras, flat: np.ndarray, layers: Sequence[Layer], side: int) -> np.ndarray:
    """The plan (side, side, 3) uint8: the camera below, looking up; the wedge that each box in the
    picture (D, 4) leaves for its thing; the boxes, with a line to where each looks.
    """
    from PIL import Image, ImageDraw

    canvas = Image.new("RGB", (side, side), ROAD)
    pen = ImageDraw.Draw(canvas)
    eye = camera.poses[0, :2, 3].double().numpy()
    ahead = camera.forward[0, :2].double().numpy()
    ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-9)
    right = np.array([ahead[1], -ahead[0]])

    def at(points: np.ndarray) -> list[tuple[float, float]]:
        away = np.asarray(points).reshape(-1, 2) - eye
        x = (away @ right / WIDE + 0.5) * side
        y = (1 - (away @ ahead + ENTRY) / REACH) * side
        return list(zip(x.tolist(), y.tolist(), strict=True))

    for metres in range(5, int(REACH), 5):
        row = at(eye + metres * ahead)[0][1]
        pen.line([0, row, side, row], fill=LINE)
    for rays in _wedges(camera, flat):
        pen.line([at(eye)[0], *at(eye + 2 * REACH * rays[:1])], fill=SIGHT)
        pen.line([at(eye)[0], *at(eye + 2 * REACH * rays[1:])], fill=SIGHT)
    for boxes, colour in layers:
        for box, print_ in zip(boxes, footprints(boxes), strict=True):
            outline = at(print_)
            pen.line([*outline, outline[0]], fill=colour, width=2)
            pen.line([*at(box[:2]), *at((print_[0] + print_[3]) / 2)], fill=colour, width=1)
    x, y = at(eye)[0]
    pen.polygon([(x, y - 7), (x - 5, y + 4), (x + 5, y + 4)], fill=(255, 255, 255))
    return np.asarray(canvas).copy()


def _wedges(camera: Cameras, flat: np.ndarray) -> np.ndarray:
    """Directions on the ground (D, 2, 2) of the left and the right side of boxes (D, 4)."""
    middle = (flat[:, 1] + flat[:, 3]) / 2
    pixels = np.stack([flat[:, [0, 2]], np.stack([middle, middle], axis=1)], axis=2)
    which = torch.zeros(2 * len(flat), dtype=torch.long)
    rays = camera.rays(which, torch.from_numpy(pixels.reshape(-1, 2)).to(camera.poses))[1]
    ground = rays[:, :2].double().numpy().reshape(-1, 2, 2)
    return np.asarray(ground / np.maximum(np.linalg.norm(ground, axis=2, keepdims=True), 1e-9))
