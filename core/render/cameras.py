"""The one camera model: where a camera stands, what its lens does, and the rays of its pixels.

Conventions, to which every importer converts: the world has z up. A camera looks along its own −z,
with x to the right and y up (OpenGL). Pixels are counted to the right and down from the picture's
upper left corner, and the middle of the first is at (0.5, 0.5). Distortion is that of Brown 1966
with the coefficients of OpenCV: k1, k2 radial, p1, p2 tangential.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

NUMBERS = 20  # of a packed camera: 12 of the pose, fx fy cx cy, k1 k2 p1 p2
_UNDISTORTING = 12  # steps of Newton's method; lenses that can be used at all need 4


@dataclass(frozen=True)
class Cameras:
    """N cameras that take pictures of one size."""

    poses: Tensor  # (N, 3, 4) camera to world: right, up, backward, centre as columns
    lenses: Tensor  # (N, 8) fx, fy, cx, cy in pixels, k1, k2, p1, p2
    size: tuple[int, int]  # width and height in pixels

    def __len__(self) -> int:
        return len(self.poses)

    def __getitem__(self, which: int | slice | Tensor) -> Cameras:
        """Some of them; a number gives one camera, still as a set."""
        if isinstance(which, int):
            which = slice(which, which + 1 or None)
        return Cameras(self.poses[which], self.lenses[which], self.size)

    @property
    def centres(self) -> Tensor:
        """Where they stand, (N, 3)."""
        return self.poses[:, :, 3]

    @property
    def forward(self) -> Tensor:
        """Where they look, (N, 3) of length 1."""
        return -self.poses[:, :, 2]

    def pack(self) -> Tensor:
        """(N, 20): the poses row by row, then the lenses."""
        return torch.cat([self.poses.flatten(1), self.lenses], dim=1)

    @classmethod
    def unpack(cls, packed: Tensor, size: tuple[int, int]) -> Cameras:
        """Of numbers as `pack` gives them; raises ValueError for another shape."""
        if packed.ndim != 2 or packed.shape[1] != NUMBERS:
            raise ValueError(f"expected cameras (N, {NUMBERS}), found {tuple(packed.shape)}")
        return cls(packed[:, :12].unflatten(1, (3, 4)), packed[:, 12:], size)

    def resized(self, width: int, height: int) -> Cameras:
        """The same views on pictures of another size."""
        across, down = width / self.size[0], height / self.size[1]
        scale = self.lenses.new_tensor([across, down, across, down, 1, 1, 1, 1])
        return Cameras(self.poses, self.lenses * scale, (width, height))

    def cropped(self, left: int, top: int, width: int, height: int) -> Cameras:
        """The same views where only a part of each picture is kept."""
        shift = self.lenses.new_tensor([0, 0, left, top, 0, 0, 0, 0])
        return Cameras(self.poses, self.lenses - shift, (width, height))

    def rays(self, which: Tensor, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Origins and directions (R, 3), of length 1, of pixels (R, 2) as x, y of cameras (R,)."""
        poses = self.poses[which]
        own = _directions(self.lenses[which], pixels)
        return poses[:, :, 3], (poses[:, :, :3] @ own[:, :, None])[:, :, 0]

    def all_rays(self, which: int = 0) -> tuple[Tensor, Tensor]:
        """Those of all pixels of one camera, row by row from the top: (H * W, 3) each."""
        pose, pixels = self.poses[which], pixel_centres(self.size, self.poses)
        own = _directions(self.lenses[which].expand(len(pixels), 8), pixels)
        return pose[:, 3].expand_as(own), own @ pose[:, :3].T

    def project(self, which: int, points: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels (R, 2) that one camera sees points (R, 3) at, and how far ahead they lie (R,).

        What lies behind it is at a negative distance, and at no pixel that means anything.
        """
        pixels, ahead = self[which].project_each(points[None])
        return pixels[0], ahead[0]

    def project_each(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels (N, R, 2) that each camera sees its own points (N, R, 3) at, and how far ahead."""
        own = (points - self.poses[:, None, :, 3]) @ self.poses[:, :, :3]
        ahead = -own[..., 2]
        safe = torch.where(ahead.abs() < 1e-9, 1e-9, ahead)
        across = torch.stack([own[..., 0] / safe, -own[..., 1] / safe], dim=2)
        lens = self.lenses[:, None].expand(*ahead.shape, 8)
        bent = distorted(across.flatten(0, 1), lens[..., 4:].flatten(0, 1)).view_as(across)
        return bent * lens[..., :2] + lens[..., 2:4], ahead


def _directions(lenses: Tensor, pixels: Tensor) -> Tensor:
    """Where pixels (R, 2) of lenses (R, 8) look, (R, 3) of length 1, in the camera's own axes."""
    across = (pixels - lenses[:, 2:4]) / lenses[:, :2]
    if bool((lenses[:, 4:] != 0).any()):
        across = undistorted(across, lenses[:, 4:])
    x, y = across.unbind(1)
    own = torch.stack([x, -y, -torch.ones_like(x)], dim=1)
    return own / own.norm(dim=1, keepdim=True)


def pixel_centres(size: tuple[int, int], like: Tensor) -> Tensor:
    """(H * W, 2) x and y of every pixel, row by row from the top, of the dtype of `like`."""
    width, height = size
    x = torch.arange(width, device=like.device, dtype=like.dtype) + 0.5
    y = torch.arange(height, device=like.device, dtype=like.dtype) + 0.5
    rows, columns = torch.meshgrid(y, x, indexing="ij")
    return torch.stack([columns.flatten(), rows.flatten()], dim=1)


def distorted(across: Tensor, lens: Tensor) -> Tensor:
    """Where a lens (R, 4) of k1, k2, p1, p2 moves points (R, 2) of the plane at distance 1."""
    x, y = across.unbind(1)
    k1, k2, p1, p2 = lens.unbind(1)
    r2 = x * x + y * y
    radial = 1 + r2 * (k1 + r2 * k2)
    return torch.stack(
        [
            x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
            y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y,
        ],
        dim=1,
    )


def undistorted(seen: Tensor, lens: Tensor) -> Tensor:
    """The inverse of `distorted` by Newton's method, from the point seen."""
    k1, k2, p1, p2 = lens.unbind(1)
    found = seen.clone()
    for _ in range(_UNDISTORTING):
        x, y = found.unbind(1)
        r2 = x * x + y * y
        radial, slope = 1 + r2 * (k1 + r2 * k2), 2 * (k1 + 2 * k2 * r2)
        xx = radial + slope * x * x + 2 * p1 * y + 6 * p2 * x
        yy = radial + slope * y * y + 6 * p1 * y + 2 * p2 * x
        xy = slope * x * y + 2 * p1 * x + 2 * p2 * y
        away = distorted(found, lens) - seen
        determinant = xx * yy - xy * xy
        determinant = torch.where(determinant.abs() < 1e-6, 1e-6, determinant)
        step_x = (yy * away[:, 0] - xy * away[:, 1]) / determinant
        step_y = (xx * away[:, 1] - xy * away[:, 0]) / determinant
        found = found - torch.stack([step_x, step_y], dim=1)
    return found


def look_at(eye: Tensor, target: Tensor, up: Sequence[float] = (0.0, 0.0, 1.0)) -> Tensor:
    """Poses (N, 3, 4) at eyes (N, 3) that look at targets (N, 3) or (3,), upright by `up`.

    A camera that looks along `up` has its right hand along x.
    """
    backward = eye - target
    backward = backward / backward.norm(dim=-1, keepdim=True)
    right = torch.linalg.cross(eye.new_tensor(up).expand_as(backward), backward)
    length = right.norm(dim=-1, keepdim=True)
    right = torch.where(length < 1e-6, eye.new_tensor([1.0, 0.0, 0.0]), right / length)
    return torch.stack([right, torch.linalg.cross(backward, right), backward, eye], dim=2)


def orbit(
    azimuth: Tensor, elevation: Tensor, radius: float, target: Sequence[float] = (0.0, 0.0, 0.0)
) -> Tensor:
    """Poses (N, 3, 4) on a sphere about `target`, angles (N,) in radians, looking at it."""
    middle = azimuth.new_tensor(target)
    flat = elevation.cos()
    out = torch.stack([flat * azimuth.cos(), flat * azimuth.sin(), elevation.sin()], dim=1)
    return look_at(middle + radius * out, middle)


def pinhole(poses: Tensor, size: tuple[int, int], angle_x: float) -> Cameras:
    """Cameras without distortion, `angle_x` radians wide, that look through the middle."""
    width, height = size
    focal = 0.5 * width / math.tan(0.5 * angle_x)
    lens = poses.new_tensor([focal, focal, width / 2, height / 2, 0, 0, 0, 0])
    return Cameras(poses, lens.expand(len(poses), 8).clone(), size)
