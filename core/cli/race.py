"""`main.py race` and `main.py ablate`: ways of learning one scene compared, without a window."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core import device
from core.cli.bar import Bar
from core.config import ConfigError
from core.data.imageset import ImageSet
from core.data.scenes.source import OWN, PAINTED
from core.data.sources import load
from core.progress import Progress
from core.racing import ablations, table
from core.racing.ablations import Row, ablations_of
from core.racing.keep import keep
from core.racing.lane import Lane, experiment_of, play_all
from core.racing.plan import DATA, MOST_LANES, SECONDS, parse
from core.racing.race import LaneState, state_of
from core.report.charts import lines
from core.runs import RunStore
from core.runs.atomic import write_file

RACE_FILES, TABLE_FILES = (".csv", ".md", ".png", ".svg"), (".csv", ".md", ".png")


def add_words(words: argparse.ArgumentParser) -> None:
    """The words after `race`."""
    words.add_argument("lanes", nargs="+", metavar="METHOD",
                       help="one that learns a scene; METHOD:OPTION=VALUE,...")  # fmt: skip
    _common(words, "of each lane", RACE_FILES)
    words.add_argument("--keep", action="store_true", help="keep every lane as a run")


def add_ablation_words(words: argparse.ArgumentParser) -> None:
    """The words after `ablate`."""
    words.add_argument("lane", metavar="METHOD", help="as a lane of `race`")
    words.add_argument(
        "--only", nargs="+", default=None, metavar="ROW", help="rows by their titles"
    )
    _common(words, "of each row", TABLE_FILES)


def _common(words: argparse.ArgumentParser, each: str, files: Sequence[str]) -> None:
    words.add_argument("--seconds", type=float, default=SECONDS,
                       help=f"processor time {each} (%(default)s)")  # fmt: skip
    words.add_argument("--scene", choices=PAINTED, default=PAINTED[0], help="(%(default)s)")
    words.add_argument("--path", type=Path, default=None,
                       help="a scene of your own: a transforms.json or a folder")  # fmt: skip
    words.add_argument("--views", type=int, default=60, help="the most pictures (%(default)s)")
    words.add_argument("--side", type=int, default=100, help="of the pictures (%(default)s)")
    words.add_argument("--seed", type=int, default=0, help="of the weights and the rays")
    words.add_argument("--device", default="cpu", help="auto, cpu, cuda or mps (%(default)s)")
    words.add_argument("-o", "--out", type=Path, nargs="+", default=[], metavar="FILE",
                       help=f"files ending in {', '.join(files)}")  # fmt: skip


def race(given: argparse.Namespace) -> int:
    """Train lanes in turns, print the table, write what was asked for."""
    _check(given, RACE_FILES)
    if len(given.lanes) > MOST_LANES:
        raise ConfigError(f"{len(given.lanes)} lanes; {MOST_LANES} are the most")
    plans: list[Any] = []
    for word in given.lanes:
        plans.append(parse(word).named([plan.title for plan in plans]))
    data, options = _scene(given)
    lanes = [Lane(plan, experiment_of(plan, options, given.seed, given.device), data,
                  given.seconds) for plan in plans]  # fmt: skip
    bar = Bar(given.quiet)
    progress, total = Progress(bar.tick), max(1, round(given.seconds * len(lanes)))

    def tell() -> None:
        done = sum(min(given.seconds, lane.seconds) for lane in lanes)
        now = ", ".join(f"{lane.judged[-1].psnr:.1f}" for lane in lanes if lane.judged)
        progress.update(f"racing ({now} dB)", min(total - 1, int(done)), total, "s of work")

    try:
        play_all(lanes, tell)
    finally:
        bar.close()
    states = [state_of(lane) for lane in lanes]
    columns, rows = table.table(states, given.seconds)
    print(_aligned(columns, rows))
    for state in states:
        if state.failed:
            print(f"{state.title}: {state.failed}", file=sys.stderr)
    for path in given.out:
        write_file(path, _race_file(path, states, columns, rows, data.title))
    if given.keep:
        store = RunStore(given.runs)
        for lane in lanes:
            print(f"kept as {keep(lane, store)}")
    return 1 if any(state.failed for state in states) else 0


def _race_file(path: Path, states: Sequence[LaneState], columns: Sequence[str],
               rows: Sequence[Sequence[str]], title: str) -> bytes:  # fmt: skip
    kind = path.suffix.lower()
    if kind == ".csv":
        return table.as_csv(states).encode()
    if kind == ".md":
        return _markdown(columns, rows).encode()
    drawn = lines(table.curve(states), f"Race on {title}")
    return drawn.svg().encode() if kind == ".svg" else drawn.png()


def ablate(given: argparse.Namespace) -> int:
    """Train a method whole and with one idea after the other taken away; print as it goes."""
    _check(given, TABLE_FILES)
    base = parse(given.lane)
    chosen = _chosen(ablations_of(base.method), given.only)
    data, options = _scene(given)
    bar = Bar(given.quiet)
    wide = max(len(a.title) for a in chosen)
    rows: list[Row] = []

    def told(row: Row) -> None:
        rows.append(row)
        bar.close()
        words = ablations.cells(row, rows)
        beside = f"   paper {words[3]} {words[4]:>6}" if words[3] else ""
        print(f"{words[0]:{wide}}  {words[1]:>6} dB {words[2]:>6}{beside}", flush=True)

    device.use_threads(1)
    try:
        ablations.ablate(base, chosen, data, options, Progress(bar.tick), given.seconds,
                         given.seed, told, given.device)  # fmt: skip
    finally:
        bar.close()
        for path in given.out if rows else ():  # what was measured before a cancel is kept
            write_file(path, _table_file(path, rows))
    return 1 if any(row.failed for row in rows) else 0


def _chosen(known: Sequence[ablations.Ablation], only: Sequence[str] | None,
            ) -> list[ablations.Ablation]:  # fmt: skip
    if only is None:
        return list(known)
    by_title = {a.title.lower(): a for a in known}
    for title in only:
        if title.lower() not in by_title:
            listed = "; ".join(a.title for a in known)
            raise ConfigError(f"--only: there is no row {title!r}; there are {listed}")
    return [known[0], *(by_title[t.lower()] for t in only if by_title[t.lower()] != known[0])]


def _table_file(path: Path, rows: Sequence[Row]) -> bytes:
    kind = path.suffix.lower()
    if kind == ".csv":
        return ablations.as_csv(rows).encode()
    if kind == ".md":
        return _markdown(ablations.COLUMNS, [ablations.cells(r, rows) for r in rows]).encode()
    return ablations.as_png(rows)


def _check(given: argparse.Namespace, files: Sequence[str]) -> None:
    device.use_threads(1)
    if not given.seconds > 0:
        raise ConfigError(f"--seconds {given.seconds:g}: expected more than 0")
    for path in given.out:
        if path.suffix.lower() not in files:
            raise ConfigError(f"--out {path}: expected a file ending in {', '.join(files)}")


def _scene(given: argparse.Namespace) -> tuple[ImageSet, dict[str, Any]]:
    options: dict[str, Any] = {"kind": given.scene, "views": given.views, "side": given.side}
    if given.path is not None:
        options |= {"kind": OWN, "path": str(given.path.expanduser().resolve())}
    bar = Bar(given.quiet)
    try:
        data = load(DATA, options, Progress(bar.tick))
    finally:
        bar.close()
    for remark in data.facts.get("remarks", ()):
        print(f"note: {remark}", file=sys.stderr)
    return data, options


def _aligned(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    wide = [max(len(r[i]) for r in (columns, *rows)) for i in range(len(columns))]

    def line(cells: Sequence[str]) -> str:
        rest = (f"{cell:>{wide[i + 1]}}" for i, cell in enumerate(cells[1:]))
        return "  ".join([f"{cells[0]:{wide[0]}}", *rest])

    return "\n".join(map(line, (columns, *rows)))


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    found = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in found)
