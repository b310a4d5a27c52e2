"""A 3-D file to look at: a mesh, a point cloud or Gaussians, whichever it holds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from core.progress import Cancelled
from core.render import splatting
from core.render.cameras import Cameras, look_at
from core.render.marching import RaySamples
from core.render.mesh import Mesh, in_box
from core.render.mesh_files import read_mesh
from core.render.raster import draw
from core.render.splat_files import SplatFile, read_splats
from core.render.splat_ray import along_ray
from core.render.volume import Seen

ENDINGS = (".obj", ".ply", ".splat")
REACH = 0.9  # of the box, by what is moved and scaled into it
OUTSIDE = 1.001  # from where something reaches out of the scene box
STRAY = 0.01  # share of the Gaussians at either side of an axis that may lie outside
_MARK = b"f_dc_0"  # a field that only Gaussians have


class Model(Protocol):
    """What a file holds, as something that a camera takes pictures of."""

    background: Tensor

    @property
    def words(self) -> str:
        """What it is, and how much of it there is."""
        ...

    @property
    def outside(self) -> bool:
        """Whether it reaches out of the scene box from −1 to 1."""
        ...

    def fitted(self) -> Model:
        """Moved and scaled alike on all axes into the box."""
        ...

    def render(
        self,
        camera: Cameras,
        size: tuple[int, int] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Seen:
        """As core.abilities.Renders."""
        ...

    def sample_ray(self, origin: Tensor, direction: Tensor) -> RaySamples:
        """As core.abilities.Renders."""
        ...


@dataclass
class MeshModel:
    """Triangles, or points where there are none."""

    mesh: Mesh
    upright: bool = True  # False: y is up, as in most .obj files
    hasty: bool = False

    def __post_init__(self) -> None:
        self.background = torch.ones(3)

    @property
    def words(self) -> str:
        """How many triangles or points."""
        faces, points = len(self.mesh.faces), len(self.mesh.vertices)
        return f"{faces:,} triangles" if faces else f"{points:,} points"

    @property
    def outside(self) -> bool:
        """Whether a corner lies outside."""
        return float(abs(self.mesh.vertices).max()) > OUTSIDE

    def fitted(self) -> MeshModel:
        """All of it within, z up."""
        return replace(self, mesh=in_box(self.mesh, REACH, self.upright), upright=True)

    def render(
        self,
        camera: Cameras,
        size: tuple[int, int] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Seen:
        """Lit from the camera where it has no colours."""
        if cancelled is not None and cancelled():
            raise Cancelled("the picture is no longer wanted")
        return draw(self.mesh, camera if size is None else camera.resized(*size)).seen

    def sample_ray(self, origin: Tensor, direction: Tensor) -> RaySamples:
        """The one place where the ray meets a surface, or none."""
        seen = self.render(_along(origin, direction))
        met = seen.opacity.flatten() > 0
        one = seen.opacity.flatten()[met]
        return RaySamples(seen.depth.flatten()[met], one, one, one, seen.colour.view(-1, 3)[met])


@dataclass
class SplatModel:
    """Gaussians."""

    held: SplatFile
    hasty: bool = False

    def __post_init__(self) -> None:
        self.background = torch.ones(3)

    @property
    def words(self) -> str:
        """How many, and what of the file was not taken over."""
        return ". ".join((f"{len(self.held.gaussians):,} Gaussians", *self.held.remarks))

    @property
    def outside(self) -> bool:
        """Whether more than a few lie outside."""
        low, high = self._span()
        return float(torch.maximum(-low, high).max()) > OUTSIDE

    @property
    def _blur(self) -> float:
        return math.sqrt(splatting.DILATION) / self.held.focal

    def _span(self) -> tuple[Tensor, Tensor]:
        means = self.held.gaussians.means.double()
        shares = means.new_tensor([STRAY, 1 - STRAY])
        low, high = torch.stack([_quantiles(means[:, axis], shares) for axis in range(3)], 1)
        return low, high

    def fitted(self) -> SplatModel:
        """All but the strays within."""
        low, high = self._span()
        scale = 2 * REACH / max(float((high - low).max()), 1e-12)
        found = self.held.gaussians
        moved = replace(
            found,
            means=((found.means - ((low + high) / 2).float()) * scale).contiguous(),
            log_scales=found.log_scales + math.log(scale),
        )
        return replace(self, held=replace(self.held, gaussians=moved))

    @torch.no_grad()
    def render(
        self,
        camera: Cameras,
        size: tuple[int, int] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Seen:
        """By the compiled loops."""
        from core.render import splat_kernels, splat_projection

        if cancelled is not None and cancelled():
            raise Cancelled("the picture is no longer wanted")
        camera = camera if size is None else camera.resized(*size)
        seen = splat_projection.project(self.held.gaussians, camera, self._blur)
        return splat_kernels.rasterise(seen, camera.size, self.background)

    def sample_ray(self, origin: Tensor, direction: Tensor) -> RaySamples:
        """The Gaussians that the ray meets."""
        held = self.held
        return along_ray(held.gaussians, origin, direction, held.focal, self._blur)


def read_model(path: Path, fit: bool | None = None) -> Model:
    """What a .obj, .ply or .splat holds; moved into the box where `fit`, None: where it must be.

    Raises MeshError, SplatError, OSError.
    """
    found: Model
    if path.suffix.lower() == ".splat" or _holds_gaussians(path):
        found = SplatModel(read_splats(path))
    else:
        upright = path.suffix.lower() != ".obj"
        found = MeshModel(read_mesh(path), upright)
    wanted = found.outside if fit is None else fit
    return found.fitted() if wanted else found


def _holds_gaussians(path: Path) -> bool:
    if path.suffix.lower() != ".ply":
        return False
    with path.open("rb") as file:
        return _MARK in file.read(1 << 14).partition(b"end_header")[0]


def _quantiles(values: Tensor, shares: Tensor) -> Tensor:
    """As torch.quantile, of more values than it takes."""
    at = (shares * (len(values) - 1)).round().long()
    return values.sort()[0][at]


def _along(origin: Tensor, direction: Tensor) -> Cameras:
    """A camera of one pixel."""
    lens = origin.new_tensor([[500.0, 500.0, 0.5, 0.5, 0, 0, 0, 0]])
    return Cameras(look_at(origin[None], (origin + direction)[None]), lens, (1, 1))
