"""One lane: a method that learns the scene, its seconds of work, and how well it does by them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch

from core import device as devices
from core.data.imageset import ImageSet
from core.experiment import Experiment, build, check_data
from core.failures import in_words
from core.feed import Feed, held_out_batch
from core.method import DataShape, Method
from core.racing.plan import DATA, LanePlan, next_mark
from core.trainer import Rows, Trainer

HELD_OUT = 64  # views that a lane is judged by, at the most
MEASURED = 32  # last steps whose cost says how many more there will be
UNSURE = 6  # first steps that say nothing of it
JUDGING = 0.4  # the most of its work that a lane may be judged for, but at the end
KEPT_ROWS = 4000  # when there are more, every other one is forgotten
MEGABYTE = 1e6

_warmed: set[str] = set()  # methods whose loops this process has compiled


@dataclass(frozen=True)
class Memory:
    """What a representation occupies, in bytes."""

    parameters: int  # what is learned
    grids: int  # what is kept beside it: which cells are occupied, where a vertex is

    @property
    def megabytes(self) -> float:
        """Both, in MB of 10⁶ bytes."""
        return (self.parameters + self.grids) / MEGABYTE


@dataclass(frozen=True)
class Judged:
    """How well held-out views are shown at one moment."""

    step: int
    seconds: float
    psnr: float
    megabytes: float


class Lane:
    """Takes the steps of one representation. Where a step fails, it stands still and says why.

    Where its seconds would outlast the method's own number of steps, the schedule is stretched so
    that both end together, unless the options say how many `steps` there are. It is never pressed:
    a voxel grid whose 600 steps were pressed into 10 s, so that it grew too early, came to 25.9 dB,
    and to 30.4 dB by its own schedule. On a CPU the clock is the processor time of the steps,
    elsewhere their wall time; judging costs nothing.
    """

    def __init__(self, plan: LanePlan, experiment: Experiment, data: ImageSet, length: float,
                 on_the_way: bool = True) -> None:  # fmt: skip
        check_data(experiment, data)
        self.plan, self.experiment, self.data, self.length = plan, experiment, data, length
        self._on_the_way = on_the_way  # judge at the marks too, not at the end alone
        self.device = devices.choose(experiment.device)
        self.shape = DataShape(data.channels, data.side, tuple(data.classes))
        self._warm()
        self.reset()

    @property
    def title(self) -> str:
        """As it is shown."""
        return self.plan.title

    def reset(self) -> None:
        """Stand at the first step again."""
        self.trainer = self._fresh()
        self._own_steps = self.trainer.steps
        self.seconds, self.failed, self.samples = 0.0, "", 0.0
        self.judged: list[Judged] = []
        self.rows: list[tuple[int, float, dict[str, float]]] = []
        self._costs: deque[float] = deque(maxlen=MEASURED)
        self._due = next_mark(0.0, self.length)
        self._judging = 0.0

    def _fresh(self) -> Trainer:
        method = build(self.experiment, self.shape, self.device)
        views = method.pictures_a_step(method.config)
        feed = Feed(self.data.train, views, self.experiment.seed, self.device)
        return Trainer(method, feed, held_out_batch(self.data.held_out, HELD_OUT, self.device))

    def _warm(self) -> None:
        """Have loops compiled and libraries loaded before the clock runs."""
        if self.experiment.method in _warmed:
            return
        trainer = self._fresh()
        for _ in range(2):
            trainer.take_step()
        _warmed.add(self.experiment.method)

    # --- how it stands ----------------------------------------------------------------------------

    @property
    def method(self) -> Method:
        """What learns."""
        return self.trainer.method

    @property
    def step(self) -> int:
        """Steps taken."""
        return self.trainer.step

    @property
    def paced(self) -> bool:
        """Whether the schedule may be stretched."""
        return "steps" not in self.plan.options

    @property
    def finished(self) -> bool:
        """Whether it has had its seconds, or cannot go on."""
        return bool(self.failed) or self.seconds >= self.length

    def memory(self) -> Memory:
        """What it occupies now."""
        parameters = sum(_bytes(p) for p in self.method.parameters())
        return Memory(parameters, sum(_bytes(b) for b in self.method.buffers()))

    # --- the steps --------------------------------------------------------------------------------

    def play(self) -> None:
        """One step, and a look at the held-out views where it is time."""
        if self.finished:
            return
        self._pace()
        try:
            began = self._now()
            rows = self._take()
            cost = self._now() - began
        except (ArithmeticError, RuntimeError, ValueError) as error:
            self.failed = in_words(error, self.method.config)
            return
        self.seconds += cost
        self._costs.append(cost)
        self._keep(rows)
        cheap = self._judging < JUDGING * (self.seconds - self.last_judged)
        due = self._on_the_way and self.seconds >= self._due and cheap
        if self.finished or due:
            self.judge()

    def _take(self) -> Rows:
        rows = self.trainer.take_step()
        return rows if self.device.type == "cpu" else [*rows, *self.trainer.flush()]

    def _now(self) -> float:
        return time.thread_time() if self.device.type == "cpu" else time.perf_counter()

    def _keep(self, rows: Rows) -> None:
        self.rows += [(step, self.seconds, scalars) for step, _, scalars in rows]
        if len(self.rows) > KEPT_ROWS:
            self.rows = self.rows[::2]
        if rows:
            self.samples = rows[-1][2].get("samples a ray", 0.0)

    def _pace(self) -> None:
        """Let the schedule not end before the seconds do, as far as the last steps can tell."""
        if not self.paced or self.step < UNSURE:
            return
        costs = list(self._costs)[1:]
        left = max(0.0, self.length - self.seconds) / max(1e-6, sum(costs) / len(costs))
        steps = max(self._own_steps, self.step + round(left))
        if abs(steps - self.method.config.steps) > 0.02 * steps:
            self.method.config = replace(self.method.config, steps=steps)

    @property
    def last_judged(self) -> float:
        """Seconds of work when it was judged last."""
        return self.judged[-1].seconds if self.judged else 0.0

    def judge(self) -> Judged:
        """PSNR of the held-out views now; where they were judged at this step, what was found."""
        if self.judged and self.judged[-1].step == self.step:
            return self.judged[-1]
        began = self._now()
        psnr = self.trainer.validate()["PSNR"]
        self._judging = self._now() - began
        found = Judged(self.step, self.seconds, psnr, self.memory().megabytes)
        self.judged.append(found)
        self._due = next_mark(self.seconds, self.length)
        return found


def _bytes(tensor: torch.Tensor) -> int:
    return tensor.numel() * tensor.element_size()


def play_all(lanes: list[Lane], on_step: Callable[[], None]) -> None:
    """Play lanes in turns, in this thread, until each has had its seconds; `on_step` may raise."""
    while behind := [lane for lane in lanes if not lane.finished]:
        min(behind, key=lambda x: x.seconds).play()
        on_step()


def experiment_of(plan: LanePlan, data_options: dict[str, Any], seed: int, device: str = "cpu",
                  ) -> Experiment:  # fmt: skip
    """What a lane trains, as a run would be made of it."""
    return Experiment(plan.method, DATA, dict(plan.options), data_options, seed, device,
                      threads=1, title=plan.title)  # fmt: skip
