"""Seconds a step in the engine, with the window open, over the same step in a bare loop.

The bare loop is `batch = feed.batch(...); method.step(batch, optimizers)` and nothing else, with
the same method, pictures, first weights, number of threads and priority, in a thread of the same
process while the window stands still. Both are measured in turns.

    python -m bench.step [--threads 1] [--rounds 5] [--seconds 2.5]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bench.common import heading, own_home, ratio, rounds, said, table
from bench.screen import desk_of, screen, show_only, wait, window

if TYPE_CHECKING:
    from core.experiment import Experiment
    from gui.window import Window

BAR = 1.03  # with the curves live
TARGET_MS = 20.0
SETTLE = 0.5  # seconds that are not counted after a change of view
STEPS = 6000  # the more, the rarer are the held-out checks, of which there are so many a run
VIEWS = {
    "another page in front": None,
    "curves live": ("setup",),
    "curves and attention": ("attention",),
    "curves and map": ("map",),
    "curves, guesses and map": ("setup", "guesses", "map"),
}


class Watch:
    """A function that is called as before, and each call's beginning and end: clock, processor."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.calls: list[tuple[float, float, float, float]] = []  # wall, CPU; wall, CPU

    def __call__(self, *given: Any) -> Any:
        before = time.perf_counter(), time.thread_time()
        found = self.function(*given)
        self.calls.append((*before, time.perf_counter(), time.thread_time()))
        return found

    def between(self, first: float, last: float) -> np.ndarray:
        """The calls that began between two moments, (N, 4)."""
        return np.array([c for c in self.calls if first <= c[0] <= last]).reshape(-1, 4)


class Times(NamedTuple):
    """Milliseconds a step by the clock, and of the processor in the thread that takes the steps.

    A busy machine disturbs the second less; with more than one thread it leaves some work out.
    """

    wall: float
    cpu: float
    wall_inside: float = 0.0  # of it in `take_step`
    cpu_inside: float = 0.0
    wall_checks: float = 0.0  # of it in the held-out checks
    cpu_checks: float = 0.0
    window: float = 0.0  # processor time of the window's thread, per cent of a core


def times(steps: np.ndarray, checks: np.ndarray, window: float = 0.0) -> Times:
    """What the calls of `take_step` and `validate` cost a step."""
    count = len(steps) - 1
    whole = steps[-1, 2:] - steps[0, 2:]
    inside = (steps[1:, 2:] - steps[1:, :2]).sum(axis=0)
    checked = (checks[:, 2:] - checks[:, :2]).sum(axis=0)
    return Times(*(1e3 * s / count for s in (*whole, *inside, *checked)), window)


class Bare:
    """The steps without an engine, in one thread as low in priority as the engine's."""

    def __init__(self, experiment: Experiment) -> None:
        self._pool = ThreadPoolExecutor(1, "bare")
        self._take = self._pool.submit(self._build, experiment).result()

    @staticmethod
    def _build(experiment: Experiment) -> Watch:
        import torch

        from core import experiment as experiments
        from core.device import lower_priority
        from core.feed import Feed
        from core.method import DataShape
        from core.progress import Progress

        lower_priority()
        torch.set_num_threads(experiment.threads)
        data, device = experiments.load_data(experiment, Progress()), torch.device("cpu")
        shape = DataShape(data.channels, data.side, tuple(data.classes))
        method = experiments.build(experiment, shape, device).train()
        window = method.window(method.config)
        feed = Feed(data.train, method.config.batch_size, experiment.seed, device, window)
        optimizers, steps = method.optimizers(), method.config.steps
        return Watch(lambda n: method.step(feed.batch(n, n / steps), optimizers))

    def run(self, seconds: float) -> Times:
        """Train for so long; the caller stands still meanwhile."""

        def train() -> float:
            began = time.perf_counter()
            while time.perf_counter() - began < seconds + SETTLE:
                self._take(len(self._take.calls))
            return began + SETTLE

        began = self._pool.submit(train).result()
        return times(self._take.between(began, np.inf), np.zeros((0, 4)))

    def end(self) -> None:
        self._pool.shutdown()


def experiment_of(threads: int, batch: int) -> Experiment:
    from core.experiment import Experiment

    options = {"batch_size": batch, "steps": STEPS}
    return Experiment("rotation", "toyland", options, {"count": 1500}, 0, "cpu", threads)


def calibrated(threads: int) -> int:
    """The batch size whose bare step takes about 20 ms."""
    batch = 24
    for _ in range(2):
        bare = Bare(experiment_of(threads, batch))
        batch = max(2, round(batch * TARGET_MS / bare.run(2.0).cpu))
        bare.end()
    return batch


class Engine:
    """The engine at work in the window, let go for as long as it is measured."""

    def __init__(self, found: Window, experiment: Experiment) -> None:
        found.laboratory.judged = False  # it is paced to a twentieth of the time by itself
        found.laboratory.train(lambda: experiment)
        self.window, self.desk = found, desk_of(found)
        self.wait_for("training")
        trainer = self.desk.session.engine.trainer
        self.steps = trainer.take_step = Watch(trainer.take_step)
        self.checks = trainer.validate = Watch(trainer.validate)
        self.pause()

    def wait_for(self, state: str) -> None:
        wait(60.0, lambda: self.desk.session.state == state)

    def pause(self) -> None:
        self.desk.session.engine.pause()
        self.wait_for("paused")

    def run(self, docks: tuple[str, ...] | None, seconds: float) -> Times:
        """Train for so long with these docks shown, or (None) with another page in front."""
        self.window.go("workbench" if docks is not None else "gallery")
        show_only(self.desk, *(docks or ()))
        self.desk.session.engine.resume()
        wait(SETTLE)
        began, cpu = time.perf_counter(), time.thread_time()
        wait(seconds)
        ended, used = time.perf_counter(), time.thread_time() - cpu
        self.pause()
        calls = self.steps.between(began, ended), self.checks.between(began, ended)
        return times(*calls, 100 * used / (ended - began))


def report(found: dict[str, list[Times]]) -> None:
    """One row a view: milliseconds a step, and the median of the rounds' ratios."""
    bare, *views = found
    rows = [[bare, *(f"{median(each):.1f}" for each in list(zip(*found[bare]))[:2])] + [""] * 6]
    for view in views:
        means = [median(each) for each in zip(*found[view])]
        under = [[t.wall for t in found[bare]], [t.cpu for t in found[bare]]]
        wall = ratio([t.wall for t in found[view]], under[0])
        unchecked = ratio([t.wall - t.wall_checks for t in found[view]], under[0])
        cpu = ratio([t.cpu - t.cpu_checks for t in found[view]], under[1])
        inside = ratio([t.cpu_inside for t in found[view]], under[1])
        figures = [f"{r:.3f}" for r in (wall, unchecked, cpu, inside)]
        rows.append([view, f"{means[0]:.1f}", f"{means[1]:.1f}", *figures, f"{means[6]:.0f} %",
                     said(unchecked, BAR)])  # fmt: skip
    table(["", "ms a step", "CPU ms", "ratio with checks", "ratio", "CPU ratio", "in the step",
           "window", f"{BAR}?"], rows)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=0, help="0: as many as a run takes")
    parser.add_argument("--rounds", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=1.2, help="of each measure")
    given = parser.parse_args()
    with own_home(), screen() as where, window() as found:
        from core.device import default_threads
        from core.engine import CHECKS_A_RUN

        threads = given.threads or default_threads()
        batch = calibrated(threads)
        bare, engine = (
            Bare(experiment_of(threads, batch)),
            Engine(found, experiment_of(threads, batch)),
        )
        heading(f"Step in the engine over a bare step: rotation on toyland, batch {batch}, "
                f"{threads} threads, {where}.")  # fmt: skip
        measures: dict[str, Callable[[], Times]] = {"bare loop": lambda: bare.run(given.seconds)}
        for view, docks in VIEWS.items():
            measures[view] = lambda docks=docks: engine.run(docks, given.seconds)
        report(rounds(given.rounds, measures))
        check = median(c[2] - c[0] for c in engine.checks.calls)
        print(f"\nA held-out check takes {1e3 * check:.0f} ms; a run makes {CHECKS_A_RUN} of them "
              "and one at every snapshot.")  # fmt: skip
        bare.end()


if __name__ == "__main__":
    main()
