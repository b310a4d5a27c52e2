"""`main.py render`: one picture of a scene that a run has learned, from any camera."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from core.cli.bar import Bar
from core.cli.train import open_run
from core.config import ConfigError
from core.judge import method_of
from core.probe import load_probe
from core.progress import Progress
from core.questions import CannotAnswer
from core.render.exposure import PASSES
from core.render.outputs import OUTPUTS
from core.render.viewpoint import PRESETS, UPS, Viewpoint, parsed
from core.report.draw import png
from core.runs import RunStore
from core.runs.atomic import write_file
from core.viewing import Easel, Views, Wish, looked_at

MOST = 8192  # pixels of a side


def add_words(words: argparse.ArgumentParser) -> None:
    """The words of `main.py render`."""
    add = words.add_argument
    add("run", help="id or folder of the run, or 'last'")
    add("--step", type=int, default=None, help="of this snapshot; the last without it")
    where = words.add_mutually_exclusive_group()
    where.add_argument("--camera", metavar="NAME",
        help="of a photograph: held_out:3, train:0 or its name")  # fmt: skip
    where.add_argument("--orbit", metavar="A,E,D",
        help="azimuth and elevation in degrees, and distance, as in 45,20,3.5")  # fmt: skip
    where.add_argument("--view", choices=tuple(PRESETS), help="one of the named views (home)")
    add("--up", choices=tuple(UPS), default="z", help="axis that points up (%(default)s)")
    add("--size", default="640x480", metavar="WxH", help="in pixels (%(default)s)")
    add("--output", choices=tuple(OUTPUTS), default="colour", help="what is shown (%(default)s)")
    add("--background", metavar="R,G,B", help="0 to 255 each; else what was trained with")
    add("--crop", metavar="X,Y,Z,X,Y,Z",
        help="least and greatest corner of what is seen, in -1..1")  # fmt: skip
    add("--passes", type=int, default=PASSES, help="samples of each pixel (%(default)s)")
    add("-o", "--to", type=Path, default=Path("render.png"), help="a .png (%(default)s)")


def render(given: argparse.Namespace) -> int:
    """`main.py render RUN --camera held_out:3 --output depth -o file.png`."""
    if given.to.suffix.lower() != ".png":
        raise ConfigError(f"-o {given.to}: a picture is written as .png")
    if not 1 <= given.passes <= 256:
        raise ConfigError(f"--passes {given.passes}: from 1 to 256")
    run = open_run(RunStore(given.runs), given.run)
    method, step = method_of(run, given.step)
    wish, views = _wish(given, run.path)
    easel = Easel(wish, views, given.passes)
    bar = Bar(given.quiet)
    progress = Progress(bar.tick)
    try:
        with torch.no_grad(), looked_at(method, wish.crop) as looker:
            made, whole = 0, wish.size[0] * wish.size[1] * given.passes
            while not easel.exposure.done:
                made += easel.exposure.go_on(looker, lambda: True)
                progress.update("Rendering", made, whole, "pixels")
            frame = easel.frame(looker, made, 0.0)
    except CannotAnswer as error:
        raise ConfigError(f"{run.id}: {error}") from None
    finally:
        bar.close()
    write_file(given.to, png(frame.pictures[0]))
    against = f", against {frame.compared}" if frame.compared else ""
    if not given.quiet:
        print(f"step {step:,}{against}")
    print(given.to)
    return 0


def _wish(given: argparse.Namespace, folder: Path) -> tuple[Wish, Views | None]:
    """What is asked for, and the photographs of the run where it has some."""
    probe = load_probe(folder)
    views = Views(probe) if probe.cameras is not None else None
    view = -1
    try:
        if given.camera is not None:
            if views is None:
                raise ValueError("this run knows no cameras; use --orbit or --view")
            view = views.named(given.camera)
            point = Viewpoint.from_camera(views.camera(view), 0, given.up)
        elif given.orbit is not None:
            point = replace(parsed(given.orbit), up=given.up)
        else:
            point = Viewpoint(up=given.up).preset(given.view or "home")
        size = _size(given.size)
        background = _numbers("--background", given.background, 3, 0, 255)
        crop = _numbers("--crop", given.crop, 6, -1, 1)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    behind = None if background is None else tuple(value / 255 for value in background)
    box = None if crop is None else (tuple(crop[:3]), tuple(crop[3:]))
    if box is not None and any(low >= high for low, high in zip(*box, strict=True)):
        raise ConfigError(f"--crop {given.crop}: each of the first three is below its greatest")
    return Wish(point, size, (given.output,), behind, box, view), views  # type: ignore[arg-type]


def _size(text: str) -> tuple[int, int]:
    """Width and height of "640x480"."""
    parts = text.lower().split("x")
    if len(parts) == 2 and all(p.isdigit() and 1 <= int(p) <= MOST for p in parts):
        return int(parts[0]), int(parts[1])
    raise ValueError(f"--size {text}: width and height as in 640x480, each up to {MOST:,}")


def _numbers(
    word: str, text: str | None, count: int, low: float, high: float
) -> list[float] | None:
    """So many numbers between two bounds, parted by commas."""
    if text is None:
        return None
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != count or not all(low <= number <= high for number in found):
        raise ValueError(f"{word} {text}: {count} numbers from {low:g} to {high:g}")
    return found
