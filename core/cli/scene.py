"""What leaves a scene without a window: meshes, points, splats, films; and a file seen again."""

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
from core.render.camera_path import CameraPath, PathError, read_path
from core.render.cameras import Cameras, orbit, pinhole
from core.render.mesh_files import check_ending
from core.render.models import read_model
from core.render.path import ANGLE, ELEVATION, RADIUS, around
from core.render.splat_files import check_ending as check_splats
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
    """`main.py export RUN --mesh FILE`, or --points, --splats, --voxels; one or several."""
    for path in (given.mesh, given.points):
        if path is not None:
            check_ending(path)
    if given.splats is not None:
        check_splats(given.splats)
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
        if given.splats is not None:
            print(f"{given.splats}: {scene_out.write_splats(given.splats, method):,} Gaussians")
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
    words.add_argument("--path", type=Path, default=None, metavar="FILE",
                       help="along the keyframes of a .json that the window wrote")  # fmt: skip
    words.add_argument("--seconds", type=float, default=None,
                       help="how long; 4, or what the path says")  # fmt: skip
    words.add_argument("--fps", type=float, default=25.0, help="pictures a second (%(default)s)")
    words.add_argument("--step", type=int, default=None, help="of this snapshot; else the last")
    _camera_words(words)


def film(given: argparse.Namespace) -> int:
    """`main.py film RUN --orbit -o FILE`, or --path FILE."""
    check_film(given.to)
    way = _path(given)
    seconds = way.seconds if given.seconds is None else given.seconds
    size, count = _size(given.size), round(seconds * given.fps)
    if count < 1:
        raise ConfigError(f"--seconds {seconds:g}: too short for one picture")
    method, _ = method_of(open_run(RunStore(given.runs), given.run), given.step)
    if given.path is not None:
        cameras = way.cameras(count, size)
    else:
        cameras = around(count, size, given.radius, given.elevation)
    written = _with_bar(
        given, lambda progress: scene_out.write_film(given.to, method, cameras, given.fps, progress)
    )
    print(f"{given.to}: {written} pictures")
    return 0


def _path(given: argparse.Namespace) -> CameraPath:
    """The way that is asked for; raises ConfigError in words, also for one of a single keyframe."""
    if given.path is None:
        return CameraPath()
    if given.orbit:
        raise ConfigError("--orbit and --path: choose one of them")
    try:
        way = read_path(given.path)
        way.views(2)
    except (PathError, OSError) as error:
        raise ConfigError(f"--path {given.path}: {error}") from None
    return way


def add_view_words(words: argparse.ArgumentParser) -> None:
    """The words of `view`."""
    words.add_argument("file", type=Path, help="a .ply, .obj or .splat")
    words.add_argument("-o", "--to", type=Path, required=True, help="a .png")
    words.add_argument("--azimuth", type=float, default=AZIMUTH, help="radians (%(default)s)")
    words.add_argument("--fit", action="store_true", help="move and scale it into the scene box")
    _camera_words(words)


def view(given: argparse.Namespace) -> int:
    """`main.py view FILE -o STILL`."""
    model = read_model(given.file, given.fit)
    scene_out.write_still(given.to, model.render(_camera(given)).colour)
    print(f"{given.to}: {model.words}")
    if model.outside:
        print("it reaches out of the scene box from −1 to 1; --fit moves and scales it into it")
    return 0


def _camera(given: argparse.Namespace) -> Cameras:
    angle = torch.tensor([[given.azimuth], [given.elevation]])
    return pinhole(orbit(angle[0], angle[1], given.radius), _size(given.size), ANGLE)
