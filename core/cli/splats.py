"""`main.py splats`: the Gaussians of a run as a file, and a file of anyone's as a still."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from core.cli.train import open_run
from core.config import ConfigError
from core.judge import method_of
from core.pictures import as_images
from core.render import splatting
from core.render.cameras import orbit, pinhole
from core.render.splat_files import SAVED, SplatFile, check_ending, encoded, read_splats
from core.runs import RunStore
from core.runs.atomic import write_file

RADIUS, ANGLE = 4.0, 0.6911


def add_words(words: argparse.ArgumentParser) -> None:
    """The words of `splats`."""
    words.add_argument("source", help="id or folder of a run, 'last', or a .ply or .splat")
    words.add_argument("-o", "--to", type=Path, required=True, help="a .ply, .splat or .png")
    words.add_argument("--step", type=int, default=None, help="of this snapshot; else the last")
    words.add_argument("--side", type=int, default=400, help="of the .png in pixels (%(default)s)")
    words.add_argument("--azimuth", type=float, default=0.6, help="radians (%(default)s)")
    words.add_argument("--elevation", type=float, default=0.5, help="radians (%(default)s)")
    words.add_argument("--focal", type=float, default=None,
                       help="of the views a file was learned from, in pixels")  # fmt: skip


def splats_of(method: Any) -> SplatFile:
    """What a method has learned; raises ConfigError where that is no Gaussians."""
    give = getattr(method, "splats", None)
    if not callable(give):
        raise ConfigError(f"{type(method).__name__} has no Gaussians; choose a run of gaussians")
    return SplatFile(*give())


def write_splats(method: Any, path: Path) -> int:
    """Write what a method has learned as a .ply or .splat; returns how many Gaussians.

    Raises ConfigError where it has none, SplatError for another ending.
    """
    check_ending(path)
    held = splats_of(method)
    write_file(path, encoded(held.gaussians, held.focal, path.suffix))
    return len(held.gaussians)


def splats(given: argparse.Namespace) -> int:
    """`main.py splats RUN|FILE -o FILE`."""
    if given.to.suffix.lower() not in (*SAVED, ".png"):
        raise ConfigError(f"-o {given.to}: a .ply, .splat or .png is needed")
    if Path(given.source).suffix.lower() in SAVED:
        held = read_splats(Path(given.source))
        for remark in held.remarks:
            print(f"{Path(given.source).name}: {remark}")
    else:
        method, _ = method_of(open_run(RunStore(given.runs), given.source), given.step)
        if given.to.suffix.lower() != ".png":
            print(f"{given.to}: {write_splats(method, given.to):,} Gaussians")
            return 0
        held = splats_of(method)
    focal = given.focal or held.focal
    if given.to.suffix.lower() == ".png":
        _still(held, focal, given)
    else:
        write_file(given.to, encoded(held.gaussians, focal, given.to.suffix))
    print(f"{given.to}: {len(held.gaussians):,} Gaussians")
    return 0


@torch.no_grad()
def _still(held: SplatFile, focal: float, given: argparse.Namespace) -> None:
    from core.render import splat_kernels, splat_projection

    if not 8 <= given.side <= 4096:
        raise ConfigError(f"--side {given.side}: 8 to 4096 pixels")
    angles = torch.tensor([[given.azimuth], [given.elevation]])
    camera = pinhole(orbit(angles[0], angles[1], RADIUS), (given.side, given.side), ANGLE)
    blur = math.sqrt(splatting.DILATION) / focal
    seen = splat_projection.project(held.gaussians, camera, blur)
    colour = splat_kernels.rasterise(seen, camera.size, torch.ones(3)).colour
    given.to.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(as_images(colour[None].clamp(0, 1).numpy())[0]).save(given.to)
