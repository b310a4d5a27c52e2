"""How long a training would take on this machine: by steps that are taken and thrown away."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median

import torch

from core import device as devices
from core import experiment as experiments
from core.beginning import fed
from core.experiment import Experiment
from core.method import DataShape
from core.progress import Progress
from core.trainer import Trainer

SECONDS = 2.0  # of steps that are measured; one step at least, however long it takes
MOST = 30  # steps that are measured


@dataclass(frozen=True)
class Forecast:
    """What the first steps say of all; of a method whose steps grow dearer it is too little."""

    steps: int  # of the whole training
    each: float  # seconds a step
    measured: int  # steps

    @property
    def seconds(self) -> float:
        """Of the whole training, without what is looked at and saved meanwhile."""
        return self.steps * self.each


def forecast(experiment: Experiment, progress: Progress, seconds: float = SECONDS) -> Forecast:
    """Take some steps of the experiment; nothing of them is kept.

    The first, which compiles and makes room, counts only where it alone takes longer than that.
    Raises UnknownMethod, ConfigError, DataError, DeviceError, or Cancelled out of `progress`.
    """
    experiment = experiment.complete()
    device = devices.choose(experiment.device)
    data = experiments.load_data(experiment, progress)
    devices.use_threads(experiment.threads or devices.default_threads())
    shape = DataShape(data.channels, data.side, tuple(data.classes))
    method = experiments.build(experiment, shape, device)
    trainer = Trainer(method, *fed(data, method, experiment.seed, device))
    progress.update("taking a first step", 0)
    first, costs = _step(trainer, device), list[float]()
    while first < seconds and sum(costs) < seconds and len(costs) < MOST:
        if trainer.step >= trainer.steps:
            break
        progress.update("taking steps to see how long they take", len(costs), MOST, "steps")
        costs.append(_step(trainer, device))
    return Forecast(trainer.steps, median(costs or [first]), max(1, len(costs)))


def _step(trainer: Trainer, device: torch.device) -> float:
    """Seconds of one step, until the device has done with it."""
    began = time.perf_counter()
    trainer.take_step()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - began
