"""How late a 16 ms timer of the window's thread comes, with and without a training beside it.

A QTimer of 16 ms notes when it is called; its lateness is how much longer than 16 ms that took.
The training is rotation on toyland with its default settings, in the engine.

    python -m bench.lateness [--seconds 20]
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer

from bench.common import heading, own_home, said, table
from bench.screen import desk_of, screen, show_only, wait, window

if TYPE_CHECKING:
    from gui.pages.desk import Desk

P95_BAR, MOST_BAR = 8.0, 50.0  # milliseconds
TICK_MS = 16
SETTLE = 2.0
VIEWS = {"curves live": ("setup",), "curves and guesses": ("guesses",), "curves and map": ("map",)}


def lateness(seconds: float) -> np.ndarray:
    """Milliseconds that each tick came late, (N,)."""
    moments: list[float] = []
    timer = QTimer(interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: moments.append(time.perf_counter()))
    timer.start()
    wait(seconds)
    timer.stop()
    return np.maximum(0.0, 1e3 * np.diff(moments) - TICK_MS)


def row(name: str, late: np.ndarray) -> list[str]:
    p50, p95, p99, most = np.percentile(late, (50, 95, 99, 100))
    met = "met" if said(p95, P95_BAR) == said(most, MOST_BAR) == "met" else "missed"
    return [name, *(f"{each:.1f}" for each in (p50, p95, p99, most)), met]


def training(desk: Desk, state: str) -> None:
    """Have the engine go on, or stand still."""
    engine = desk.session.engine
    assert engine is not None
    (engine.resume if state == "training" else engine.pause)()
    wait(60.0, lambda: desk.session.state == state)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="of each measure")
    given = parser.parse_args()
    with own_home(), screen() as where, window() as found:
        from core.experiment import Experiment

        options = {"steps": 100_000}  # it must not end meanwhile
        found.laboratory.train(lambda: Experiment("rotation", "toyland", options))
        desk = desk_of(found)
        wait(120.0, lambda: desk.session.state == "training")
        heading(f"Lateness of a {TICK_MS} ms timer in the window's thread, {given.seconds:g} s "
                f"each, {where}.")  # fmt: skip
        rows = []
        for state in ("paused", "training"):
            for name, docks in VIEWS.items():
                training(desk, state)
                show_only(desk, *docks)
                wait(SETTLE)
                rows.append(row(f"{name}, {state}", lateness(given.seconds)))
        table(["ms late", "p50", "p95", "p99", "most", f"p95 < {P95_BAR:g}, most < {MOST_BAR:g}?"],
              rows)  # fmt: skip


if __name__ == "__main__":
    main()
