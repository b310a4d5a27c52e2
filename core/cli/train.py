"""Training without a window: the same engine, watched by a progress bar."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path
from typing import Any

from core.cli.bar import Bar, duration
from core.config import ConfigError
from core.data.sources import sources
from core.engine import Engine
from core.experiment import Experiment, from_run
from core.mailbox import Event, Mail, Row
from core.registry import note
from core.runs import Run, RunError, RunStore

POLL_SECONDS = 0.1
SHOWN = ("loss", "accuracy", "held-out/accuracy", "held-out/loss")


def train(given: argparse.Namespace, options: dict[str, Any], data_options: dict[str, Any]) -> int:
    """`main.py train METHOD ...`: a new run. Returns the exit status."""
    data = given.data or note(given.method).data
    if data not in {s.id for s in sources()}:
        if not Path(data).exists():
            listed = ", ".join(s.id for s in sources())
            raise ConfigError(f"--data {data!r} is neither a file or folder nor one of {listed}")
        data, data_options = "folder", {"path": data, **data_options}
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
    return _watch(Engine(experiment, RunStore(given.runs)), given)


def resume(given: argparse.Namespace) -> int:
    """`main.py resume RUN`: go on exactly where the run stood."""
    store = RunStore(given.runs)
    run = open_run(store, given.run, write=True)
    engine = Engine(from_run(run), store, run)
    if given.steps is not None:
        engine.change("steps", given.steps)
    return _watch(engine, given)


def open_run(store: RunStore, name: str, write: bool = False) -> Run:
    """The run of that id or folder, or the newest for "last"; raises RunError."""
    if name == "last":
        found = [r for r in store.list() if not r.problem]
        if not found:
            raise RunError(f"there is no run in {store.root}; train one first")
        name = found[0].id
    return store.open(name, write=write)


class _Watcher:
    """What a person at a terminal sees of an engine."""

    def __init__(self, bar: Bar, quiet: bool) -> None:
        self.bar, self.quiet = bar, quiet
        self.run_id = ""
        self.steps = 0
        self._seen: dict[str, float] = {}
        self._first: tuple[float, int] | None = None

    def take(self, mail: Mail, engine: Engine) -> None:
        for event in mail.events:
            self._event(event)
        if mail.rows and engine.trainer is not None:
            self._rows(mail.rows, engine.trainer.steps)

    def _event(self, event: Event) -> None:
        if event.kind == "progress":
            self.bar.tick(event.facts["tick"])
        elif event.kind == "run":
            self.run_id = event.facts["id"]
        elif event.kind in ("full", "space", "warning", "nonfinite") and not self.quiet:
            self.bar.close()
            print(event.facts["text"], file=sys.stderr)
        elif event.kind == "problems" and event.facts["problems"] and not self.quiet:
            self.bar.close()
            problems = event.facts["problems"]
            print(
                f"{len(problems):,} files could not be used; the first: {problems[0][0]}: "
                f"{problems[0][1]}",
                file=sys.stderr,
            )

    def _rows(self, rows: list[Row], steps: int) -> None:
        for row in rows:
            self._seen.update(row.scalars)
        last, now = rows[-1], time.monotonic()
        if self._first is None:
            self._first = (now, last.step)
        seconds, taken = now - self._first[0], last.step - self._first[1]
        rate = taken / seconds if seconds > 0 else 0.0
        remaining = (steps - last.step) / rate if rate > 0 else None
        numbers = "  ".join(
            f"{name} {self._seen[name]:.3f}" for name in SHOWN if name in self._seen
        )
        self.bar.show(
            f"step {last.step:,} of {steps:,}", last.step / steps, rate, remaining, numbers=numbers
        )


def _watch(engine: Engine, given: argparse.Namespace) -> int:
    """Run the engine to its end; Ctrl-C and SIGTERM save and stop it."""
    bar = Bar(given.quiet)
    watcher = _Watcher(bar, given.quiet)
    began = time.monotonic()

    def stop(*_: object) -> None:
        engine.stop()

    before = {s: signal.signal(s, stop) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        engine.start()
        while engine.alive:
            time.sleep(POLL_SECONDS)
            watcher.take(engine.mailbox.drain(), engine)
            if engine.state == "paused" and "room" not in engine.message:
                engine.stop()  # non-finite: nobody is here to lower the learning rate
        watcher.take(engine.mailbox.drain(), engine)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        bar.close()
    return _closing_words(engine, given, watcher, time.monotonic() - began)


def _closing_words(
    engine: Engine, given: argparse.Namespace, watcher: _Watcher, seconds: float
) -> int:
    print(f"{engine.message or engine.state} ({duration(seconds)})")
    if engine.run is None:
        return 1
    print(f"run     {engine.run.id}")
    print(f"folder  {engine.run.path}")
    if engine.state == "failed":
        return 1
    if given.report:
        from core.cli.judge import write_report

        print(f"report  {write_report(engine.store.open(engine.run.id), None)}")
    return 0 if engine.state == "finished" else 143
