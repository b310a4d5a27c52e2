"""Whether cameras and pictures fit together, in words: the commonest mistakes of a first import."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from core.render.cameras import Cameras
from core.render.occupancy import OccupancyGrid

_CELLS, _PIXELS, _VIEWS = 32, 64, 24  # of the hull that pictures are tried against
_BACKGROUND = 0.1  # share of a picture that is white, from which on white is background
# Share of what is shown that a hull leaves unexplained: of the painted scenes 0.2 % at the most as
# they are, and 1 to 25 % turned.
_UNEXPLAINED, _FAR_LESS, _BADLY = 0.015, 0.4, 0.1


def remarks(cameras: Cameras, pictures: Tensor, names: Sequence[str]) -> list[str]:
    """What is wrong, a sentence each; nothing where all is well.

    Cameras in the world where the scene box reaches from −1 to 1; pictures (N, 3, H, W) uint8.
    """
    cameras = Cameras(cameras.poses.double(), cameras.lenses.double(), cameras.size)
    found = _mirrored(cameras, names)
    found += _direction(cameras, names)
    if not found:
        found += _turned(cameras, pictures)
    return found


def _mirrored(cameras: Cameras, names: Sequence[str]) -> list[str]:
    axes = cameras.poses[:, :, :3]
    skewed = (axes.mT @ axes - torch.eye(3)).abs().amax(dim=(1, 2)) > 0.02
    mirrored = (torch.linalg.det(axes) < 0) & ~skewed
    found = []
    if bool(skewed.any()):
        found.append(f"the axes of {_some(skewed, names)} are not at right angles to each other")
    if bool(mirrored.any()):
        found.append(f"the axes of {_some(mirrored, names)} are mirrored (left-handed); one axis "
                     "has the wrong sign")  # fmt: skip
    return found


def _direction(cameras: Cameras, names: Sequence[str]) -> list[str]:
    """Cameras that see nothing of the box, that look away from it, or hang upside down."""
    to_box = -cameras.centres
    far = to_box.norm(dim=1).clamp(min=1e-9)
    facing = (to_box * cameras.forward).sum(dim=1) / far
    outside = far > 1.8  # beyond the box's corners
    if bool(outside.any()) and float((facing[outside] < 0).double().mean()) > 0.5:
        return ["most cameras look away from the scene box: the file's cameras look along +z "
                "(OpenCV), not along −z (OpenGL)"]  # fmt: skip
    found = []
    corner = torch.stack([cameras.lenses[:, 2], cameras.lenses[:, 3]], dim=1)
    reach = torch.atan((corner / cameras.lenses[:, :2]).norm(dim=1))  # of the picture's corner
    ball = torch.asin((1.75 / far).clamp(max=1.0))  # of the ball about the box
    blind = outside & (torch.acos(facing.clamp(-1, 1)) > reach + ball)
    if bool(blind.any()):
        found.append(f"{_some(blind, names)} do not look at the scene box" if int(blind.sum()) > 1
                     else f"{_some(blind, names)} does not look at the scene box")  # fmt: skip
    if float((cameras.poses[:, 2, 1] < -0.05).double().mean()) > 0.5:
        found.append("most cameras hang upside down: their up is down in the world; y or z has the "
                     "wrong sign")  # fmt: skip
    return found


def _turned(cameras: Cameras, pictures: Tensor) -> list[str]:
    """Pictures upside down or mirrored, where their background is white.

    Right silhouettes have a hull that shows all of them again; turned ones cut each other's away.
    """
    white = (pictures == 255).all(dim=1)
    if float(white.float().mean(dim=(1, 2)).median()) < _BACKGROUND:
        return []
    chosen = torch.linspace(0, len(pictures) - 1, min(_VIEWS, len(pictures))).round().long()
    shown = F.adaptive_avg_pool2d((~white[chosen]).float()[:, None], _PIXELS)[:, 0] > 0.5
    small = cameras[chosen].resized(_PIXELS, _PIXELS)
    ways = {"": shown, "upside down": shown.flip(1), "mirrored": shown.flip(2)}
    ways["turned by 180°"] = shown.flip((1, 2))
    missed = {way: 1 - _explained(small, turned) for way, turned in ways.items()}
    best = min(missed, key=lambda way: missed[way])
    if missed[""] > _UNEXPLAINED and missed[best] < _FAR_LESS * missed[""]:
        return [f"the pictures are {best}: as they are, {missed['']:.1%} of what they show does "
                f"not fit the cameras, and so turned back {missed[best]:.1%}"]  # fmt: skip
    if missed[""] > _BADLY:
        return [f"{missed['']:.0%} of what the pictures show does not fit the cameras; are the "
                "poses of other pictures, or is the scene box too small?"]  # fmt: skip
    return []


def _explained(cameras: Cameras, shown: Tensor) -> float:
    """Share of the silhouettes (N, h, w) that their hull shows again."""
    grid = OccupancyGrid(_CELLS)
    grid.carve(Cameras(cameras.poses.float(), cameras.lenses.float(), cameras.size), ~shown)
    points = grid.centres()[grid.allowed.flatten()].double()
    if not len(points):
        return 0.0
    width, height = cameras.size
    again = torch.zeros_like(shown)
    for one in range(len(cameras)):
        pixels, ahead = cameras.project(one, points)
        x, y = pixels.floor().long().unbind(1)
        seen = (ahead > 0) & (x >= 0) & (y >= 0) & (x < width) & (y < height)
        again[one, y[seen], x[seen]] = True
    again = F.max_pool2d(again.float()[:, None], 3, stride=1, padding=1)[:, 0] > 0
    return float((again & shown).sum() / shown.sum().clamp(min=1))


def _some(which: Tensor, names: Sequence[str]) -> str:
    """The first few of the chosen names, and how many more."""
    chosen = [names[i] for i in which.nonzero()[:, 0].tolist()]
    more = f" and {len(chosen) - 3} more" if len(chosen) > 3 else ""
    return ", ".join(chosen[:3]) + more
