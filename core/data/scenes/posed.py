"""A scene of one's own: frames and cameras as a file says them, then pictures in the scene box."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.data.imageset import DataError
from core.progress import Progress
from core.render.cameras import Cameras

_FORMATS = (
    "transforms.json; transforms_train.json of a Blender set; cameras and images, .txt or .bin, of "
    "a COLMAP model (in sparse/0, sparse or the folder itself)"
)


@dataclass(frozen=True)
class Frame:
    """One picture and its camera, in the coordinates of the file, the camera's axes OpenGL's."""

    name: str
    path: Path
    pose: Tensor  # (3, 4) float64, camera to world
    lens: Tensor | None  # (8,) float64 of a picture of `size`; None: `angle_x` says it
    size: tuple[int, int] | None  # width and height that the lens is said for; None: the picture's
    angle_x: float | None = None  # radians across the picture
    held_out: bool = False

    def camera(self, width: int, height: int) -> Cameras:
        """The camera for the picture as it is found, of that size."""
        if self.lens is None:
            assert self.angle_x is not None
            focal = 0.5 * width / np.tan(0.5 * self.angle_x)
            lens = torch.tensor([focal, focal, width / 2, height / 2, 0, 0, 0, 0]).double()
            return Cameras(self.pose[None], lens[None], (width, height))
        said = Cameras(self.pose[None], self.lens[None], self.size or (width, height))
        return said.resized(width, height)


@dataclass(frozen=True)
class Parsed:
    """What a file says of a scene."""

    title: str
    frames: list[Frame]
    files: list[Path]  # that it was read from
    upright: bool = True  # whether z is up; COLMAP knows no up
    box: float = 0.0  # half the side of the scene box about the origin; 0: not said
    points: Path | None = None  # the file of sparse points that came with the cameras
    remarks: list[str] = field(default_factory=list)

    def stamp(self) -> str:
        """What changes when any file changes."""
        found = []
        for path in [*self.files, *(frame.path for frame in self.frames)]:
            try:
                about = os.stat(path)
            except OSError:
                raise DataError(f"{path}: there is no such picture; it is named in "
                                f"{self.files[0].name}") from None  # fmt: skip
            found.append(f"{path}:{about.st_size}:{about.st_mtime_ns}")
        return "\n".join(found)


def parse(path: Path) -> Parsed:
    """What a file or folder says; raises DataError naming the file, the frame and the field."""
    from core.data.scenes.colmap import model_in, read_colmap
    from core.data.scenes.transforms import read_transforms

    if not path.exists():
        raise DataError(f"{path}: there is no such file or folder")
    if path.is_file():
        if path.suffix != ".json":
            raise DataError(
                f"{path.name}: expected a .json of cameras, or a folder with {_FORMATS}"
            )
        return read_transforms(path)
    for name in ("transforms.json", "transforms_train.json"):
        if (path / name).is_file():
            return read_transforms(path / name)
    model = model_in(path)
    if model is None:
        raise DataError(f"{path}: found no cameras; expected {_FORMATS}")
    return read_colmap(model, path)


def pictures_of(frames: Sequence[Frame], side: int, progress: Progress) -> tuple[Tensor, Cameras]:
    """The middle square of each picture over white, (N, 3, side, side) uint8, and its camera.

    The cameras stay in the coordinates of the file. Raises DataError naming the picture.
    """
    from PIL import Image

    pictures, poses, lenses = [], [], []
    for number, frame in enumerate(frames):
        progress.update("Reading a scene", number, len(frames), "pictures")
        try:
            with Image.open(frame.path) as file:
                picture = file.convert("RGBA")
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            raise DataError(f"{frame.path.name}, of frame {frame.name}: {error}") from error
        width, height = picture.size
        if (
            frame.size
            and abs(frame.size[0] * height - frame.size[1] * width) > 0.01 * width * height
        ):
            raise DataError(
                f"{frame.path.name} has {width} x {height} pixels, and its camera is of a picture "
                f"of {frame.size[0]} x {frame.size[1]}; is it turned on its side?"
            )
        least = min(width, height)
        left, top = (width - least) // 2, (height - least) // 2
        square = picture.crop((left, top, left + least, top + least))
        white = Image.new("RGBA", square.size, "white")
        flat = Image.alpha_composite(white, square).convert("RGB")
        small = flat.resize((side, side), Image.Resampling.BOX if least >= side else
                            Image.Resampling.BICUBIC)  # fmt: skip
        pictures.append(torch.from_numpy(np.array(small)).permute(2, 0, 1))
        camera = frame.camera(width, height).cropped(left, top, least, least).resized(side, side)
        poses.append(camera.poses)
        lenses.append(camera.lenses)
    progress.update("Reading a scene", len(frames), len(frames), "pictures")
    return torch.stack(pictures), Cameras(torch.cat(poses), torch.cat(lenses), (side, side))


def fit(cameras: Cameras, half: float, upright: bool) -> tuple[Cameras, Tensor]:
    """The cameras where the scene box reaches from −1 to 1, and the (4, 4) matrix that led there.

    The box stands about the point nearest to all lines of sight, or, where `half` of its side is
    said, about the origin, and is as large as most cameras see there. Without an up, the cameras'
    mean up becomes z.
    """
    poses = cameras.poses.double()
    turn = torch.eye(3).double() if upright else _turn_to_z(poses[:, :, 1].mean(dim=0))
    middle = torch.zeros(3).double()
    if not half:
        middle = _focus(poses[:, :, 3], -poses[:, :, 2])
        far = (poses[:, :, 3] - middle).norm(dim=1)
        half = float((far * cameras.size[0] / 2 / cameras.lenses[:, 0]).median())
    scale = 1 / max(half, 1e-9)
    world = torch.eye(4).double()
    world[:3, :3] = scale * turn
    world[:3, 3] = -scale * turn @ middle
    axes = turn @ poses[:, :, :3]
    centres = (world[:3, :3] @ poses[:, :, 3, None])[:, :, 0] + world[:3, 3]
    return Cameras(torch.cat([axes, centres[:, :, None]], 2), cameras.lenses, cameras.size), world


def _focus(centres: Tensor, forward: Tensor) -> Tensor:
    """The point nearest to all lines of sight, in the sense of least squares."""
    across = torch.eye(3).double() - forward[:, :, None] * forward[:, None, :]
    pulled = (across @ centres[:, :, None]).sum(dim=0)
    # Parallel lines have no such point: a little weight of the cameras' middle gives one.
    weight = 1e-8 * len(centres)
    matrix = across.sum(dim=0) + weight * torch.eye(3).double()
    ahead = centres.mean(dim=0, keepdim=True).T
    return torch.linalg.solve(matrix, pulled + weight * ahead)[:, 0]


def _turn_to_z(up: Tensor) -> Tensor:
    """The rotation (3, 3) that brings `up` to z by the shortest way."""
    up = up / up.norm().clamp(min=1e-9)
    z = torch.tensor([0.0, 0.0, 1.0]).double()
    if float(up @ z) < -0.9999:
        return torch.diag(torch.tensor([1.0, -1.0, -1.0]).double())
    v = torch.linalg.cross(up, z)
    skew = torch.tensor([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]]).double()
    return torch.eye(3).double() + skew + skew @ skew / (1 + float(up @ z))
