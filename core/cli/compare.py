"""`main.py compare`: several methods on the same pictures, budget and seeds, in a queue."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from core.cli.bar import Bar
from core.comparison.book import Book, Comparison, Entry
from core.comparison.export import export_all
from core.comparison.formats import FORMATS, to_markdown
from core.comparison.plan import Budget, Plan
from core.comparison.results import results
from core.comparison.work import Work
from core.config import ConfigError
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
    add("--protocols", default="knn,linear,few-labels", metavar="LIST", help="as in evaluate")
    add("--threads", type=int, default=1, help="CPU threads (%(default)s)")
    add("--device", default="auto", help="auto, cpu, cuda or mps")
    add("--backbone", default=None, help="the same for all methods that let one choose")
    add("--width", type=int, default=None, help="of the backbone, the same for all methods")
    add("--resume", default=None, metavar="ID", help="go on with a comparison, or with the 'last'")
    add(
        "--to",
        type=Path,
        default=None,
        metavar="PLACE",
        help="the table as .csv, .md or .tex; or a folder for all tables, numbers and graphs",
    )


def compare(given: argparse.Namespace) -> int:
    """Begin a comparison or go on with one, and print its table. Returns the exit status."""
    put = _writer_to(given.to)
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
    print(to_markdown(results(comparison, store).table()))
    put(comparison, store)
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
        tuple(p.strip().replace("-", "_") for p in given.protocols.split(",") if p.strip()),
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


def _writer_to(path: Path | None) -> Callable[[Comparison, RunStore], object]:
    """What writes the results there: the table, or with no ending all into a folder.

    Raises ConfigError for another ending, before anything is trained.
    """
    if path is None:
        return lambda *_: None
    if not path.suffix or path.is_dir():
        return lambda comparison, store: export_all(comparison, store, path)
    ending = path.suffix.removeprefix(".").lower()
    if ending not in FORMATS:
        listed = ", ".join(f".{name}" for name in FORMATS)
        raise ConfigError(f"--to {path}: the ending is not one of {listed}, nor is it a folder")
    write = FORMATS[ending]
    return lambda comparison, store: path.write_text(
        write(results(comparison, store).table()), encoding="utf-8"
    )
