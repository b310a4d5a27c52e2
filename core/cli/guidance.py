"""`main.py guidance`: how accuracy and diversity of a diffusion go with the weight of guidance."""

from __future__ import annotations

import argparse

from core import experiment as experiments
from core.cli.bar import Bar
from core.cli.judge import print_table
from core.cli.train import open_run
from core.config import ConfigError
from core.evaluate.generative.classifier import judge_of
from core.generative.guidance import COUNT, STEPS, WEIGHTS
from core.generative.guidance import guidance as measured
from core.judge import method_of
from core.progress import Progress
from core.runs import RunStore


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
