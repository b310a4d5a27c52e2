"""`main.py translate`: pictures of one's own, as a run makes them in the other domain."""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image

from core import experiment as experiments
from core.abilities import Translates
from core.cli.bar import Bar
from core.cli.own_pictures import pictures_in, read_pictures
from core.cli.train import open_run
from core.config import ConfigError
from core.evaluate.generative.translation import translated
from core.judge import method_of
from core.pictures import as_images
from core.progress import Progress
from core.runs import RunStore


def add_words(words: argparse.ArgumentParser) -> None:
    """The words of `translate`."""
    words.add_argument("run", help="id or folder of the run, or 'last'")
    words.add_argument("picture", type=Path, help="a picture, or a folder of them")
    words.add_argument(
        "--to", type=Path, required=True, help="a .png of one picture, a folder of several"
    )
    words.add_argument("--step", type=int, default=None, help="of this snapshot; else the last")
    words.add_argument(
        "--back", action="store_true", help="from the second domain to the first, where it leads"
    )


def translate(given: argparse.Namespace) -> int:
    """`main.py translate RUN PICTURE|FOLDER --to FILE|FOLDER`."""
    run = open_run(RunStore(given.runs), given.run)
    method, _ = method_of(run, given.step)
    if not isinstance(method, Translates):
        raise ConfigError(
            f"{run.info.method} translates nothing; choose a run of pix2pix or cyclegan"
        )
    if given.back and not method.both_ways:
        raise ConfigError(f"--back: {run.info.method} leads one way; choose a run of cyclegan")
    single = not given.picture.is_dir()
    if single != (given.to.suffix.lower() == ".png"):
        wanted = "a .png for one picture" if single else "a folder for a folder of pictures"
        raise ConfigError(f"--to {given.to}: {wanted} is needed")
    shape = experiments.shape_of(run)
    paths = [given.picture] if single else pictures_in(given.picture)
    pixels, read = read_pictures(paths, shape.channels, shape.side)
    bar = Bar(given.quiet)
    try:
        found = translated(method, pixels, Progress(bar.tick), given.back)
    finally:
        bar.close()
    images = as_images(found.numpy())
    if single:
        Image.fromarray(images[0]).save(given.to)
    else:
        given.to.mkdir(parents=True, exist_ok=True)
        for path, image in zip(read, images):
            Image.fromarray(image).save(given.to / f"{path.stem}.png")
    print(given.to)
    return 0
