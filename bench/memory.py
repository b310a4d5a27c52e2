"""Memory of the process at rest, and after the same run was opened and closed 20 times.

At rest the engine is imported and warm, and no run was open yet. The first one brings what no
closing takes back: code of the libraries comes into memory as it is first run. Only what grows from
then on grows with the number of runs, so both are told.

A short run is trained in a process of its own first. Opening means: the laboratory opens it from
the disk, every dock is shown and has its answer; closing means the cross of its tab. What is left
of sessions, desks, panels and threads is counted, for memory that grows has an owner.

    python -m bench.memory [--times 20]
"""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from bench.common import ROOT, heading, own_home, said, table
from bench.screen import desk_of, screen, wait, window

if TYPE_CHECKING:
    from gui.window import Window

BAR = 30.0  # MB
LOOK = 0.6  # seconds that each dock is looked at


def resident() -> float:
    """MB of this process in memory, when everything that can go has gone."""
    from gui.machine import resident_bytes

    wait(0.4)
    gc.collect()
    return (resident_bytes() or 0.0) / 1e6


def train_one(steps: int) -> str:
    """A finished run's id."""
    words = f"main.py train rotation --data digits --steps {steps}".split()
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)
    from core.runs import RunStore

    return RunStore().list()[0].id


def open_and_close(found: Window, run: str) -> None:
    found.open_run(run)
    desk = desk_of(found)
    for name in desk.docks:
        desk.toggle(name, True)
        wait(LOOK)
    desk.timeline.go_to(0)
    wait(LOOK)
    found.laboratory.close(desk.session)


def left() -> dict[str, int]:
    """How many of the things that belong to an open run there are."""
    from core.method import Method
    from core.observer import Observer
    from gui.pages.desk import Desk
    from gui.panels.base import Panel
    from gui.session import Session

    there = [type(o) for o in gc.get_objects()]
    kinds = (Session, Desk, Panel, Observer, Method, QObject)
    found = {kind.__name__: sum(issubclass(t, kind) for t in there) for kind in kinds}
    return {**found, "threads": threading.active_count()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20)
    given = parser.parse_args()
    with own_home(), screen() as where:
        run = train_one(60)
        with window() as found:
            heading(f"Memory of the process, a run opened and closed {given.times} times, {where}.")
            at_rest, counts = resident(), left()
            now = first = at_rest
            rows = [["at rest", f"{at_rest:.0f}", "", "", *counts.values()]]
            for time in range(1, given.times + 1):
                open_and_close(found, run)
                if time in (1, 2, 5, 10, 15, given.times):
                    now, counts = resident(), left()
                    first = now if time == 1 else first
                    grown = [f"{now - before:+.0f}" for before in (at_rest, first)]
                    rows.append([f"closed {time}", f"{now:.0f}", *grown, *counts.values()])
            table(["MB", "resident", "since rest", "since the first", *counts], rows)
            print(f"\nUnder {BAR:g} MB since rest: {said(now - at_rest, BAR)}; since the first "
                  f"was closed: {said(now - first, BAR)}.")  # fmt: skip


if __name__ == "__main__":
    main()
