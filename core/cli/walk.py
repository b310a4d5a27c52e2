"""Looking at what generates, without a window: walks through latents, denoising, completion."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core import videos
from core.abilities import Denoises, Generates, Predicts
from core.cli.bar import Bar
from core.cli.train import open_run
from core.config import ConfigError
from core.data.own import own_picture
from core.experiment import shape_of
from core.generative.latents import WAYS, path, stops_of
from core.judge import method_of
from core.method import Method
from core.pictures import Denoising, Images, as_images
from core.probe import load_probe
from core.progress import Progress
from core.randomness import generator
from core.report.draw import png
from core.runs import Run, RunStore
from core.runs.atomic import write_file

SIDE = 128  # pixels of a picture in a file, at least
GAP = 4
WHITE = 255
BATCH = 32
BOTH = "both"
ENDINGS = (".png", *videos.SAVED)


def _common(words: argparse.ArgumentParser, usual: str) -> None:
    add = words.add_argument
    add("run", help="id or folder of the run, or 'last'")
    add("--class", dest="label", default="", metavar="NAME",
        help="of what is made, by name or number from 0; left open without it")  # fmt: skip
    add("--step", type=int, default=None, help="of this snapshot; the last without it")
    add("--fps", type=float, default=15.0, help="frames a second of a film (%(default)g)")
    add("--to", type=Path, default=Path(usual), metavar="FILE",
        help="a picture as .png, a film as .mp4 or .gif (%(default)s)")  # fmt: skip


def add_walk_words(words: argparse.ArgumentParser) -> None:
    """The words of `main.py walk`."""
    _common(words, "walk.mp4")
    add = words.add_argument
    add("--seeds", default="0,1,2", metavar="LIST", help="latents passed through (%(default)s)")
    add("--way", choices=(*WAYS, BOTH), default=WAYS[0],
        help="great circle, straight line, or both side by side (%(default)s)")  # fmt: skip
    add("--frames", type=int, default=24, help="pictures from each to the next (%(default)s)")
    add("--closed", action="store_true", help="back to the first at the end")


def add_denoise_words(words: argparse.ArgumentParser) -> None:
    """The words of `main.py denoise`."""
    _common(words, "denoised.png")
    add = words.add_argument
    add("--guidance", type=float, default=None, metavar="W",
        help="0 is the conditional model, -1 the unconditional; else the run's own")  # fmt: skip
    add("--steps", type=int, default=20, help="from noise to a picture (%(default)s)")
    add("--count", type=int, default=6, help="pictures (%(default)s)")
    add("--seed", type=int, default=0, help="of the noise (%(default)s)")
    add("--keep", type=int, default=10, help="moments that are shown (%(default)s)")
    add("--random", action="store_true", help="random steps, as of DDPM, instead of DDIM's")
    add("--picture", type=Path, default=None, help="a picture of your own to begin from")
    add("--start", type=float, default=0.6, metavar="T",
        help="how far under noise it is put first, 0 to 1 (%(default)g)")  # fmt: skip
    add("--then", default="", metavar="NAME", help="another class from --at on")
    add("--at", type=float, default=0.5, metavar="T",
        help="the time from which it is asked for (%(default)g)")  # fmt: skip


def add_complete_words(words: argparse.ArgumentParser) -> None:
    """The words of `main.py complete`."""
    _common(words, "completed.mp4")
    add = words.add_argument
    which = words.add_mutually_exclusive_group()
    which.add_argument("--picture", type=Path, default=None, help="a picture of your own")
    which.add_argument("--number", type=int, default=0, help="of the run's own pictures")
    add("--hidden", type=float, default=0.5, help="share from the bottom up (%(default)g)")
    add("--count", type=int, default=12, help="endings (%(default)s)")
    add("--temperature", type=float, default=1.0, help="below 1 plays safe (%(default)g)")
    add("--seed", type=int, default=0, help="of the draws (%(default)s)")


def walk(given: argparse.Namespace) -> int:
    """`main.py walk RUN`: pictures along a path through the latents of seeds."""
    _check_ending(given.to)
    seeds = _whole_numbers(given.seeds)
    run, method = _opened(given)
    if not isinstance(method, Generates):
        raise ConfigError(f"{run.info.title} generates nothing; name a run of vae or diffusion")
    stops = stops_of(seeds, lambda seed: method.draw(1, generator("latent", seed)))
    ways = WAYS if given.way == BOTH else (given.way,)

    def work(progress: Progress) -> list[Images]:
        """The pictures of every way, (N, H, W, 3) each."""
        found = []
        for way in ways:
            latents = path(stops, given.frames, way, given.closed)
            found.append(_generated(method, latents, _label(given, run), progress))
        return found

    rows = _worked(given, work)
    if given.to.suffix.lower() == ".png":
        _write_picture(given.to, [row[:: max(1, given.frames // 4)] for row in rows])
    else:
        _write_film(given, [np.stack(frame) for frame in zip(*rows)])
    print(f"{' and '.join(ways)} through seeds {given.seeds}\nwritten to {given.to}")
    return 0


def denoise(given: argparse.Namespace) -> int:
    """`main.py denoise RUN`: x_t, and below it what it is taken for, from noise to pictures."""
    _check_ending(given.to)
    if given.count < 1 or given.keep < 1:
        raise ConfigError("--count and --keep: one picture and one moment at least")
    if not 0 < given.start <= 1:
        raise ConfigError(f"--start {given.start:g}: choose more than 0 and at most 1")
    run, method = _opened(given)
    if not isinstance(method, Denoises):
        raise ConfigError(f"{run.info.title} takes no noise away; name a run of diffusion")
    shape, rng = shape_of(run), generator("noise", given.seed)
    size = (given.count, shape.channels, shape.side, shape.side)
    if given.picture is None:
        start, x = None, torch.randn(size, generator=rng)
    else:
        own = torch.from_numpy(own_picture(given.picture, shape.channels, shape.side).copy())
        start = given.start
        x = method.at_time(own.float() / 255, start, rng, given.count)
    labels = _label(given, run)
    if labels is None and not given.label:  # each class in turn, where there are any
        labels = torch.arange(given.count) % max(1, len(shape.classes))
    elif labels is not None:
        labels = labels.expand(given.count)

    other = _label(given, run, given.then) if given.then else None
    then = None if other is None else (given.at, other.expand(given.count))
    draws = rng if given.random else None

    def work(_: Progress) -> Denoising:
        return method.denoise(
            x, labels, given.guidance, given.steps, draws, given.keep, start, then=then
        )

    found: Denoising = _worked(given, work)
    if given.to.suffix.lower() == ".png":
        pairs = zip(found.strip.swapaxes(0, 1), found.predictions.swapaxes(0, 1))
        _write_picture(given.to, [row for pair in pairs for row in pair])
    else:
        _write_film(given, [*found.strip, *[found.made] * round(given.fps)])
    print(f"{given.count} pictures in {given.steps} steps\nwritten to {given.to}")
    return 0


def complete(given: argparse.Namespace) -> int:
    """`main.py complete RUN`: the lower part of a picture drawn pixel by pixel, several times."""
    _check_ending(given.to)
    if not 0 < given.hidden <= 1 or given.count < 1 or given.temperature <= 0:
        raise ConfigError("--hidden takes more than 0 and at most 1, --count 1 and more, and "
                          "--temperature more than 0")  # fmt: skip
    run, method = _opened(given)
    if not isinstance(method, Predicts):
        raise ConfigError(f"{run.info.title} draws no pixel by pixel; name a run of pixelcnn")
    picture, labels = _picture(given, run), _label(given, run)
    often = picture.expand(given.count, -1, -1, -1)
    hidden = torch.zeros(picture.shape[-2:], dtype=torch.bool)
    hidden[round(len(hidden) * (1 - given.hidden)) :] = True

    def work(progress: Progress) -> list[Images]:
        frames = []

        def told(done: int, total: int, now: Tensor) -> None:
            progress.update("Drawing pixel by pixel", done, total, "pixels")
            frames.append(as_images(now.numpy()))

        method.sample(
            given.count,
            None if labels is None else labels.expand(given.count),
            generator("complete", given.seed),
            often,
            hidden,
            told,
            temperature=given.temperature,
        )
        return frames

    frames: list[Images] = _worked(given, work)
    if given.to.suffix.lower() == ".png":
        _write_picture(given.to, [as_images(picture.numpy()), frames[-1]])
    else:
        _write_film(given, [*frames, *[frames[-1]] * round(given.fps)])
    print(f"{given.count} endings, {len(frames)} pixels each\nwritten to {given.to}")
    return 0


def _opened(given: argparse.Namespace) -> tuple[Run, Method]:
    run = open_run(RunStore(given.runs), given.run)
    return run, method_of(run, given.step)[0]


def _worked(given: argparse.Namespace, work: Callable[[Progress], Any]) -> Any:
    bar = Bar(given.quiet)
    try:
        with torch.no_grad():
            return work(Progress(bar.tick))
    finally:
        bar.close()


def _generated(
    method: Generates, latents: Tensor, label: Tensor | None, progress: Progress
) -> Images:
    made = []
    for done, part in enumerate(latents.split(BATCH)):
        progress.update("Generating", done * BATCH, len(latents), "pictures")
        labels = None if label is None else label.expand(len(part))
        made.append(as_images(method.generate(part, labels).numpy()))
    progress.update("Generating", len(latents), len(latents), "pictures")
    return np.concatenate(made)


def _label(given: argparse.Namespace, run: Run, name: str = "") -> Tensor | None:
    """The class that was named, (1,); None where it is left open. Raises ConfigError."""
    classes, name = shape_of(run).classes, name or given.label
    if not name:
        return None
    if name in classes:
        return torch.tensor([classes.index(name)])
    if name.isdecimal() and int(name) < len(classes):
        return torch.tensor([int(name)])
    there = ", ".join(classes) or "none"
    raise ConfigError(f"{name}: there is no such class; there are {there}")


def _picture(given: argparse.Namespace, run: Run) -> Tensor:
    """The picture that was named, (1, C, H, W) in 0..1."""
    shape = shape_of(run)
    if given.picture is not None:
        own = own_picture(given.picture, shape.channels, shape.side)
        return torch.from_numpy(own).float() / 255
    probe = load_probe(run.path)
    if not 0 <= given.number < len(probe):
        raise ConfigError(f"--number {given.number}: the run keeps pictures 0 to {len(probe) - 1}")
    return torch.from_numpy(probe.images[given.number : given.number + 1]).float() / 255


def _whole_numbers(text: str) -> list[int]:
    parts = [p.strip() for p in text.split(",")]
    if len(parts) < 2 or not all(p.isdecimal() for p in parts):
        raise ConfigError(f"--seeds {text!r}: expected two whole numbers or more, commas between")
    return [int(p) for p in parts]


def _check_ending(to: Path) -> None:
    if to.suffix.lower() not in ENDINGS:
        raise ConfigError(f"--to {to}: the ending is not one of {', '.join(ENDINGS)}")


def _write_picture(to: Path, rows: Sequence[Images]) -> None:
    """Rows of pictures (N, H, W, 3) below one another, those that are shorter filled with white."""
    lines = [_line(row) for row in rows]
    wide = max(line.shape[1] for line in lines)
    filled = [
        np.pad(line, ((0, GAP), (0, wide - line.shape[1]), (0, 0)), constant_values=WHITE)
        for line in lines
    ]
    write_file(to, png(np.concatenate(filled)[:-GAP]))


def _write_film(given: argparse.Namespace, frames: Sequence[Images]) -> None:
    """Each frame is a row of pictures (N, H, W, 3)."""
    bar = Bar(given.quiet)
    try:
        shown = [_line(frame) for frame in frames]
        videos.write_video(given.to, shown, given.fps, Progress(bar.tick))
    finally:
        bar.close()


def _line(images: Images) -> Images:
    """Pictures (N, H, W, 3) side by side, enlarged by a whole number."""
    scale = max(1, -(-SIDE // images.shape[1]))
    large = images.repeat(scale, axis=1).repeat(scale, axis=2)
    padded = np.pad(large, ((0, 0), (0, 0), (0, GAP), (0, 0)), constant_values=WHITE)
    return np.concatenate(list(padded), axis=1)[:, :-GAP]
