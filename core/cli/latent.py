"""Sums of latents and inversion of pictures without a window."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from core.cli.bar import Bar
from core.cli.judge import print_table
from core.cli.train import open_run
from core.config import ConfigError
from core.data.own import own_picture
from core.experiment import shape_of
from core.generative.arithmetic import EXAMPLES, Sum, combine
from core.generative.asking import Making, made, slow
from core.generative.measuring import (
    DRAWN,
    exemplars,
    expected,
    in_words,
    success_curve,
    tell_samples,
)
from core.judge import inverted_by_search, judged_generator
from core.pictures import Images, Table, as_images
from core.progress import Progress
from core.report.draw import png
from core.runs import RunStore
from core.runs.atomic import write_file

SIDE = 96  # pixels of a picture in the file, about
GAP = 4
WHITE = 255
WORKS = 0.7  # share of sums from which on a sum is said to work
FEW = 200  # samples that a judge looks at where each takes many steps
STEPS, STARTS = 200, 8


def add_arithmetic_words(words: argparse.ArgumentParser) -> None:
    """The words of `main.py arithmetic`."""
    add = words.add_argument
    _common(words, "arithmetic.png")
    listed = "; ".join(f"{n} {asked.title}" for n, asked in enumerate(EXAMPLES, 1))
    add("--example", type=int, default=1, metavar="N", help=f"{listed} (%(default)s)")
    for name, said in (("this", "first"), ("minus", "second"), ("plus", "third")):
        add(f"--{name}", default="", metavar="LIST",
            help=f"attributes of the {said} tray instead, as smile,no hat")  # fmt: skip
    add("--exemplars", type=int, default=3, help="averaged in each tray (%(default)s)")
    add("--gain", type=float, default=1.0, help="of «this minus that» (%(default)g)")
    add("--off-shell", action="store_true", help="leave the sum at the radius that it has")
    add("--trials", type=int, default=200, help="sums of each number of exemplars (%(default)s)")


def add_invert_words(words: argparse.ArgumentParser) -> None:
    """The words of `main.py invert`."""
    add = words.add_argument
    _common(words, "inverted.png")
    add("picture", type=Path, help="a picture of your own")
    add("--search-steps", type=int, default=STEPS, help="steps downhill (%(default)s)")
    add("--starts", type=int, default=STARTS,
        help="latents begun from, where there is no encoder (%(default)s)")  # fmt: skip
    add("--class", dest="label", type=int, default=None, metavar="N", help="its number from 0")
    add("--latent", type=Path, default=None, metavar="FILE", help="the latent as .npy too")


def _common(words: argparse.ArgumentParser, usual: str) -> None:
    words.add_argument("run", help="id or folder of the run, or 'last'")
    words.add_argument("--step", type=int, default=None, help="of this snapshot; else the last")
    words.add_argument("--to", type=Path, default=Path(usual), help="the file (%(default)s)")


def arithmetic(given: argparse.Namespace) -> int:
    """`main.py arithmetic RUN`: do a sum, write it as a picture, say how often it works."""
    _check(given)
    if given.exemplars < 1 or given.trials < 1:
        raise ConfigError("--exemplars and --trials: 1 at least")
    asked, shell = _asked(given), not given.off_shell
    run, bar = open_run(RunStore(given.runs), given.run), Bar(given.quiet)
    progress = Progress(bar.tick)
    try:
        method, _, judge = judged_generator(run, given.step, progress)
        count = FEW if slow(method) else DRAWN  # type: ignore[arg-type]
        told = tell_samples(method, judge, Making(), progress, count)
        trays = [exemplars(told, wanted, given.exemplars, draw)
                 for draw, wanted in enumerate((asked.plus, asked.minus, asked.then))]  # fmt: skip
        found = success_curve(method, told, asked, Making(), given.gain, shell, progress,
                              trials=given.trials)  # fmt: skip
        with torch.no_grad():
            total = combine(trays[0], trays[1], trays[2], given.gain, shell)[None]
            means = [combine(t, t, t, 0.0, shell)[None] for t in trays]
            shown = made(method, torch.cat([*means, total]), Making()).images
    finally:
        bar.close()
    rows = [(n, s.share, s.chance) for n, s in found.items()]
    why = asked.fails if max(s.share for s in found.values()) < WORKS else ""
    print(f"{in_words(asked.plus)} − ({in_words(asked.minus)}) + ({in_words(asked.then)})")
    print_table(Table(("exemplars", "success", "chance"), rows,
                      f"Expected: {in_words(asked.result)}. {why}"))  # fmt: skip
    write_file(given.to, png(_side_by_side(shown)))
    print(f"written to {given.to}")
    return 0


def invert(given: argparse.Namespace) -> int:
    """`main.py invert RUN PICTURE`: the picture, and what is most like it that the run makes."""
    _check(given)
    if given.search_steps < 1 or given.starts < 1:
        raise ConfigError("--search-steps and --starts: 1 at least")
    run, bar = open_run(RunStore(given.runs), given.run), Bar(given.quiet)
    shape = shape_of(run)
    if given.label is not None and not 0 <= given.label < len(shape.classes):
        raise ConfigError(f"--class {given.label}: there are classes 0 to {len(shape.classes) - 1}")
    pixels = own_picture(given.picture, shape.channels, shape.side)
    try:
        latent, image = inverted_by_search(
            run, given.step, pixels, given.search_steps, given.starts, Progress(bar.tick),
            given.label,
        )  # fmt: skip
    finally:
        bar.close()
    truth = as_images(pixels / 255.0)[0]
    error = float(((truth / 255.0 - image / 255.0) ** 2).mean())
    write_file(given.to, png(_side_by_side(np.stack([truth, image]))))
    if given.latent is not None:
        np.save(given.latent, latent)
    print(f"mean squared error {error:.4f}, |z| {np.linalg.norm(latent):.2f}")
    print(f"written to {given.to}")
    return 0


def _check(given: argparse.Namespace) -> None:
    if given.to.suffix.lower() != ".png":
        raise ConfigError(f"--to {given.to}: the answer is written as a .png file")


def _asked(given: argparse.Namespace) -> Sum:
    """The example, or the sum of the attributes that were named."""
    texts = (given.this, given.minus, given.plus)
    if not any(texts):
        if not 1 <= given.example <= len(EXAMPLES):
            raise ConfigError(f"--example {given.example}: choose 1 to {len(EXAMPLES)}")
        return EXAMPLES[given.example - 1]
    if not all(texts):
        raise ConfigError("--this, --minus and --plus belong together; name all three")
    plus, minus, then = (_wanted(text) for text in texts)
    result = expected(plus, minus, then)
    if not result:
        raise ConfigError("these attributes tell nothing of what the sum should be")
    return Sum("Own", plus, minus, then, result)


def _wanted(text: str) -> dict[str, bool]:
    """Of "smile,no hat"."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return {p.removeprefix("no ").strip(): not p.startswith("no ") for p in parts}


def _side_by_side(images: Images) -> Images:
    scale = max(1, SIDE // images.shape[1])
    large = images.repeat(scale, axis=1).repeat(scale, axis=2)
    padded = np.pad(large, ((0, 0), (0, 0), (0, GAP), (0, 0)), constant_values=WHITE)
    return np.concatenate(list(padded), axis=1)[:, :-GAP]
