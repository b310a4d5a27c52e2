"""The words of the command line. A method's options come from its config; none is listed here."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from core.cli.data_words import HELP, add_data_words, explained, source_ahead
from core.cli.late import add_late_words
from core.config import ConfigError, options_of
from core.data.imageset import DataError
from core.data.sources import UnknownSource, sources
from core.evaluate.protocols import PROTOCOLS, USUAL, words_of
from core.progress import Cancelled
from core.registry import NoteError, UnknownMethod, method_class, notes
from core.runs import RunError, RunStore, home

Commands = Any  # what argparse's add_subparsers returns has no public name
EXPECTED = (
    ConfigError,
    DataError,
    UnknownMethod,
    UnknownSource,
    NoteError,
    RunError,
    OSError,
    ValueError,
)


def main(words: Sequence[str]) -> int:
    """Do what the words say. Returns the exit status; an error of the user is one line, and 2."""
    # Whatever must be known is printed; what a library or an observer logs would tear the bar.
    logging.basicConfig(level=logging.CRITICAL)
    try:
        given = _parser(words).parse_args(list(words))
        status: int = given.do(given)
        return status
    except (Cancelled, KeyboardInterrupt):
        print("cancelled", file=sys.stderr)
        return 130
    except EXPECTED as error:
        print(f"selfsight: {error}", file=sys.stderr)
        return 2


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the words; their usage would fill the screen."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; {self.prog} --help lists what there is")


class UsageError(ValueError):
    """Words that make no command."""


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="main.py",
        description="Learn to see without labels. Without any words: open the laboratory's window.",
    )
    parser.add_argument(
        "--runs", type=Path, default=home() / "runs", help="folder of the runs (%(default)s)"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress, no news")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _train_words(commands, words)
    _resume_words(commands)
    _list_words(commands)
    _histories_words(commands)
    _evaluate_words(commands)
    _compare_words(commands, words)
    _clusters_words(commands)
    add_late_words(commands, words)
    _export_words(commands)
    _report_words(commands)
    return parser


def _train_words(commands: Commands, words: Sequence[str]) -> None:
    train = commands.add_parser(
        "train",
        help="train a method on pictures",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    known = [n.id for n in notes()]
    train.add_argument("method", choices=known, metavar="METHOD", help=f"one of {', '.join(known)}")
    train.add_argument("--data", default=None, metavar="SOURCE", help=HELP)
    train.add_argument("--seed", type=int, default=0, help="everything random follows from it")
    train.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    train.add_argument("--threads", type=int, default=0, help="CPU threads; 0 chooses")
    train.add_argument("--title", default="", help="a name for the run")
    train.add_argument(
        "--how-long",
        action="store_true",
        help="take a few steps, say how long the whole would take here, and keep nothing",
    )
    _engine_words(train)
    method, data = _named_ahead(words)
    if method is not None:
        group = train.add_argument_group(f"options of {method}")
        for o in options_of(method_class(method).Config):
            group.add_argument(
                f"--{o.name.replace('_', '-')}",
                dest=f"option:{o.name}",
                default=None,
                metavar="VALUE",
                help=explained(o.help, o.default, o.choices),
            )
    if data is not None:
        add_data_words(train, data)

    def do(given: argparse.Namespace) -> int:
        from core.cli.train import train as do_train

        return do_train(
            given,
            {k[7:]: v for k, v in vars(given).items() if k.startswith("option:") and v is not None},
        )

    train.set_defaults(do=do)


def _engine_words(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--autosave", type=float, default=30.0, metavar="SECONDS", help="between two checkpoints"
    )
    command.add_argument(
        "--judge",
        action="store_true",
        help="judge the features by kNN and a linear probe now and then while training",
    )
    command.add_argument(
        "--report", action="store_true", help="write a report of pictures at the end"
    )


def _named_ahead(words: Sequence[str]) -> tuple[str | None, str | None]:
    """Method and source named in the words, so that their options can be parsed."""
    if "train" not in words:
        return None, None
    words = words[list(words).index("train") + 1 :]
    known = {n.id for n in notes()}
    method = next((w for w in words if w in known), None)
    data = next((n.data for n in notes() if n.id == method), None)
    return method, source_ahead(words, data)


def _resume_words(commands: Commands) -> None:
    resume = commands.add_parser("resume", help="go on with a run exactly where it stood")
    resume.add_argument("run", help="id or folder of the run, or 'last'")
    resume.add_argument(
        "--steps", type=int, default=None, help="train on to this many steps in all"
    )
    _engine_words(resume)

    def do(given: argparse.Namespace) -> int:
        from core.cli.train import resume as do_resume

        return do_resume(given)

    resume.set_defaults(do=do)


def _list_words(commands: Commands) -> None:
    listing = commands.add_parser("list", help="list methods, data, runs or shipped histories")
    kinds = ("methods", "data", "runs", "histories")
    listing.add_argument("what", nargs="?", choices=kinds, default=None)

    def do(given: argparse.Namespace) -> int:
        if given.what in (None, "methods"):
            for n in notes():
                print(f"{n.id:16}{n.year}  {n.title}: {n.sentence}")
        if given.what in (None, "data"):
            print() if given.what is None else None
            for s in sources():
                print(f"{s.id:16}{s.title}: {s.sentence}")
        if given.what in (None, "runs"):
            print() if given.what is None else None
            _print_runs(RunStore(given.runs))
        if given.what == "histories":
            from core.cli.histories import print_histories

            print_histories()
        return 0

    listing.set_defaults(do=do)


def _print_runs(store: RunStore) -> None:
    found = store.list()
    if not found:
        print(f"no runs yet in {store.root}")
    for run in found:
        if run.problem:
            print(f"{run.id:48}cannot be read: {run.problem}")
        else:
            print(f"{run.id:48}{run.status:12}step {run.step:,} of {run.steps:,}  {run.title}")


def _histories_words(commands: Commands) -> None:
    brought = commands.add_parser("histories", help="copy a run that ships among the runs")
    brought.add_argument("name", help="as `list histories` names it")

    def do(given: argparse.Namespace) -> int:
        from core.cli.histories import bring

        return bring(given)

    brought.set_defaults(do=do)


def _evaluate_words(commands: Commands) -> None:
    evaluate = commands.add_parser(
        "evaluate", help="judge a run's features: kNN, linear probe, few labels"
    )
    evaluate.add_argument("run", help="id or folder of the run, or 'last'")
    evaluate.add_argument(
        "--protocols",
        default=words_of(USUAL),
        metavar="LIST",
        help=f"among {words_of(tuple(PROTOCOLS))} (%(default)s)",
    )
    evaluate.add_argument(
        "--seeds", type=int, default=3, help="label draws and fresh networks (%(default)s)"
    )
    evaluate.add_argument(
        "--supervised",
        default=None,
        metavar="RUN",
        help="a supervised run on the same data to compare with",
    )

    def do(given: argparse.Namespace) -> int:
        from core.cli.judge import evaluate as do_evaluate

        return do_evaluate(given)

    evaluate.set_defaults(do=do)


def _compare_words(commands: Commands, words: Sequence[str]) -> None:
    compare = commands.add_parser("compare", help="train and judge several methods alike")
    if "compare" in words:  # what it needs imports torch
        from core.cli.compare import DATA, add_words
        from core.cli.compare import compare as do_compare

        add_words(compare)
        data = source_ahead(words, None if "--resume" in words else DATA)
        if data is not None:
            add_data_words(compare, data)
        compare.set_defaults(do=do_compare)


def _clusters_words(commands: Commands) -> None:
    clusters = commands.add_parser(
        "clusters", help="put a run's held-out pictures into clusters by k-means on its features"
    )
    clusters.add_argument("run", help="id or folder of the run, or 'last'")
    clusters.add_argument("--k", type=int, default=0, help="clusters; as many as classes without")
    clusters.add_argument("--stage", default="last", help="of the encoder (%(default)s)")
    clusters.add_argument("--step", type=int, default=None, help="of this snapshot; else the last")
    clusters.add_argument(
        "--to", type=Path, default=None, help="an .html page of pictures, or a .csv of all"
    )

    def do(given: argparse.Namespace) -> int:
        from core.cli.judge import clusters as do_clusters

        return do_clusters(given)

    clusters.set_defaults(do=do)


def _export_words(commands: Commands) -> None:
    export = commands.add_parser(
        "export", help="write a run's curves, figures and weights, or its scene as a mesh"
    )
    export.add_argument("run", help="id or folder of the run, or 'last'")
    export.add_argument(
        "folder", type=Path, nargs="?", default=None, help="where to; made if it is not there"
    )
    export.add_argument(
        "--step", type=int, default=None, help="of this snapshot; the last without it"
    )
    scene = export.add_argument_group("of a scene")
    for name, what in (
        ("--mesh", "a mesh, .ply or .obj"),
        ("--points", "points on what the views show, .ply or .obj"),
        ("--splats", "the Gaussians, .ply or .splat"),
        ("--voxels", "density and colour on a grid, .npz"),
    ):
        scene.add_argument(name, type=Path, default=None, metavar="FILE", help=what)
    scene.add_argument(
        "--resolution", type=int, default=128, help="corners a side of the grid (%(default)s)"
    )
    scene.add_argument(
        "--level", type=float, default=None, help="the density of the surface; views tell else"
    )

    def do(given: argparse.Namespace) -> int:
        if given.mesh or given.points or given.splats or given.voxels:
            from core.cli.scene import export_scene

            return export_scene(given)
        from core.cli.judge import export as do_export

        return do_export(given)

    export.set_defaults(do=do)


def _report_words(commands: Commands) -> None:
    report = commands.add_parser("report", help="one HTML file with a run's curves and pictures")
    report.add_argument("run", help="id or folder of the run, or 'last'")
    report.add_argument(
        "--to", type=Path, default=None, help="the file (default: report.html in the run)"
    )

    def do(given: argparse.Namespace) -> int:
        from core.cli.judge import report as do_report

        return do_report(given)

    report.set_defaults(do=do)
