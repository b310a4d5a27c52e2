"""`main.py compare`: several methods on the same pictures, budget and seeds, in a queue."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from core.cli.bar import Bar
from core.cli.data_words import HELP, pictures
from core.comparison.book import Book, Comparison, Entry
from core.comparison.export import export_all
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
DATA, SEEDS = "toyland", 3  # where nothing is said


def add_words(words: argparse.ArgumentParser) -> None:
    """The words after `compare`. What is not said is None: a comparison gone on with keeps it."""
    add, known = words.add_argument, ", ".join(n.id for n in notes())
    add("methods", nargs="?", help=f"all (the default), or some with commas between: {known}")
    add("--data", metavar="SOURCE", help=f"{HELP} ({DATA})")
    for kind in BUDGETS:
        add(f"--{kind}", type=float, metavar="N", help=f"{BUDGETS[kind]} for each")
    add("--seeds", type=int, help=f"how many of each ({SEEDS})")
    listed = words_of(tuple(PROTOCOLS))
    add("--protocols", metavar="LIST", help=f"among {listed} ({words_of(USUAL)})")
    add("--threads", type=int, help="CPU threads (1)")
    add("--device", help="auto, cpu, cuda or mps (auto)")
    add("--backbone", help="the same for all methods that let one choose")
    add("--width", type=int, help="of the backbone, the same for all methods")
    add(
        "--resume",
        metavar="ID",
        help="go on with a comparison, or with the 'last'; methods, seeds and protocols said "
        "besides are added to it, and only what is missing is done",
    )
    add(
        "--to",
        type=Path,
        metavar="PLACE",
        help="the table as .csv, .md or .tex; or a folder for all tables, numbers and graphs",
    )


def compare(given: argparse.Namespace) -> int:
    """Begin a comparison or go on with one, and print its table. Returns the exit status."""
    put = _writer_to(given.to)
    store = RunStore(given.runs)
    book = Book(store)
    comparison = book.open(given.resume) if given.resume else book.begin(plan_of(given))
    wanted = extended(comparison, given) if given.resume else comparison.plan
    work, bar = Work(comparison, store), Bar(given.quiet)

    def changed(entry: Entry) -> None:
        if not given.quiet:
            bar.close()
            print(_line(comparison, entry), file=sys.stderr)

    try:
        progress = Progress(bar.tick)
        if wanted != comparison.plan:
            work.extend(wanted, progress)
        work.go_on(progress, changed)
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
    """What the words ask for; raises ConfigError, UnknownMethod, UnknownProtocol."""
    data, data_options = pictures(given, given.data or DATA)
    return Plan(
        tuple(_methods(given) or (n.id for n in notes())),
        data,
        data_options,
        _budget(given) or Budget(),
        tuple(range(SEEDS if given.seeds is None else given.seeds)),
        ids_of(given.protocols) if given.protocols else USUAL,
        _options(given),
        given.threads or 1,
        given.device or "auto",
    )


def extended(comparison: Comparison, given: argparse.Namespace) -> Plan:
    """The plan of a comparison with what the words add; raises ConfigError for what they change."""
    plan = comparison.plan
    data, data_options = pictures(given, given.data) if given.data else (None, {})
    said = {
        "--data": (data, plan.data),
        **{f"--data.{n}": (v, plan.data_options.get(n)) for n, v in data_options.items()},
        "the budget": (_budget(given), plan.budget),
        "--threads": (given.threads, plan.threads),
        "--device": (given.device, plan.device),
        **{f"--{n}": (v, plan.options.get(n)) for n, v in _options(given).items()},
    }
    for name, (wanted, kept) in said.items():
        if wanted is not None and wanted != kept:
            kept = "each method's own" if kept is None else kept
            raise ConfigError(
                f"{name}: {comparison.id} was begun with {kept}, not {wanted}, and its methods "
                "would no longer be comparable; begin a new comparison without --resume"
            )
    protocols = ids_of(given.protocols) if given.protocols else ()
    return plan.adding(_methods(given), range(given.seeds or 0), protocols)


def _methods(given: argparse.Namespace) -> list[str]:
    """Those that are said; none where none is."""
    if given.methods == ALL:
        return [n.id for n in notes()]
    return [m.strip() for m in (given.methods or "").split(",") if m.strip()]


def _budget(given: argparse.Namespace) -> Budget | None:
    budgets = [(k, getattr(given, k)) for k in BUDGETS]
    chosen = [Budget(kind, amount) for kind, amount in budgets if amount is not None]
    if len(chosen) > 1:
        raise ConfigError("choose one budget among --seconds, --steps and --images")
    return chosen[0] if chosen else None


def _options(given: argparse.Namespace) -> dict[str, str | int]:
    options = {"backbone": given.backbone, "width": given.width}
    return {name: value for name, value in options.items() if value is not None}


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
