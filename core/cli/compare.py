"""`main.py compare`: several methods on the same pictures, budget and seeds, in a queue."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from core.cli.bar import Bar
from core.comparison.book import Book, Comparison, Entry
from core.comparison.formats import FORMATS, to_markdown
from core.comparison.plan import Budget, Plan
from core.comparison.results import results
from core.comparison.work import Work
from core.config import ConfigError
from core.evaluate.protocols import PROTOCOLS, USUAL, ids_of, words_of
from core.progress import Progress
from core.registry import note, notes
from core.runs import RunStore

ALL = "all"
BUDGETS = {"seconds": "processor seconds", "steps": "steps", "images": "pictures seen"}


def add_words(words: argparse.ArgumentParser) -> None:
    """The words after `compare`."""
    add, known = words.add_argument, ", ".join(n.id for n in notes())
    add("methods", nargs="?", default=ALL, help=f"all, or some with commas between: {known}")
    add("--data", default="toyland", metavar="SOURCE", help="source of the pictures (%(default)s)")
    add("--path", default=None, metavar="FOLDER", help="of images, or a zip, with --data folder")
    for kind in BUDGETS:
        add(f"--{kind}", type=float, default=None, metavar="N", help=f"{BUDGETS[kind]} for each")
    add("--seeds", type=int, default=3, help="how many of each (%(default)s)")
    listed = words_of(tuple(PROTOCOLS))
    add(
        "--protocols", default=words_of(USUAL), metavar="LIST", help=f"among {listed} (%(default)s)"
    )
    add("--threads", type=int, default=1, help="CPU threads (%(default)s)")
    add("--device", default="auto", help="auto, cpu, cuda or mps")
    add("--backbone", default=None, help="the same for all methods that let one choose")
    add("--width", type=int, default=None, help="of the backbone, the same for all methods")
    add("--resume", default=None, metavar="ID", help="go on with a comparison, or with the 'last'")
    add("--to", type=Path, default=None, metavar="FILE", help="the table as .csv, .md or .tex")


def compare(given: argparse.Namespace) -> int:
    """Begin a comparison or go on with one, and print its table. Returns the exit status."""
    write = _format_of(given.to)
    store = RunStore(given.runs)
    book = Book(store)
    comparison = book.open(given.resume) if given.resume else book.begin(plan_of(given))
    bar = Bar(given.quiet)

    def changed(entry: Entry) -> None:
        if not given.quiet:
            bar.close()
            print(_line(comparison, entry), file=sys.stderr)

    try:
        Work(comparison, store).go_on(Progress(bar.tick), changed)
    except BaseException:
        bar.close()
        if comparison.path.exists():
            again = f"python main.py compare --resume {comparison.id}"
            print(f"go on with: {again}", file=sys.stderr)
        raise
    bar.close()
    table = results(comparison, store).table()
    print(to_markdown(table))
    if given.to is not None:
        given.to.write_text(write(table), encoding="utf-8")
    return 1 if any(entry.state == "failed" for entry in comparison.entries) else 0


def plan_of(given: argparse.Namespace) -> Plan:
    """What the words ask for; raises ConfigError, UnknownMethod."""
    budgets = [(k, getattr(given, k)) for k in BUDGETS]
    chosen = [Budget(kind, amount) for kind, amount in budgets if amount is not None]
    if len(chosen) > 1:
        raise ConfigError("choose one budget among --seconds, --steps and --images")
    if given.methods == ALL:
        methods = [n.id for n in notes()]
    else:
        methods = [m.strip() for m in given.methods.split(",") if m.strip()]
    options = {"backbone": given.backbone, "width": given.width}
    return Plan(
        methods,
        given.data,
        {"path": str(Path(given.path).resolve())} if given.path else {},
        chosen[0] if chosen else Budget(),
        tuple(range(given.seeds)),
        ids_of(given.protocols),
        {name: value for name, value in options.items() if value is not None},
        given.threads,
        given.device,
    )


def _line(comparison: Comparison, entry: Entry) -> str:
    """How far one training is, in a line."""
    ended = sum(e.ended for e in comparison.entries)
    said = f": {entry.message}" if entry.message else ""
    title = note(entry.method).title
    return f"{ended} of {len(comparison.entries)}  {title}, seed {entry.seed}: {entry.state}{said}"


def _format_of(path: Path | None):  # type: ignore[no-untyped-def]
    """How a file of that name is written; raises ConfigError for another ending."""
    ending = path.suffix.removeprefix(".").lower() if path is not None else "md"
    if ending not in FORMATS:
        listed = ", ".join(f".{name}" for name in FORMATS)
        raise ConfigError(f"--to {path}: the ending is not one of {listed}")
    return FORMATS[ending]
