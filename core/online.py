"""A thread that judges the features while they are trained, on a replica nobody trains.

It rests twenty times as long as it works, so whoever trains loses at most a twentieth even where
they share one core; no gradient is touched, and no random number is drawn that a training sees.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque

import torch
from torch import Tensor

from core import device as devices
from core import experiment as experiments
from core import registry
from core.abilities import abilities_of
from core.data.imageset import ImageSet
from core.evaluate.quick import quick
from core.experiment import Experiment
from core.method import DataShape, Method, MethodConfig
from core.trainer import Rows

log = logging.getLogger(__name__)

REST = 20.0  # seconds of rest for one of work
LEAST = 2.0  # seconds of rest
GROUP = "features"  # of the scalars: "features/kNN"

Offered = tuple[int, float, MethodConfig, dict[str, Tensor]]  # step, seconds, config, weights


class OnlineJudge:
    """Takes weights from the thread that trains, gives back scalars. Methods that encode only."""

    def __init__(self, experiment: Experiment, data: ImageSet) -> None:
        self._cls = registry.method_class(experiment.method)
        self._data = data
        self._shape = DataShape(data.channels, data.side, tuple(data.classes))
        self._replica: Method | None = None
        self._found: deque[tuple[int, float, dict[str, float]]] = deque()
        self._offered: Offered | None = None
        self._due = 0.0
        self._pasts = 0  # how often the training went back
        self._closed = "Encodes" not in abilities_of(self._cls)
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._judge_all, name="online judge")
        self._thread.start()

    def offer(self, step: int, seconds: float, method: Method) -> None:
        """Called between two steps; copies the weights when the judge has rested enough."""
        if self._closed or self._offered is not None or time.monotonic() < self._due:
            return
        weights = {name: t.detach().cpu().clone() for name, t in method.state_dict().items()}
        with self._news:
            self._offered = step, seconds, method.config, weights
            self._news.notify()

    def take(self) -> Rows:
        """What was found since the last time: step of the weights, seconds, scalars."""
        found = []
        while self._found:
            found.append(self._found.popleft())
        return found

    def forget(self) -> None:
        """The training went back: what is judged now is of a past that was given up."""
        self._pasts += 1
        self._found.clear()

    def last(self, step: int, seconds: float, method: Method) -> None:
        """Judge the weights that the training ended with; waits until it is done."""
        with self._news:
            self._news.wait_for(lambda: self._offered is None or self._closed)
        self._due = 0.0
        self.offer(step, seconds, method)
        with self._news:
            self._news.wait_for(lambda: self._offered is None or self._closed)

    def close(self) -> None:
        """End the thread after the judgement in hand."""
        with self._news:
            self._closed = True
            self._news.notify()
        self._thread.join()

    def _judge_all(self) -> None:
        devices.lower_priority()
        devices.use_threads(1)
        while True:
            with self._news:
                while self._offered is None and not self._closed:
                    self._news.wait()
                if self._closed:
                    return
                offered = self._offered
            assert offered is not None
            try:
                self._judge(offered)
            except Exception:  # the training is worth more than its judge
                log.exception("the features could not be judged while training")
                with self._news:
                    self._closed = True
                    self._news.notify()
                return

    def _judge(self, offered: Offered) -> None:
        step, seconds, config, weights = offered
        past = self._pasts
        began = time.monotonic()
        if self._replica is None:
            cpu = torch.device("cpu")
            self._replica = experiments.rebuild(self._cls, config, self._shape, weights, cpu).eval()
        else:
            self._replica.load_state_dict(weights)
            self._replica.config = config
        scalars = quick(self._replica, self._data).scalars()
        if past == self._pasts:
            self._found.append((step, seconds, {f"{GROUP}/{n}": v for n, v in scalars.items()}))
        now = time.monotonic()
        self._due = now + max(LEAST, REST * (now - began))
        with self._news:
            self._offered = None
            self._news.notify()
