"""What leaves a scene: a mesh, points, a voxel grid, stills and films. No window is needed.

`Renders` is enough for points, stills and films; a mesh or a grid asks a field (`Extracts`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.abilities import Extracts, Renders
from core.pictures import as_images
from core.progress import Progress
from core.render import meshing, splat_files
from core.render.cameras import Cameras
from core.render.mesh import Mesh, cloud, sampled
from core.render.mesh_files import check_ending, encoded
from core.render.path import around
from core.runs.atomic import write_file
from core.videos import write_video

RESOLUTION = 128  # corners of the grid along each side
POINTS = 50_000
VIEWS, SIDE = 12, 128  # what points are seen in
LOOKING = "looking at the scene"
OPAQUE = 0.9  # of a pixel that shows a surface
THIN = 0.1  # of the usual density at a surface: less is no surface
LEVEL_SIDE = 40  # pixels of the views that tell where the surface is


class NotExtracted(ValueError):
    """A method of which that cannot be made; says what it can."""


def _extracts(method: Any) -> Extracts:
    if not isinstance(method, Extracts):
        raise NotExtracted(
            f"{type(method).__name__} has no field to ask: no mesh or voxels can be made of it; "
            "export points"
        )
    return method


def _renders(method: Any) -> Renders:
    if not isinstance(method, Renders):
        raise NotExtracted(f"{type(method).__name__} shows no scene; choose a run of a scene")
    return method


def device_of(method: Any) -> torch.device:
    """Where the method's numbers are."""
    found: torch.device = next(iter(method.state_dict().values())).device
    return found


def _to(camera: Cameras, device: torch.device) -> Cameras:
    return Cameras(camera.poses.to(device), camera.lenses.to(device), camera.size)


@torch.no_grad()
def seen_points(
    method: Any, views: int = VIEWS, side: int = SIDE, progress: Progress | None = None
) -> Mesh:
    """Points and their colours where cameras around the scene, high and low, see a surface."""
    renders, progress = _renders(method), progress or Progress()
    device = device_of(method)
    half = max(1, views // 2)
    rows = [around(half, (side, side), elevation=e) for e in (0.35, 1.0)]
    cameras = Cameras(torch.cat([r.poses for r in rows]), torch.cat([r.lenses for r in rows]),
                      (side, side))  # fmt: skip
    places, colours = [], []
    for one in range(len(cameras)):
        progress.update(LOOKING, one, len(cameras), "views")
        camera = _to(cameras[one], device)
        seen = renders.render(camera)
        solid = (seen.opacity > OPAQUE).flatten()
        origins, directions = camera.all_rays()
        found = origins[solid] + seen.depth.flatten()[solid, None] * directions[solid]
        within = (found.abs() <= 1).all(dim=1)
        places.append(found[within].cpu())
        colours.append(seen.colour.flatten(0, 1)[solid][within].clamp(0, 1).cpu())
    progress.update(LOOKING, len(cameras), len(cameras), "views")
    found = torch.cat(places)
    if not len(found):
        raise meshing.NothingThere("no view shows anything solid; train on, then export")
    return cloud(found.numpy(), torch.cat(colours).float().numpy())


@torch.no_grad()
def surface_level(method: Any) -> float:
    """The density of the surface: what the method says, or what half of the pixels see there.

    A pixel's depth is where its light is stopped on average; the level is the median of the
    densities a little in front of it, at half of what is met there.
    """
    known = _extracts(method).surface_level
    if known is not None:
        return known
    points = torch.from_numpy(seen_points(method, 4, LEVEL_SIDE).vertices)
    found = _extracts(method).density_at(points.to(device_of(method)))
    return 0.5 * float(found.median())


def make_mesh(
    method: Any,
    resolution: int = RESOLUTION,
    level: float | None = None,
    progress: Progress | None = None,
) -> Mesh:
    """The coloured mesh where the field crosses a level; raises NotExtracted, NothingThere."""
    field = _extracts(method)
    level = surface_level(method) if level is None else level
    return meshing.extracted(field, resolution, level, device_of(method), progress)


def _on_surface(method: Any, found: Mesh) -> Mesh:
    """Without what lies between two surfaces, where a pixel at an edge sees a part of each."""
    with torch.no_grad():
        dense = method.density_at(torch.from_numpy(found.vertices).to(device_of(method)))
    kept = (dense > THIN * dense.median()).cpu().numpy()
    assert found.colours is not None
    return cloud(found.vertices[kept], found.colours[kept])


def make_points(method: Any, count: int = POINTS, progress: Progress | None = None) -> Mesh:
    """Points with colours on what the views show, at most `count`, the same at every call."""
    found = seen_points(method, progress=progress)
    if isinstance(method, Extracts):
        found = _on_surface(method, found)
    if len(found.vertices) <= count:
        return found
    return sampled(found, count, np.random.default_rng(0))


@torch.no_grad()
def make_voxels(
    method: Any, resolution: int = RESOLUTION, progress: Progress | None = None
) -> dict[str, np.ndarray]:
    """`density` (S, S, S) and `colour` (S, S, S, 3) from above at the corners, x first; `box`."""
    field, progress, device = _extracts(method), progress or Progress(), device_of(method)
    density = meshing.asked(field.density_at, resolution, device, progress)

    def shown(points: Tensor) -> Tensor:
        down = points.new_tensor([0.0, 0.0, -1.0]).expand_as(points)
        return field.colour_at(points, down)

    colours = np.zeros((resolution**3, 3), np.float32)
    points = meshing.lattice_points(resolution)
    for at in range(0, len(points), meshing.BATCH):
        progress.update(meshing.COLOURING, at, len(points), "points")
        part = points[at : at + meshing.BATCH].to(device)
        colours[at : at + len(part)] = shown(part).float().clamp(0, 1).cpu().numpy()
    progress.update(meshing.COLOURING, len(points), len(points), "points")
    shape = (resolution,) * 3
    box = np.array([[-1.0] * 3, [1.0] * 3], np.float32)
    return {"density": density, "colour": colours.reshape(*shape, 3), "box": box}


def write_mesh(path: Path, mesh: Mesh) -> None:
    """A .ply or .obj, whole or not at all; raises MeshError for another ending."""
    check_ending(path)
    write_file(path, encoded(mesh, path.suffix))


def write_splats(path: Path, method: Any) -> int:
    """The Gaussians of a method as .ply or .splat, whole or not at all; how many.

    Raises NotExtracted where it has none, SplatError for another ending.
    """
    splat_files.check_ending(path)
    give = getattr(method, "splats", None)
    if not callable(give):
        raise NotExtracted(
            f"{type(method).__name__} has no Gaussians; export a mesh or points, or choose a run "
            "of gaussians"
        )
    found, focal = give()
    write_file(path, splat_files.encoded(found, focal, path.suffix))
    return len(found)


def write_voxels(path: Path, grid: dict[str, np.ndarray]) -> None:
    """An .npz that numpy reads without pickle."""
    import io

    if path.suffix.lower() != ".npz":
        raise ValueError(f"{path.name}: a voxel grid is written as .npz")
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **grid)
    write_file(path, out.getvalue())


def write_still(path: Path, colour: Tensor) -> None:
    """A picture (H, W, 3) in 0..1 as .png."""
    import io

    from PIL import Image

    if path.suffix.lower() != ".png":
        raise ValueError(f"{path.name}: a still is written as .png")
    out = io.BytesIO()
    Image.fromarray(as_images(colour[None].cpu().numpy())[0]).save(out, "PNG")
    write_file(path, out.getvalue())


def frames_of(method: Any, cameras: Cameras, progress: Progress) -> Iterator[np.ndarray]:
    """Pictures (H, W, 3) uint8 of one camera after the other; raises Cancelled between bands."""
    renders, device = _renders(method), device_of(method)

    def cancelled() -> bool:
        return progress.is_cancelled()

    for one in range(len(cameras)):
        with torch.no_grad():
            seen = renders.render(_to(cameras[one], device), cancelled=cancelled)
        yield as_images(seen.colour[None].float().cpu().numpy())[0]


def write_film(
    path: Path, method: Any, cameras: Cameras, fps: float = 25.0, progress: Progress | None = None
) -> int:
    """The pictures of all cameras as .mp4 or .gif, whole or not at all; their number.

    Raises core.videos.FilmError, NotExtracted, or Cancelled out of `progress`.
    """
    progress = progress or Progress()
    return write_video(path, frames_of(method, cameras, progress), fps, progress, len(cameras))
