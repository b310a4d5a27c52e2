"""`main.py track` and `main.py tracking`: follow marks through a film; judge who follows well."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core import videos
from core.cli.bar import Bar
from core.cli.data_words import explained
from core.cli.train import open_run
from core.config import ConfigError, options_of
from core.data.clips import make_clip
from core.data.video import Clip, clips_in, davis_out, open_clip
from core.data.video.folders import read_mask
from core.evaluate.tracking.compare import Tracker, by_clip, compare, table
from core.following import trackers
from core.following.own_film import train_on
from core.following.trackers import Follower
from core.judge import method_of
from core.pictures import Table
from core.progress import Progress
from core.runs import RunStore
from core.tracking.features import TrackingError, encoder_of
from core.tracking.marks import Marks
from core.tracking.propagate import Settings, stretch

HELD_OUT = 1_000_000  # seeds of clips to judge by, far from those that data are painted of
MOST_OBJECTS = 64  # in a mask; a photograph that is named by mistake has more values
SIDE = 480  # pixels of a film's shorter side, unless another is asked for


def add_words(words: argparse.ArgumentParser) -> None:
    """The words after `track`."""
    add = words.add_argument
    add("tracker", help=f"a run (id, folder or 'last'), or {', '.join(trackers.TITLES)}")
    add("--film", type=Path, required=True, help="a film, a folder of frames, or a DAVIS sequence")
    add("--marks", type=Path, default=None, metavar="PNG",
        help="mask of the first frame used, an object a number; the film's own else")  # fmt: skip
    add("--frames", default=None, metavar="A:B", help="from frame A to B, counted from 0")
    add("--backward", action="store_true", help="the mask is of the last frame; go to the first")
    add("--side", type=int, default=SIDE, help="shorter side at most, in pixels (%(default)s)")
    add("--train", type=float, default=0.0, metavar="SECONDS",
        help="first go on training a copy of the run on this film")  # fmt: skip
    add("--out", type=Path, nargs="+", required=True, metavar="PATH",
        help="a folder for DAVIS masks, or a film of them over the frames: .mp4, .gif")  # fmt: skip
    _settings_words(words)


def add_judging_words(words: argparse.ArgumentParser) -> None:
    """The words after `tracking`."""
    add = words.add_argument
    add(
        "named",
        nargs="*",
        metavar="RUN",
        help="runs to judge beside the baselines: ids, folders or 'last'",
    )
    add("--clips", type=int, default=12, help="held-out painted clips (%(default)s)")
    add("--textures", default="procedural", choices=("procedural", "photos"))
    add("--davis", type=Path, default=None, metavar="FOLDER",
        help="sequences with masks instead, judged by DAVIS's own measure")  # fmt: skip
    add("--side", type=int, default=SIDE, help="of DAVIS's frames, in pixels (%(default)s)")
    add("--seeds", type=int, default=1, help="untrained networks (%(default)s)")
    add("--train", type=float, default=0.0, metavar="SECONDS",
        help="also show each run after so long on each film's own frames")  # fmt: skip
    add("--by-clip", action="store_true", help="J&F of every clip too")
    _settings_words(words)


def _settings_words(words: argparse.ArgumentParser) -> None:
    group = words.add_argument_group("how marks are carried")
    for one in options_of(Settings):
        group.add_argument(
            f"--{one.name.replace('_', '-')}",
            dest=f"setting:{one.name}",
            default=None,
            metavar="VALUE",
            help=explained(one.help, one.default, one.choices),
        )


def _said(given: argparse.Namespace) -> dict[str, Any]:
    return {k[8:]: v for k, v in vars(given).items() if k.startswith("setting:") and v is not None}


def _follower(given: argparse.Namespace, name: str, size: tuple[int, int] | None) -> Follower:
    """A baseline or a run by name, with settings that fit frames of that size."""
    if name in trackers.TITLES:
        return trackers.baseline(name, trackers.settings_of(_said(given), name, size))
    run = open_run(RunStore(given.runs), name)
    return trackers.of_run(run, trackers.settings_of(_said(given), "", size))


def track(given: argparse.Namespace) -> int:
    """`main.py track RUN --film PATH --out ...`: the exit status."""
    for out in given.out:
        if out.suffix and out.suffix.lower() not in videos.SAVED:
            raise ConfigError(
                f"--out {out}: name a folder, or a film as {' or '.join(videos.SAVED)}"
            )
    bar = Bar(given.quiet)
    progress = Progress(bar.tick)
    try:
        first, most = _part(given.frames)
        small = min(open_clip(given.film, progress, first=first, most=1).size) <= given.side
        side = None if small else given.side  # a small film is not enlarged
        clip = open_clip(given.film, progress, side=side, first=first, most=most)
        follower = _follower(given, given.tracker, clip.size)
        said = ""
        if given.train:
            follower, said = _trained(follower, given.tracker, given, clip, progress)
        start = len(clip) - 1 if given.backward else 0
        marked = {start: _marks(given.marks, clip, start)}
        order = stretch(marked, start, len(clip), given.backward)
        found = follower.follow(clip, marked, order, None, progress)
        written = [_write(out, clip, found, progress) for out in given.out]
    finally:
        bar.close()
    print(f"{clip.title}: {len(found)} frames followed by {follower.title}")
    for line in filter(None, [clip.problem, said]):
        print(line)
    for path in written:
        print(f"written to {path}")
    return 0


def _trained(
    follower: Follower, name: str, given: argparse.Namespace, clip: Clip, progress: Progress
) -> tuple[Follower, str]:
    """The same run after some seconds on the clip, and what came of it in words."""
    if name in trackers.TITLES:
        raise TrackingError(f"--train: {name} does not learn; name a run")
    method, _ = method_of(open_run(RunStore(given.runs), name))
    gained = train_on(method, clip, given.train, progress=progress)
    title = f"{follower.title}, {gained.seconds:.0f} s on the film"
    own = Follower(f"{name}+", title, encoder_of(gained.method), follower.settings)
    return own, gained.sentence


def _part(text: str | None) -> tuple[int, int | None]:
    """The first frame and how many, of "A:B"; raises ConfigError."""
    if text is None:
        return 0, None
    first, _, last = text.partition(":")
    try:
        begin, end = int(first or 0), int(last) if last else None
    except ValueError:
        raise ConfigError(f"--frames {text}: write A:B, such as 0:40") from None
    if begin < 0 or (end is not None and end <= begin):
        raise ConfigError(f"--frames {text}: B must be greater than A, and A 0 or more")
    return begin, None if end is None else end - begin


def _marks(path: Path | None, clip: Clip, frame: int) -> Marks:
    """The mask of a file, or what the film brings; raises TrackingError."""
    if path is None:
        if frame not in clip.truth:
            raise TrackingError(f"{clip.title} has no mask of frame {frame}; name one by --marks")
        return clip.truth[frame]
    mask = read_mask(path)
    numbers = np.unique(mask[mask > 0])
    if not len(numbers) or len(numbers) > MOST_OBJECTS:
        raise TrackingError(
            f"--marks {path}: a mask numbers the objects of its pixels 1, 2, … on a background of "
            f"0, at most {MOST_OBJECTS} of them; this one has {len(numbers)} different numbers"
        )
    if mask.shape != clip.size:
        from PIL import Image

        smaller = Image.fromarray(mask).resize(clip.size[::-1], Image.Resampling.NEAREST)
        mask = np.array(smaller, np.uint8)
    return Marks(mask)


def _write(out: Path, clip: Clip, found: Mapping[int, Marks], progress: Progress) -> Path:
    """Masks into a folder, or a film of them over the frames."""
    if out.suffix.lower() in videos.SAVED:
        shown = davis_out.overlaid(clip, found)
        videos.write_video(out, shown, clip.fps, progress, len(clip))
    else:
        davis_out.write_masks(out, clip, found, progress)
    return out


def tracking(given: argparse.Namespace) -> int:
    """`main.py tracking [RUNS...]`: a table of who follows how well. The exit status."""
    bar = Bar(given.quiet)
    progress = Progress(bar.tick)
    try:
        clips, official = _clips(given, progress)
        named = _named(given)
        standings = compare(named, clips, None, official, progress)
    finally:
        bar.close()
    _print(table(standings))
    if given.by_clip:
        print()
        _print(by_clip(standings))
    return 0


def _clips(given: argparse.Namespace, progress: Progress) -> tuple[Sequence[Clip], bool]:
    """The clips to judge by, and whether they are judged as DAVIS does."""
    if given.davis is not None:
        paths = clips_in(given.davis)
        return [open_clip(path, progress, side=given.side) for path in paths], True
    if given.clips < 1:
        raise ConfigError(f"--clips {given.clips}: at least 1 is needed")
    painted = []
    for n in range(given.clips):
        progress.update("painting clips", n, given.clips, "clips")
        painted.append(make_clip(HELD_OUT + n, textures=given.textures, held_out=True))
    return painted, False


def _named(given: argparse.Namespace) -> dict[str, Tracker]:
    """Title -> tracker: the runs, each after its film too, then the baselines."""
    found: dict[str, Tracker] = {}
    size = None if given.davis is None else (given.side, given.side)
    for name in given.named:
        follower = _follower(given, name, size)
        found[follower.title] = follower.tracker()
        if given.train:
            found[f"{follower.title}, {given.train:g} s on the film"] = _learning(given, name, size)
    for name in trackers.names():
        seeds = range(given.seeds) if name == "untrained" else range(1)
        for seed in seeds:
            follower = trackers.baseline(name, trackers.settings_of(_said(given), name, size), seed)
            title = follower.title + (f", seed {seed}" if len(seeds) > 1 else "")
            found[title] = follower.tracker()
    return found


def _learning(given: argparse.Namespace, name: str, size: tuple[int, int] | None) -> Tracker:
    """Trains a copy of the run on each clip before it follows."""
    follower = _follower(given, name, size)

    def follow(clip: Clip, progress: Progress) -> Mapping[int, Marks]:
        return _trained(follower, name, given, clip, progress)[0].tracker()(clip, progress)

    return follow


def _print(shown: Table) -> None:
    cells = [[str(cell) for cell in row] for row in (shown.columns, *shown.rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(cells[0]))]
    for row in cells:
        print("  ".join(c.ljust(w) if n == 0 else c.rjust(w)
                        for n, (c, w) in enumerate(zip(row, widths))))  # fmt: skip
