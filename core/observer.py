"""The thread that answers those who look, with a replica of the method that nobody trains.

A question is a function of (method, look). The newest question of a key replaces one that still
waits, so a dragging mouse never builds a queue. The same observer answers for a run in training
(from the showcase), for a finished run and for any snapshot of a run (from its folder).
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core import device as devices
from core import experiment as experiments
from core import registry
from core.config import change
from core.data.unit import unit
from core.failures import in_words, traceback_of
from core.method import Look, Method, MethodConfig
from core.probe import Probe, load_probe
from core.randomness import generator
from core.runs import Run
from core.showcase import Showcase

log = logging.getLogger(__name__)

Question = Callable[[Method, Look], Any]
UNKNOWN = 128  # grey, for what a picture of the person's own would be in another domain
SNAPSHOTS_KEPT = 6  # weights of snapshots kept in memory while the timeline is dragged
BYTES_KEPT = 512 * 1024**2


@dataclass(frozen=True)
class Answer:
    """What was found, of the weights at which step; or, where it failed, why in words."""

    key: str
    step: int
    value: Any = None
    error: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class _Asked:
    question: Question
    deliver: Callable[[Answer], None]
    step: int | None
    indices: Sequence[int] = field(default_factory=list)
    own: np.ndarray | None = None


class Observer:
    """Answers questions about one run, in a thread of its own, until closed."""

    def __init__(self, run: Run, showcase: Showcase | None = None) -> None:
        self.run = run
        self.showcase = showcase
        self._waiting: OrderedDict[str, _Asked] = OrderedDict()
        self._news = threading.Condition()
        self._closed = False
        self._method: Method | None = None
        self._shown: tuple[str, int] | None = None  # where the replica's weights come from
        self._probe: Probe | None = None
        self._kept: OrderedDict[int, dict[str, Tensor]] = OrderedDict()
        self._pasts = 0
        self._thread = threading.Thread(target=self._answer_all, name=f"observer {run.id}")
        self._thread.start()

    def ask(
        self,
        key: str,
        question: Question,
        deliver: Callable[[Answer], None],
        step: int | None = None,
        indices: Sequence[int] = (),
        own: np.ndarray | None = None,
    ) -> None:
        """Ask about the weights at a snapshot's step, or (None) the newest there are.

        `indices` choose pictures of the run's probe (none: all); `own` (N, C, H, W) uint8 pictures
        stand in front of them. `deliver` is called in the observer's thread.
        """
        with self._news:
            if self._closed:
                return
            self._waiting.pop(key, None)
            self._waiting[key] = _Asked(question, deliver, step, list(indices), own)
            self._news.notify()
        if self.showcase is not None and step is None:
            self.showcase.want()

    @property
    def waited_for(self) -> bool:
        """Whether a question waits while another one is answered."""
        return bool(self._waiting)

    def close(self) -> None:
        """Answer nothing more and end the thread; waits for the answer in hand."""
        with self._news:
            self._closed = True
            self._waiting.clear()
            self._news.notify()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _answer_all(self) -> None:
        devices.lower_priority()
        devices.use_threads(1)
        while True:
            with self._news:
                while not self._waiting and not self._closed:
                    self._news.wait()
                if self._closed:
                    return
                key, asked = self._waiting.popitem(last=False)
            answer = self._answer(key, asked)
            if not self._closed:
                self._deliver(asked, answer)

    @staticmethod
    def _deliver(asked: _Asked, answer: Answer) -> None:
        try:
            asked.deliver(answer)
        except Exception:  # of whoever asked; the others still want their answers
            log.exception("an answer (%s) could not be delivered", answer.key)

    def _answer(self, key: str, asked: _Asked) -> Answer:
        step = -1
        try:
            with torch.no_grad():
                method, step = self._method_at(asked.step)
                return Answer(key, step, asked.question(method, self._look(asked)))
        except Exception as error:
            text = traceback_of(error)
            words = in_words(error)
            log.warning("a question about %s (%s) failed: %s", self.run.id, key, words)
            return Answer(key, step, error=words, traceback=text)

    def _look(self, asked: _Asked) -> Look:
        if self._probe is None:
            self._probe = load_probe(self.run.path)
        probe = self._probe
        chosen = [i for i in asked.indices if i < len(probe)] if len(asked.indices) else slice(None)
        images, labels = probe.images[chosen], probe.labels[chosen]
        partners = None if probe.partners is None else probe.partners[chosen]
        cameras = None if probe.cameras is None else probe.cameras[chosen]
        truth = None if probe.truth is None else probe.truth[chosen]
        if asked.own is not None:
            images = np.concatenate([asked.own, images])
            if partners is not None:
                partners = np.concatenate([np.full_like(asked.own, UNKNOWN), partners])
            if cameras is not None:
                unknown = np.full((len(asked.own), cameras.shape[1]), np.nan, np.float32)
                cameras = np.concatenate([unknown, cameras])
            if truth is not None:
                nothing = np.zeros((len(asked.own), *truth.shape[1:]), truth.dtype)
                truth = np.concatenate([nothing, truth])
            labels = np.concatenate([np.full(len(asked.own), -1), labels])
        pixels, others = (
            None if part is None else unit(torch.from_numpy(np.ascontiguousarray(part)))
            for part in (images, partners)
        )
        assert pixels is not None
        labelled = torch.from_numpy(labels)
        views = None if cameras is None else torch.from_numpy(cameras.copy())
        known = None if truth is None else torch.from_numpy(truth.copy())
        return Look(pixels, labelled, probe.classes, generator("look"), others, views, known)

    def _method_at(self, step: int | None) -> tuple[Method, int]:
        """The replica with the weights asked for."""
        self._forget_given_up()
        latest = self.showcase.latest() if self.showcase is not None and step is None else None
        if latest is not None:
            where, config, weights = ("live", latest[0]), latest[1], latest[2]
        else:
            if step is None:
                found = self.run.snapshots()
                if not found:
                    raise LookupError(
                        "this run has no snapshot yet; it shows something after its first step"
                    )
                step = found[-1]
            where, config, weights = ("snapshot", step), None, self._snapshot(step)
        if self._method is None:
            self._method = self._replica(config, weights)
        elif self._shown != where:
            self._method.load_state_dict(weights)
        if config is not None:
            self._method.config = config
        self._shown = where
        return self._method, where[1]

    def _replica(self, config: MethodConfig | None, weights: dict[str, Tensor]) -> Method:
        """Looked at from the CPU, so that it never waits for, or fills, the trainer's GPU."""
        experiment = experiments.from_run(self.run)
        cls = registry.method_class(experiment.method)
        method = experiments.rebuild(
            cls,
            config or change(experiment.config()),
            experiments.shape_of(self.run),
            weights,
            torch.device("cpu"),
        )
        return method.eval()

    def _forget_given_up(self) -> None:
        """After a training went back, the same steps come again with other weights."""
        pasts = self.showcase.pasts if self.showcase is not None else 0
        if pasts != self._pasts:
            self._pasts, self._shown = pasts, None
            self._kept.clear()

    def _snapshot(self, step: int) -> dict[str, Tensor]:
        if step not in self._kept:
            self._kept[step] = experiments.to_tensors(self.run.load_snapshot(step))
            size = sum(t.nbytes for t in self._kept[step].values())
            most = max(1, min(SNAPSHOTS_KEPT, BYTES_KEPT // max(1, size)))
            while len(self._kept) > most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(step)
        return self._kept[step]
