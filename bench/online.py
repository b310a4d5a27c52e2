"""What the online judge costs: processor time and steps a second with it over those without.

One training in the engine, without a window, goes on all the while; the judge is let in and kept
out in turns. A turn with it lasts from the end of one judgement to the end of the next, so its rest
and its work are in it as they are in a long training; the turn without lasts as long. Processor
time is that of the whole process, so it does not matter on which core the judge works.

    python -m bench.online [--method rotation] [--data toyland] [--threads 1] [--rounds 5]
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.common import heading, own_home, ratio, rounds, said, table

if TYPE_CHECKING:
    from core.engine import Engine

BAR = 1.05
STEPS = 1_000_000  # more than there is time for
POLL = 0.02  # seconds
LONGEST = 600.0  # seconds that anything is waited for


class Cost(NamedTuple):
    """Of a step, in seconds."""

    cpu: float
    wall: float


class Judged:
    """A training whose judge is let in and kept out."""

    def __init__(self, method: str, data: str, threads: int) -> None:
        from core.engine import Engine
        from core.experiment import Experiment
        from core.runs import RunStore

        experiment = Experiment(method, data, {"steps": STEPS}, {}, 0, "cpu", threads)
        # Checkpoints come by the clock: they would fall into one turn and not into another.
        self.engine: Engine = Engine(experiment, RunStore(), autosave_seconds=math.inf, judged=True)
        self.spent: list[float] = []  # processor seconds of each judgement
        self.shares: list[float] = []  # of the processor time of a turn, in the judge's thread
        self.engine.start()
        self._wait(lambda: self.engine.state == "training" and self.engine.trainer is not None)
        self.judge: Any = self.engine._judge
        plain = self.judge._judge

        def judge(offered: Any) -> None:
            began = time.thread_time()
            plain(offered)
            self.spent.append(time.thread_time() - began)

        self.judge._judge = judge
        self._wait(lambda: len(self.spent) > 1)  # the first builds its replica
        self.rest = self.judge._due - time.monotonic()
        self.lasted = 0.0  # seconds of the last turn with the judge

    def _wait(self, until: Callable[[], bool]) -> None:
        began = time.monotonic()
        while not until():
            if not self.engine.alive or time.monotonic() - began > LONGEST:
                raise SystemExit(f"waited in vain: {self.engine.state} {self.engine.message}")
            time.sleep(POLL)

    def _measure(self, until: Callable[[], bool]) -> Cost:
        trainer = self.engine.trainer
        assert trainer is not None
        step, cpu, wall = trainer.step, time.process_time(), time.perf_counter()
        self._wait(until)
        steps = trainer.step - step
        return Cost((time.process_time() - cpu) / steps, (time.perf_counter() - wall) / steps)

    def with_judge(self) -> Cost:
        """From now, as if a judgement had just ended, to the end of the next."""
        before, began = len(self.spent), time.monotonic()
        self.judge._due = began + self.rest
        used = time.process_time()
        found = self._measure(lambda: len(self.spent) > before)
        self.shares.append(self.spent[-1] / (time.process_time() - used))
        self.rest = self.judge._due - time.monotonic()
        self.lasted = time.monotonic() - began
        return found

    def without(self) -> Cost:
        """As long as the last turn with it."""
        self.judge._due = math.inf
        end = time.monotonic() + self.lasted
        return self._measure(lambda: time.monotonic() >= end)

    def end(self) -> None:
        self.engine.stop()
        self.engine.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--method", default="rotation")
    parser.add_argument("--data", default="toyland")
    parser.add_argument("--threads", type=int, default=0, help="0: as many as a run takes")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with own_home():
        from core.device import default_threads

        threads = given.threads or default_threads()
        training = Judged(given.method, given.data, threads)
        heading(f"The online judge: {given.method} on {given.data}, {threads} threads.")
        found = rounds(given.rounds, {"with": training.with_judge, "without": training.without})
        training.end()
    rows = [
        [name, f"{1e3 * median(c.cpu for c in costs):.2f}",
         f"{median(1 / c.wall for c in costs):.1f}"]
        for name, costs in found.items()
    ]  # fmt: skip
    table(["judge", "CPU ms a step", "steps a second"], rows)
    each = [ratio([c[i] for c in found["with"]], [c[i] for c in found["without"]]) for i in (0, 1)]
    pairs = zip(found["with"], found["without"], strict=True)
    print(
        f"\nProcessor time a step {each[0]:.3f} of that without (bar {BAR}: {said(each[0], BAR)}), "
        f"time by the clock {each[1]:.3f}. Of each round: "
        f"{', '.join(f'{a.cpu / b.cpu:.3f}' for a, b in pairs)}.\n"
        f"A judgement's own thread takes {median(training.spent):.2f} s of the processor, "
        f"{100 * median(training.shares):.1f} % of all that is used in a turn with it, which "
        f"lasted {training.lasted:.0f} s."
    )


if __name__ == "__main__":
    main()
