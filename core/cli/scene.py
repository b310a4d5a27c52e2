"""What leaves a scene without a window: meshes, points, voxels, films; and a file seen again."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from core import scene_out
from core.cli.bar import Bar
from core.cli.train import open_run
from core.config import ConfigError
from core.judge import method_of
from core.progress import Progress
from core.render.cameras import Cameras, orbit, pinhole
from core.render.mesh_files import check_ending, read_mesh
from core.render.path import ANGLE, ELEVATION, RADIUS, around
from core.runs import RunStore
from core.videos import check_ending as check_film

AZIMUTH = 0.6


def _with_bar(given: argparse.Namespace, work: Callable[[Progress], Any]) -> Any:
    bar = Bar(given.quiet)
    try:
        return work(Progress(bar.tick))
    finally:
        bar.close()


def export_scene(given: argparse.Namespace) -> int:
    """`main.py export RUN --mesh FILE | --points FILE | --voxels FILE`, one or several."""
    for path in (given.mesh, given.points):
        if path is not None:
            check_ending(path)
    method, _ = method_of(open_run(RunStore(given.runs), given.run), given.step)

    def work(progress: Progress) -> None:
        if given.mesh is not None:
            mesh = scene_out.make_mesh(method, given.resolution, given.level, progress)
            scene_out.write_mesh(given.mesh, mesh)
            print(f"{given.mesh}: {len(mesh.vertices):,} vertices, {len(mesh.faces):,} triangles")
        if given.points is not None:
            points = scene_out.make_points(method, progress=progress)
            scene_out.write_mesh(given.points, points)
            print(f"{given.points}: {len(points.vertices):,} points")
        if given.voxels is not None:
            grid = scene_out.make_voxels(method, given.resolution, progress)
            scene_out.write_voxels(given.voxels, grid)
            print(f"{given.voxels}: {given.resolution}³ corners")

    _with_bar(given, work)
    return 0


def _size(text: str) -> tuple[int, int]:
    """Of "320x240"."""
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise ConfigError(f"--size {text}: expected width and height as 320x240") from None
    if not (8 <= width <= 4096 and 8 <= height <= 4096):
        raise ConfigError(f"--size {text}: each side is 8 to 4096 pixels")
    return width, height


def _camera_words(words: argparse.ArgumentParser) -> None:
    words.add_argument("--size", default="320x240", help="width and height (%(default)s)")
    words.add_argument("--radius", type=float, default=RADIUS, help="from the middle (%(default)s)")
    words.add_argument(
        "--elevation", type=float, default=ELEVATION, help="radians above (%(default)s)"
    )


def add_film_words(words: argparse.ArgumentParser) -> None:
    """The words of `film`."""
    words.add_argument("run", help="id or folder of the run, or 'last'")
    words.add_argument("-o", "--to", type=Path, required=True, help="an .mp4 or .gif")
    words.add_argument("--orbit", action="store_true", help="once about the scene, as without it")
    words.add_argument("--seconds", type=float, default=4.0, help="how long (%(default)s)")
    words.add_argument("--fps", type=float, default=25.0, help="pictures a second (%(default)s)")
    words.add_argument("--step", type=int, default=None, help="of this snapshot; else the last")
    _camera_words(words)


def film(given: argparse.Namespace) -> int:
    """`main.py film RUN --orbit -o FILE`."""
    check_film(given.to)
    size, count = _size(given.size), round(given.seconds * given.fps)
    if count < 1:
        raise ConfigError(f"--seconds {given.seconds:g}: too short for one picture")
    method, _ = method_of(open_run(RunStore(given.runs), given.run), given.step)
    cameras = around(count, size, given.radius, given.elevation)
    written = _with_bar(
        given, lambda progress: scene_out.write_film(given.to, method, cameras, given.fps, progress)
    )
    print(f"{given.to}: {written} pictures")
    return 0


def add_view_words(words: argparse.ArgumentParser) -> None:
    """The words of `view`."""
    words.add_argument("file", type=Path, help="a .ply or .obj of a mesh or of points")
    words.add_argument("-o", "--to", type=Path, required=True, help="a .png")
    words.add_argument("--azimuth", type=float, default=AZIMUTH, help="radians (%(default)s)")
    words.add_argument("--fit", action="store_true", help="move and scale it into the scene box")
    _camera_words(words)


def view(given: argparse.Namespace) -> int:
    """`main.py view FILE -o STILL`."""
    from core.render.mesh import in_box
    from core.render.raster import draw

    mesh = read_mesh(given.file)
    outside = float(abs(mesh.vertices).max()) > 1.001
    if given.fit:
        mesh = in_box(mesh, upright=given.file.suffix.lower() != ".obj")
    seen = draw(mesh, _camera(given)).seen
    scene_out.write_still(given.to, seen.colour)
    what = f"{len(mesh.faces):,} triangles" if len(mesh.faces) else f"{len(mesh.vertices):,} points"
    print(f"{given.to}: {what}")
    if outside and not given.fit:
        print("it reaches out of the scene box from −1 to 1; --fit moves and scales it into it")
    return 0


def _camera(given: argparse.Namespace) -> Cameras:
    angle = torch.tensor([[given.azimuth], [given.elevation]])
    return pinhole(orbit(angle[0], angle[1], given.radius), _size(given.size), ANGLE)
