"""Watching an engine from a terminal: a progress bar, what happens, and how it ended."""

from __future__ import annotations

import argparse
import signal
import sys
import time

from core.cli.bar import Bar, duration
from core.engine import Engine
from core.mailbox import Event, Mail, Row

POLL_SECONDS = 0.1
SHOWN = ("loss", "accuracy", "held-out/accuracy", "held-out/loss")
TOLD = ("full", "space", "warning")  # events whose text is printed
BY_SIGNAL = 128  # a shell's exit status of what a signal ended: 130 for Ctrl-C, 143 for SIGTERM


class _Watcher:
    """What a person at a terminal sees of an engine."""

    def __init__(self, bar: Bar, quiet: bool) -> None:
        self.bar, self.quiet = bar, quiet
        self.wrong = ""  # why the training stood still by itself
        self._seen: dict[str, float] = {}
        self._first: tuple[float, int] | None = None

    def take(self, mail: Mail, engine: Engine) -> None:
        for event in mail.events:
            self._event(event)
            if event.kind == "nonfinite":
                self.wrong = event.facts["text"]
                engine.stop()  # nobody is here to lower the learning rate
        trainer = engine.trainer
        if mail.rows and trainer is not None:
            self._rows(mail.rows, trainer.steps)

    def _event(self, event: Event) -> None:
        if event.kind == "progress":
            self.bar.tick(event.facts["tick"])
        elif event.kind in TOLD:
            self._say(event.facts["text"])
        elif event.kind == "problems" and event.facts["problems"]:
            problems = event.facts["problems"]
            name, reason = problems[0]
            self._say(f"{len(problems):,} files could not be used; the first: {name}: {reason}")

    def _say(self, text: str) -> None:
        if not self.quiet:
            self.bar.close()
            print(text, file=sys.stderr)

    def _rows(self, rows: list[Row], steps: int) -> None:
        for row in rows:
            self._seen.update(row.scalars)
        last, now = rows[-1], time.monotonic()
        if self._first is None:
            self._first = (now, last.step)
        seconds, taken = now - self._first[0], last.step - self._first[1]
        rate = taken / seconds if seconds > 0 else 0.0
        remaining = (steps - last.step) / rate if rate > 0 else None
        numbers = "  ".join(f"{n} {self._seen[n]:.3f}" for n in SHOWN if n in self._seen)
        words = f"step {last.step:,} of {steps:,}"
        self.bar.show(words, last.step / steps, rate, remaining, numbers=numbers)


def watch(engine: Engine, given: argparse.Namespace) -> int:
    """Run the engine to its end; Ctrl-C and SIGTERM save and stop it. Returns the exit status."""
    bar = Bar(given.quiet)
    watcher = _Watcher(bar, given.quiet)
    began = time.monotonic()
    caught: list[int] = []

    def stop(number: int, _: object) -> None:
        caught.append(number)
        engine.stop()

    before = {s: signal.signal(s, stop) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        engine.start()
        while engine.alive:
            time.sleep(POLL_SECONDS)
            watcher.take(engine.mailbox.drain(), engine)
        watcher.take(engine.mailbox.drain(), engine)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        bar.close()
    status = 0 if engine.state == "finished" else BY_SIGNAL + caught[0] if caught else 1
    if watcher.wrong:
        print(f"selfsight: {watcher.wrong}", file=sys.stderr)
    return _closing_words(engine, given, status, time.monotonic() - began)


def _closing_words(engine: Engine, given: argparse.Namespace, status: int, seconds: float) -> int:
    if engine.run is None:  # it could not even begin, or was not let
        print(f"selfsight: {engine.message}", file=sys.stderr)
        return 2 if engine.state == "failed" else status
    print(f"{engine.message} ({duration(seconds)})")
    print(f"run     {engine.run.id}")
    print(f"folder  {engine.run.path}")
    if engine.state == "stopped":
        print(f"go on   python main.py resume {engine.run.id}")
    if engine.state == "failed":
        return status
    if given.report:
        from core.report.page import write

        print(f"report  {write(engine.store.open(engine.run.path))}")
    return status
