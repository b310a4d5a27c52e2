"""One game of the arena: a generator and a discriminator, their trainer and their past."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from core.arena.history import History, Moment
from core.config import change
from core.data.imageset import ImageSet
from core.experiment import Experiment, build, check_data
from core.failures import in_words
from core.feed import Feed, held_out_batch
from core.method import DataShape
from core.trainer import Rows, Trainer

HELD_OUT = 512
KEPT_SCALARS = 4000  # rows; when there are more, every other one is forgotten


class Lane:
    """Takes the steps of one game. Where a step fails, the lane stands still and says why."""

    def __init__(self, title: str, experiment: Experiment, data: ImageSet) -> None:
        check_data(experiment, data)
        self.title, self.experiment, self.data = title, experiment, data
        config = experiment.config()
        cpu = torch.device("cpu")
        self.shape = DataShape(data.channels, data.side, tuple(data.classes))
        method = build(experiment, self.shape, cpu)
        self.trainer = Trainer(
            method,
            Feed(data.train, method.pictures_a_step(config), experiment.seed, cpu),
            held_out_batch(data.held_out, HELD_OUT, cpu),
        )
        self.history = History()
        self.failed = ""
        self.seconds = 0.0  # processor time of the steps, the fair clock of lanes in turns
        self.rows: list[tuple[int, float, dict[str, float]]] = []
        self._remember()

    @property
    def step(self) -> int:
        """Steps taken."""
        return self.trainer.step

    def play(self, player: str = "") -> None:
        """One step of the game, or an update of one player alone while the other stands still."""
        if self.failed:
            return
        began = time.thread_time()
        try:
            rows = self._take(player)
        except (ArithmeticError, RuntimeError, ValueError) as error:
            self.failed = in_words(error)
            return
        self.seconds += time.thread_time() - began
        self.rows += [(step, self.seconds, scalars) for step, _, scalars in rows]
        if len(self.rows) > KEPT_SCALARS:
            self.rows = self.rows[::2]
        if self.history.is_due(self.step):
            self._remember()

    def _take(self, player: str) -> Rows:
        method = self.trainer.method
        kept = method.config
        try:
            if player:
                method.config = change(kept, turns=player)
            return self.trainer.take_step()
        finally:
            method.config = kept

    def change(self, options: Mapping[str, Any]) -> None:
        """Live options from the next step on; raises ConfigError."""
        self.trainer.method.config = change(self.trainer.method.config, **options)
        self.experiment = replace(self.experiment, options={**self.experiment.options, **options})

    def roll_back(self, step: int) -> int:
        """Stand where the game stood at the last moment kept up to that step. Returns it."""
        moment = self.history.at(step)
        self._stand(moment)
        self.history.forget_after(moment.step)
        self.rows = [row for row in self.rows if row[0] <= moment.step]
        return moment.step

    def branch(self, title: str, step: int, options: Mapping[str, Any]) -> Lane:
        """Another game that shares this one's past up to a step, and then goes its own way.

        Raises ConfigError for the options, or ValueError where they make other networks.
        """
        moment = self.history.at(step)
        experiment = replace(self.experiment, options={**self.experiment.options, **options})
        made = Lane(title, experiment, self.data)
        try:
            made._stand(moment)
        except (RuntimeError, ValueError, KeyError) as error:
            raise ValueError(
                f"{title}: these options make other networks, which cannot go on from the weights "
                f"of {self.title}; begin a new lane with them"
            ) from error
        made.trainer.method.config = experiment.config()
        made.history = self.history.until(moment.step)
        made.rows = [row for row in self.rows if row[0] <= moment.step]
        return made

    def column(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Steps, seconds and values (R,) of one scalar of the past."""
        kept = [(step, at, row[name]) for step, at, row in self.rows if name in row]
        steps, seconds, values = zip(*kept) if kept else ((), (), ())
        return np.array(steps), np.array(seconds, float), np.array(values, float)

    def scalars(self) -> Sequence[str]:
        """Names of what the last step told."""
        return list(self.rows[-1][2]) if self.rows else []

    def _remember(self) -> None:
        model, optimizer, state = self.trainer.checkpoint()
        self.history.keep(Moment(self.step, self.seconds, model, optimizer, state))

    def _stand(self, moment: Moment) -> None:
        self.trainer.restore(moment.checkpoint())
        self.seconds, self.failed = moment.seconds, ""
