"""How many steps a budget is worth to a method."""

from __future__ import annotations

import time

import numpy as np
import torch

from core import device as devices
from core import experiment as experiments
from core.comparison.plan import RANDOM, Budget
from core.data.imageset import ImageSet
from core.experiment import Experiment
from core.feed import Feed
from core.method import DataShape

WARMING, TIMED = 3, 24  # steps before the clock is read, and while it is


def steps_of(budget: Budget, experiment: Experiment, data: ImageSet) -> int:
    """Training steps; at least one. Seconds are measured by taking a few steps and forgetting them.

    The random network only measures its normalisation, whatever the budget.
    """
    config = experiment.config()
    if budget.kind == "own" or experiment.method == RANDOM:
        return int(config.steps)
    if budget.kind == "steps":
        return max(1, round(budget.amount))
    if budget.kind == "images":
        return max(1, round(budget.amount / config.batch_size))
    return max(1, int(budget.amount / seconds_of_a_step(experiment, data)))


def seconds_of_a_step(experiment: Experiment, data: ImageSet) -> float:
    """Processor seconds of a step in this thread on the CPU; seconds by the clock on a GPU.

    The lower quartile of some steps: other work on the machine only ever makes a step slower, and
    how busy it is must not decide how long a method trains. So what a method does but rarely, as
    the clustering of DeepCluster, is not counted.
    """
    device = devices.choose(experiment.device)
    devices.use_threads(experiment.threads or devices.default_threads())
    shape = DataShape(data.channels, data.side, tuple(data.classes))
    method = experiments.build(experiment, shape, device).train()
    config = method.config
    window = method.window(config)
    feed = Feed(data.train, config.batch_size, experiment.seed, device, window)
    optimizers = method.optimizers()
    clock = time.thread_time if device.type == "cpu" else time.perf_counter
    spent = []
    for step in range(WARMING + TIMED):
        began = clock()
        # As late as half-way: what a method only does at first must not be taken for its step.
        method.step(feed.batch(step + config.steps // 2, 0.5), optimizers)
        _wait_for(device)
        spent.append(clock() - began)
    return float(np.quantile(spent[WARMING:], 0.25))


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
