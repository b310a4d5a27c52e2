"""`main.py generate` and `main.py score`: what a run makes, and how good that is."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core import experiment as experiments
from core import scores
from core.cli.bar import Bar
from core.cli.judge import print_table
from core.cli.train import open_run
from core.config import ConfigError
from core.evaluate.generative.classifier import judge_of
from core.generative import hype
from core.generative.judging import USUAL, Bench, bench_of, modes_of, samples
from core.pictures import Images, Table, as_images
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
    score.add_argument(
        "--all", action="store_true", help="every snapshot that was not scored with as many yet"
    )


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
    method, _ = scores.generator_of(open_run(RunStore(given.runs), given.run), given.step)
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
    """`main.py score RUN`: what its samples score, or of points which modes they found.

    What is found is kept with the run; what people said of its pictures is told, too.
    """
    store = RunStore(given.runs)
    run = open_run(store, given.run)
    bar = Bar(given.quiet)
    progress = Progress(bar.tick)
    try:
        method, step = scores.generator_of(run, given.step)  # refuses before a judge is trained
        data = experiments.load_data(experiments.from_run(run), progress)
        if data.points:
            told: Table | str = str(
                modes_of(samples(method, given.count, progress, given.raw), data)
            )
        else:
            bench = bench_of(data, judge_of(data, progress), progress)
            step, told = _scored(store, run, bench, given, progress)
    finally:
        bar.close()
    print(f"{run.info.title}, step {step:,}" if step >= 0 else run.info.title)
    if isinstance(told, str):
        print(told)
    else:
        print_table(told)
    for each in hype.kept(run):
        print(f"Judged by eye, step {each['step']:,}: {hype.verdict_of(each).sentence()}")
    return 0


def _scored(
    store: RunStore, run: Run, bench: Bench, given: argparse.Namespace, progress: Progress
) -> tuple[int, Table]:
    """Score a step, or all; -1 stands for all."""
    if given.all:
        entries = scores.score_all(store, run, bench, given.count, (given.raw,), progress)
        return -1, scores.table(entries)
    found = scores.score(run, bench, given.step, given.count, (given.raw,), progress)
    scores.keep(store, run, [each.to_dict() for each in found])
    return found[0].step, scores.compared(found)


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
