"""`main.py arena`: several games on the same points side by side, without a window."""

from __future__ import annotations

import argparse
import csv
import io
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from core import device
from core.arena.arena import play_until
from core.arena.lane import Lane
from core.arena.look import GameLook, frame_of, look_at
from core.arena.matches import KINDS, MATCHES
from core.cli.bar import Bar
from core.config import ConfigError
from core.data.sources import load
from core.experiment import Experiment
from core.progress import Progress
from core.report.arena import games, in_words
from core.runs.atomic import write_file

WRITTEN = (".png", ".svg", ".csv")


def add_words(words: argparse.ArgumentParser) -> None:
    """The words after `arena`."""
    listed = "; ".join(f"{id}: {match.title.lower()}" for id, match in MATCHES.items())
    words.add_argument("match", nargs="?", choices=tuple(MATCHES), default="losses", help=listed)
    words.add_argument("--points", choices=tuple(KINDS), default="ring", help="(%(default)s)")
    words.add_argument("--file", type=Path, default=None, help="your own points: .csv or .json")
    words.add_argument("--seconds", type=float, default=10.0,
                       help="processor time of each game (%(default)s)")  # fmt: skip
    words.add_argument("--steps", type=int, default=0, help="steps of each game, in place of that")
    words.add_argument("--seed", type=int, default=0, help="of networks, latents and order")
    words.add_argument("--raw", action="store_true", help="judge the generators, not their average")
    words.add_argument("--out", type=Path, nargs="+", default=[], metavar="FILE",
                       help=f"pictures or a table: {', '.join(WRITTEN)}")  # fmt: skip


def arena(given: argparse.Namespace) -> int:
    """Play a match, print how each game ended, write what was asked for."""
    for path in given.out:
        if path.suffix.lower() not in WRITTEN:
            raise ConfigError(f"--out {path}: expected a file ending in {', '.join(WRITTEN)}")
    own = given.file is not None
    if own != (given.points == "own"):
        raise ConfigError("points of your own need both --points own and --file FILE")
    device.use_threads(1)
    values = {"kind": given.points, **({"file": str(given.file)} if own else {})}
    data = load("mixtures", values, Progress())
    match = MATCHES[given.match]
    lanes = [
        Lane(
            plan.title,
            Experiment("gan", "mixtures", dict(plan.options), values, given.seed),
            data,
        )
        for plan in match.lanes
    ]
    _play(lanes, given)
    frame = frame_of(np.asarray(data.train.images[:20_000, :, 0, 0], np.float64))
    looks = [_seen(lane, given.raw) for lane in lanes]
    wide = max(len(lane.title) for lane in lanes)
    for lane, look in zip(lanes, looks):
        print(f"{lane.title:{wide}}  {lane.failed or in_words(look)}")
    real = np.asarray(data.held_out.images)[:, :, 0, 0]
    for path in given.out:
        if path.suffix.lower() == ".csv":
            write_file(path, _table(lanes, looks).encode())
            continue
        drawn = games([x.title for x in lanes], looks, frame, real, f"{match.title}, {data.title}")
        write_file(path, drawn.svg().encode() if path.suffix.lower() == ".svg" else drawn.png())
    return 0


def _play(lanes: list[Lane], given: argparse.Namespace) -> None:
    clock, amount = ("steps", float(given.steps)) if given.steps else ("seconds", given.seconds)
    bar, began = Bar(given.quiet), time.monotonic()

    def tell(_: float) -> None:
        so_far = sum(min(amount, float(x.step) if given.steps else x.seconds) for x in lanes)
        share = so_far / (amount * len(lanes))
        steps, spent = sum(x.step for x in lanes), time.monotonic() - began
        remaining = spent * (1 - share) / share if share > 0 else None
        bar.show("playing", share, steps / max(spent, 1e-9), remaining, "steps")

    play_until(lanes, clock, amount, tell)
    if sys.stderr.isatty() and not given.quiet:
        print(file=sys.stderr)


def _seen(lane: Lane, raw: bool) -> GameLook:
    frame = frame_of(np.asarray(lane.data.train.images[:20_000, :, 0, 0], np.float64))
    real = torch.from_numpy(lane.data.held_out.images)
    method = lane.trainer.method.eval()
    found = look_at(method, frame, real, lane.data.facts, raw)
    return replace(found, step=lane.step, seconds=lane.seconds)


def _table(lanes: list[Lane], looks: list[GameLook]) -> str:
    file = io.StringIO()
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["game", "step", "seconds", "modes", "modes covered", "near a mode"])
    for lane, look in zip(lanes, looks):
        modes = look.modes
        told = ["", "", ""] if modes is None else [modes.count, modes.covered, modes.quality]
        out.writerow([lane.title, lane.step, f"{lane.seconds:.2f}", *told])
    return file.getvalue()
