"""What a run makes and how good that is: `main.py generate`, `score` and `guidance`."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core import experiment as experiments
from core.abilities import Generates
from core.cli.bar import Bar
from core.cli.judge import print_table
from core.cli.train import open_run
from core.config import ConfigError
from core.evaluate.generative.classifier import judge_of
from core.generative.guidance import COUNT, STEPS, WEIGHTS
from core.generative.guidance import guidance as measured
from core.generative.judging import USUAL, modes_of, quality, samples
from core.judge import method_of
from core.pictures import Images, as_images
from core.progress import Progress
from core.runs import Run, RunStore

GAP = 1  # pixels between the pictures of a grid


def add_words(generate: argparse.ArgumentParser) -> None:
    """The words of `generate`."""
    _run_words(generate)
    generate.add_argument("--count", type=int, default=64, help="pictures (%(default)s)")
    generate.add_argument(
        "--to",
        type=Path,
        required=True,
        help="a .png for one grid, a folder for one .png each; of points a .csv",
    )


def add_score_words(score: argparse.ArgumentParser) -> None:
    """The words of `score`."""
    _run_words(score)
    score.add_argument(
        "--count", type=int, default=USUAL, help="samples that are judged (%(default)s)"
    )


def add_guidance_words(words: argparse.ArgumentParser) -> None:
    """The words of `guidance`."""
    words.add_argument("run", help="id or folder of the run, or 'last'")
    words.add_argument("--step", type=int, default=None, help="of this snapshot; else the last")
    words.add_argument(
        "--weights", default=",".join(f"{w:g}" for w in WEIGHTS), metavar="LIST", help="%(default)s"
    )
    words.add_argument("--count", type=int, default=COUNT, help="samples of each (%(default)s)")
    words.add_argument("--steps", type=int, default=STEPS, help="of each sample (%(default)s)")


def guidance(given: argparse.Namespace) -> int:
    """`main.py guidance RUN`: accuracy and diversity at several weights of guidance."""
    run = open_run(RunStore(given.runs), given.run)
    method, step = method_of(run, given.step)
    try:
        weights = [float(part) for part in given.weights.split(",")]
    except ValueError:
        raise ConfigError(
            f"--weights {given.weights!r}: expected numbers with commas between"
        ) from None
    bar = Bar(given.quiet)
    progress = Progress(bar.tick)
    try:
        data = experiments.load_data(experiments.from_run(run), progress)
        found = measured(
            method, data, judge_of(data, progress), weights, given.count, given.steps, progress
        )
    finally:
        bar.close()
    print(f"{run.info.title}, step {step:,}")
    print_table(found.table())
    return 0


def _run_words(words: argparse.ArgumentParser) -> None:
    words.add_argument("run", help="id or folder of the run, or 'last'")
    words.add_argument("--step", type=int, default=None, help="of this snapshot; else the last")
    words.add_argument(
        "--raw", action="store_true", help="by the weights themselves, not their average"
    )


def generate(given: argparse.Namespace) -> int:
    """`main.py generate RUN --count N --to FILE`."""
    if given.count < 1:
        raise ConfigError(f"--count {given.count}: at least 1 is needed")
    method, _ = _generator(open_run(RunStore(given.runs), given.run), given.step)
    bar = Bar(given.quiet)
    try:
        found = samples(method, given.count, Progress(bar.tick), given.raw).numpy()
    finally:
        bar.close()
    points, to = found.shape[1:] == (2, 1, 1), given.to
    if points != (to.suffix.lower() == ".csv"):
        wanted = "a .csv" if points else "a .png or a folder"
        raise ConfigError(f"--to {to}: these are {'points' if points else 'pictures'}; {wanted}")
    if points:
        rows = found.reshape(-1, 2)
        to.write_text("x,y\n" + "".join(f"{x:.6g},{y:.6g}\n" for x, y in rows), encoding="utf-8")
    elif to.suffix.lower() == ".png":
        Image.fromarray(grid(as_images(found))).save(to)
    else:
        to.mkdir(parents=True, exist_ok=True)
        for number, image in enumerate(as_images(found), 1):
            Image.fromarray(image).save(to / f"{number:05d}.png")
    print(to)
    return 0


def score(given: argparse.Namespace) -> int:
    """`main.py score RUN`: what its samples score, or of points which modes they found."""
    run = open_run(RunStore(given.runs), given.run)
    method, step = _generator(run, given.step)
    bar = Bar(given.quiet)
    progress = Progress(bar.tick)
    try:
        data = experiments.load_data(experiments.from_run(run), progress)
        made = samples(method, given.count, progress, given.raw)
        if data.points:
            found = None
        else:
            found = quality(made, data, judge_of(data, progress), progress)
    finally:
        bar.close()
    print(f"{run.info.title}, step {step:,}")
    if found is None:
        print(modes_of(made, data))
    else:
        print_table(found.table())
    return 0


def _generator(run: Run, step: int | None) -> tuple[Generates, int]:
    method, at = method_of(run, step)
    if not isinstance(method, Generates):
        raise ConfigError(f"{run.info.method} generates nothing; choose a run of gan or another "
                           "method that does")  # fmt: skip
    return method, at


def grid(images: Images) -> NDArray[np.uint8]:
    """Pictures (N, H, W, 3) in rows, about as many as columns, with a line between."""
    count, height, width = images.shape[:3]
    columns = int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    sheet = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3), 255, np.uint8)
    for at, image in enumerate(images):
        y, x = (at // columns) * (height + GAP), (at % columns) * (width + GAP)
        sheet[y : y + height, x : x + width] = image
    return sheet
