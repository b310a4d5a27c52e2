"""`main.py boxes`: what a run of boxes in space finds in pictures, as numbers in a file."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core import experiment as experiments
from core.abilities import Detects
from core.bases.box_numbers import as_csv, as_json
from core.bases.boxes_in_space import Found
from core.cli.bar import Bar
from core.cli.own_pictures import pictures_in, read_pictures
from core.cli.train import open_run
from core.config import ConfigError
from core.data.imageset import DataError
from core.data.unit import unit
from core.judge import method_of
from core.probe import load_probe
from core.progress import Progress
from core.runs import Run, RunStore
from core.runs.atomic import write_file

AT_ONCE = 32  # pictures
FILES = (".csv", ".json")


def add_words(words: argparse.ArgumentParser) -> None:
    """The words of `boxes`."""
    words.add_argument("run", help="id or folder of the run, or 'last'")
    words.add_argument(
        "picture", type=Path, nargs="?", default=None,
        help="a picture of your own, or a folder of them, taken 2 m above the ground along a "
        "street; else those that the run holds out, with their cameras")  # fmt: skip
    words.add_argument("--to", type=Path, default=Path("boxes.csv"),
                       help="a .csv or .json (%(default)s)")  # fmt: skip
    words.add_argument("--score", type=float, default=0.3, help="the least (%(default)s)")
    words.add_argument("--step", type=int, default=None, help="of this snapshot; else the last")


def boxes(given: argparse.Namespace) -> int:
    """`main.py boxes RUN [PICTURE|FOLDER] --to FILE`."""
    kind = given.to.suffix.lower()
    if kind not in FILES:
        raise ConfigError(f"--to {given.to}: expected a file ending in {' or '.join(FILES)}")
    if not 0 <= given.score <= 1:
        raise ConfigError(f"--score {given.score:g}: from 0 to 1")
    run = open_run(RunStore(given.runs), given.run)
    method, step = method_of(run, given.step)
    if not isinstance(method, Detects):
        raise ConfigError(f"{run.info.method} finds no boxes; choose a run of box_detector")
    names, images, cameras = _own(given.picture, run) if given.picture else _held_out(run)
    bar = Bar(given.quiet)
    try:
        found = _found(method, images, cameras, given.score, Progress(bar.tick))
    finally:
        bar.close()
    about = {"run": run.id, "step": step, "side": images.shape[-1], "least score": given.score}
    text = as_csv(names, found) if kind == ".csv" else as_json(names, found, about)
    write_file(given.to, text.encode())
    count = sum(len(answer.scores) for answer in found)
    print(f"{given.to}: {count:,} boxes in {len(names):,} pictures")
    return 0


def _held_out(run: Run) -> tuple[list[str], Tensor, Tensor | None]:
    """Names, images and cameras of the pictures that a run holds out, in its order."""
    probe = load_probe(run.path)
    count = len(probe) if probe.held_out is None else probe.held_out
    names = list(probe.names[:count]) or [f"held_out:{at}" for at in range(count)]
    if not count:
        raise DataError(f"{run.id} keeps no held-out pictures; name a picture or a folder")
    cameras = None if probe.cameras is None else torch.from_numpy(probe.cameras[:count].copy())
    return names, unit(torch.from_numpy(probe.images[:count].copy())), cameras


def _own(path: Path, run: Run) -> tuple[list[str], Tensor, None]:
    shape = experiments.shape_of(run)
    paths = pictures_in(path) if path.is_dir() else [path]
    pixels, read = read_pictures(paths, shape.channels, shape.side)
    return [p.name for p in read], unit(torch.from_numpy(pixels)), None


def _found(
    method: Detects, images: Tensor, cameras: Tensor | None, least: float, progress: Progress
) -> list[Found]:
    found = []
    for first in range(0, len(images), AT_ONCE):
        progress.update("Finding boxes", first, len(images), "pictures")
        some = slice(first, first + AT_ONCE)
        for answer in method.detect(images[some], None if cameras is None else cameras[some]):
            sure = np.flatnonzero(answer.scores >= least)
            parts = answer.kinds, answer.scores, answer.boxes, answer.flat
            found.append(Found(*(part[sure] for part in parts)))
    return found
