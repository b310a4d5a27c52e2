"""Training without a window: the same engine, watched by a progress bar."""

from __future__ import annotations

import argparse
from typing import Any

from core.cli.bar import Bar, duration
from core.cli.data_words import pictures
from core.cli.watch import watch
from core.engine import Engine
from core.experiment import Experiment, from_run
from core.progress import Progress
from core.registry import note
from core.runs import Run, RunError, RunStore


def train(given: argparse.Namespace, options: dict[str, Any]) -> int:
    """`main.py train METHOD ...`: a new run. Returns the exit status."""
    data, data_options = pictures(given, given.data or note(given.method).data)
    experiment = Experiment(
        given.method,
        data,
        options,
        data_options,
        given.seed,
        given.device,
        given.threads,
        given.title,
    )
    experiment.config()  # complain before anything is made
    if given.how_long:
        return _how_long(experiment, given.quiet)
    engine = Engine(
        experiment, RunStore(given.runs), autosave_seconds=given.autosave, judged=given.judge
    )
    return watch(engine, given)


def _how_long(experiment: Experiment, quiet: bool) -> int:
    """`main.py train METHOD --how-long`: what a few steps say of all."""
    from core.forecast import forecast

    bar = Bar(quiet)
    try:
        found = forecast(experiment, Progress(bar.tick))
    finally:
        bar.close()
    by = "step" if found.measured == 1 else f"{found.measured} steps"
    print(f"about {duration(found.seconds)}: {found.steps:,} steps of {1000 * found.each:,.0f} ms, "
          f"by the first {by} on this machine")  # fmt: skip
    return 0


def resume(given: argparse.Namespace) -> int:
    """`main.py resume RUN`: go on exactly where the run stood."""
    store = RunStore(given.runs)
    run = open_run(store, given.run, write=True)
    try:
        engine = Engine(
            from_run(run), store, run, autosave_seconds=given.autosave, judged=given.judge
        )
        if given.steps is not None:
            engine.change("steps", given.steps)
    except BaseException:
        run.close()
        raise
    return watch(engine, given)


def open_run(store: RunStore, name: str, write: bool = False) -> Run:
    """The run of that id or folder, or the newest for "last"; raises RunError."""
    if name == "last":
        found = [r for r in store.list() if not r.problem]
        if not found:
            raise RunError(f"there is no run in {store.root}; train one first")
        name = found[0].id
    return store.open(name, write=write)
