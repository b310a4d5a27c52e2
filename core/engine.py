"""The training thread: starts, pauses, steps, stops, saves; tells everything through a mailbox.

States: idle -> preparing -> training <-> paused -> finished | stopped | failed. Every request is
answered within one step. Nobody else touches the method being trained: who wants to look gets a
copy of the weights from the `Showcase`, made here between two steps.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

import torch

from core import device as devices
from core import experiment as experiments
from core import registry
from core.config import change
from core.experiment import Experiment
from core.failures import NonFinite, broken_first, in_words
from core.feed import Feed, held_out_batch
from core.mailbox import Mailbox
from core.method import DataShape
from core.probe import choose, save_probe
from core.progress import Cancelled, Progress, Tick
from core.runs import Run, RunError, RunInfo, RunStore, is_snapshot_step
from core.showcase import Showcase
from core.trainer import Trainer

log = logging.getLogger(__name__)

AUTOSAVE_SECONDS = 30.0
HELD_OUT_PICTURES = 512
CHECKS_A_RUN = 40  # how often in a training the held-out pictures are judged, snapshots aside
ENDED = ("finished", "stopped", "failed")


class Engine:
    """Trains one run in a thread of its own.

    `store` is where a new run is made; a run given (opened for writing) is resumed instead.
    """

    def __init__(
        self,
        experiment: Experiment,
        store: RunStore,
        run: Run | None = None,
        mailbox: Mailbox | None = None,
        autosave_seconds: float = AUTOSAVE_SECONDS,
    ) -> None:
        self.experiment = experiment
        self.store = store
        self.run = run
        self.mailbox = mailbox or Mailbox()
        self.showcase = Showcase()
        self.state = "idle"
        self.message = ""
        self.trainer: Trainer | None = None
        self._autosave_seconds = autosave_seconds
        self._saved_at = time.monotonic()
        self._saved_step = -1
        self._wish = threading.Condition()
        self._paused = False
        self._stop = False
        self._single_steps = 0
        self._changes: list[tuple[str, Any]] = []
        self._thread = threading.Thread(target=self._live, name="trainer")

    # --- what others may ask, from any thread -----------------------------------------------------

    def start(self, paused: bool = False) -> None:
        """Begin: load the data, build the method, train. Returns at once."""
        self._paused = paused
        self._thread.start()

    def pause(self) -> None:
        """Stand still after the step in hand; a checkpoint is written."""
        self._ask(paused=True)

    def resume(self) -> None:
        """Go on training."""
        self._ask(paused=False)

    def step_once(self) -> None:
        """Take one step and stand still again."""
        with self._wish:
            self._paused = True
            self._single_steps += 1
            self._wish.notify_all()

    def stop(self, wait: float | None = None) -> bool:
        """Save and end after the step in hand; waits up to `wait` seconds; True when it has ended."""
        with self._wish:
            self._stop = True
            self._wish.notify_all()
        if wait is not None and self._thread.is_alive():
            self._thread.join(wait)
        return not self._thread.is_alive()

    def change(self, name: str, value: Any) -> None:
        """Change a live option between two steps; raises ConfigError at once when it cannot be."""
        change(self.experiment.config(), **{name: value})
        with self._wish:
            self._changes.append((name, value))
            self._wish.notify_all()

    def join(self) -> None:
        """Wait until the thread has ended."""
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _ask(self, paused: bool) -> None:
        with self._wish:
            self._paused = paused
            self._single_steps = 0
            self._wish.notify_all()

    # --- the thread -------------------------------------------------------------------------------

    def _live(self) -> None:
        devices.lower_priority()
        try:
            self._prepare()
            self._train()
        except Cancelled:
            self._end("stopped", "stopped while it was being prepared")
        except Exception as error:
            self._fail(error)
        finally:
            self.trainer = None
            if self.run is not None:
                self.run.close()

    def _prepare(self) -> None:
        self._set_state("preparing")
        progress = Progress(self._tell_progress, cancelled=lambda: self._stop)
        progress.update("loading the program", 0)
        where = devices.choose(self.experiment.device)
        if self.run is None:
            self.experiment = self.experiment.complete()
        data = experiments.load_data(self.experiment, progress)
        shape = DataShape(data.channels, data.side, tuple(data.classes))
        threads = self.experiment.threads or devices.default_threads()
        if self.run is not None:
            threads = self.run.info.threads  # another number of threads sums in another order
        torch.set_num_threads(threads)
        checkpoint = None
        if self.run is None:
            method = experiments.build(self.experiment, shape, where)
            self.run = self._create_run(data, shape, where, threads)
        else:
            checkpoint = self.run.load_checkpoint()
            if checkpoint is None:
                raise RunError(f"{self.run.id} was interrupted before its first checkpoint; "
                               "there is nothing to go on from, start it anew")
            config = change(self.experiment.config(), **checkpoint.state["config"])
            weights = experiments.to_tensors(checkpoint.model)
            cls = registry.method_class(self.experiment.method)
            method = experiments.rebuild(cls, config, shape, weights, where)
        feed = Feed(data.train, method.config.batch_size, self.experiment.seed, where)
        held_out = held_out_batch(data.held_out, HELD_OUT_PICTURES, where)
        self.trainer = Trainer(method, feed, held_out)
        if checkpoint is None:
            self._look_at_held_out()
            self._snapshot()
            self._save()
        else:
            self.trainer.restore(checkpoint)
            self.run.resume_from(checkpoint.step)
            self._saved_step = checkpoint.step
            for warning in checkpoint.warnings:
                self._tell("warning", text=warning)
        self._apply_changes()
        self._tell("problems", problems=[(p.name, p.reason) for p in data.problems])
        self._tell("device", name=devices.describe(where), threads=threads)

    def _train(self) -> None:
        trainer = self._working()
        self._set_state("training")
        while trainer.step < trainer.steps:
            if not self._may_step():
                self._save_or_wait()
                self._end("stopped", f"stopped at step {trainer.step:,}")
                return
            try:
                rows = trainer.take_step()
            except NonFinite as error:
                self._stand_after(error)
                continue
            self._publish(rows)
        for step, seconds, scalars in trainer.flush():
            self._record(step, seconds, scalars)
        self._save_or_wait()
        self._end("finished", f"finished after {trainer.step:,} steps")

    def _publish(self, rows: list[tuple[int, float, dict[str, float]]]) -> None:
        """After a step: tell the numbers, show the weights, keep what is due to be kept."""
        trainer = self._working()
        for step, seconds, scalars in rows:
            self._record(step, seconds, scalars)
        last = trainer.step == trainer.steps
        due = max(1, trainer.steps // CHECKS_A_RUN)
        snapshot = is_snapshot_step(trainer.step) or last
        if snapshot or trainer.step % due == 0:
            self._look_at_held_out()
        if snapshot:
            self._keep(self._snapshot)
        self.showcase.publish(trainer.step, trainer.method)
        if time.monotonic() - self._saved_at > self._autosave_seconds:
            self._keep(self._save)
        self._run().set_state(step=trainer.step, seconds=trainer.seconds)

    def _may_step(self) -> bool:
        """Obey what was asked since the last step; stand still while paused. False: stop."""
        stood_still = False
        while True:
            with self._wish:
                changes, self._changes = self._changes, []
                if self._stop:
                    return False
                if not self._paused or self._single_steps:
                    self._single_steps = max(0, self._single_steps - 1)
                    break
            self._apply(changes)
            if not stood_still:
                stood_still = True
                self._keep(self._save)
                self._set_state("paused")
                self.showcase.publish(self._working().step, self._working().method, at_once=True)
            with self._wish:
                if not (self._stop or self._changes or not self._paused or self._single_steps):
                    self._wish.wait(0.25)  # wakes now and then to show the weights to a new looker
            self.showcase.publish(self._working().step, self._working().method)
        self._apply(changes)
        if self.state != "training" and not self._paused:
            self._set_state("training")
        return True

    def _apply_changes(self) -> None:
        with self._wish:
            changes, self._changes = self._changes, []
        self._apply(changes)

    def _apply(self, changes: list[tuple[str, Any]]) -> None:
        """Give live options their new values between two steps, and note it."""
        for name, value in changes:
            trainer = self._working()
            before = getattr(trainer.method.config, name)
            trainer.method.config = change(trainer.method.config, **{name: value})
            now = getattr(trainer.method.config, name)
            self._note("live", step=trainer.step, name=name, before=before, now=now)

    def _stand_after(self, error: NonFinite) -> None:
        """A quantity is no longer finite: go back to the last good weights and pause."""
        trainer, run = self._working(), self._run()
        first = broken_first(trainer, error)
        if not trainer.weights_are_finite():
            checkpoint = run.load_checkpoint()
            if checkpoint is None:
                raise error
            trainer.restore(checkpoint)
            run.resume_from(checkpoint.step)
            self._saved_step = checkpoint.step
        self.message = (
            f"At step {error.step + 1:,} {first}. The weights of step {trainer.step:,} are kept. "
            f"Lower the learning rate (now {trainer.method.config.learning_rate:g}) and go on."
        )
        self._note("nonfinite", step=trainer.step, quantity=first, text=self.message)
        self._paused = True

    # --- keeping ----------------------------------------------------------------------------------

    def _record(self, step: int, seconds: float, scalars: dict[str, float]) -> None:
        self.mailbox.row(step, seconds, scalars)
        self._keep(lambda: self._run().append(step, scalars | {"seconds": round(seconds, 4)}))

    def _look_at_held_out(self) -> None:
        trainer = self._working()
        scalars = {f"held-out/{name}": value for name, value in trainer.validate().items()}
        self._record(trainer.step, trainer.seconds, scalars)

    def _snapshot(self) -> None:
        trainer = self._working()
        self._run().save_snapshot(trainer.step, experiments.to_arrays(trainer.method.state_dict()))
        self.mailbox.event("snapshot", step=trainer.step)

    def _save(self) -> None:
        """A whole checkpoint of the step the training stands at, unless there is one already."""
        trainer, run = self._working(), self._run()
        if trainer.step != self._saved_step:
            model, optimizer, state = trainer.checkpoint()
            run.save_checkpoint(trainer.step, model, optimizer, state)
            self._saved_step = trainer.step
        run.set_state(status=self.state, step=trainer.step, steps=trainer.steps, seconds=trainer.seconds)
        self._saved_at = time.monotonic()

    def _keep(self, write: Callable[[], object]) -> None:
        """Write to the run folder; when it will not take it, pause until it does or the run is stopped."""
        told = ""
        while True:
            try:
                write()
                if told:
                    self._tell("space", text="The disk takes data again; the training goes on.")
                return
            except RunError as error:
                if str(error) != told:
                    told = str(error)
                    self.message = f"{error}. The training waits, nothing is lost; it goes on when there is room."
                    self.mailbox.event("full", text=self.message)
                    self._set_state("paused", keep=False)
                with self._wish:
                    if self._stop:
                        return
                    self._wish.wait(1.0)

    def _save_or_wait(self) -> None:
        self._keep(self._save)

    # --- telling ----------------------------------------------------------------------------------

    def _create_run(self, data: Any, shape: DataShape, where: torch.device, threads: int) -> Run:
        note = registry.note(self.experiment.method)
        info = RunInfo(
            method=self.experiment.method,
            data=self.experiment.data,
            title=self.experiment.title or f"{note.title} on {data.title}",
            seed=self.experiment.seed,
            device=str(where),
            threads=threads,
            fingerprint=data.fingerprint(),
        )
        run = self.store.create(info, experiments.to_config(self.experiment, shape))
        save_probe(run.path, choose(data))
        self.mailbox.event("run", id=run.id)
        return run

    def _tell_progress(self, tick: Tick) -> None:
        self.mailbox.event("progress", tick=tick)

    def _tell(self, kind: str, **facts: Any) -> None:
        self.mailbox.event(kind, **facts)

    def _note(self, kind: str, **facts: Any) -> None:
        """Tell, and keep in the run's events."""
        self._tell(kind, **facts)
        self._keep(lambda: self._run().event(kind, **facts))

    def _set_state(self, state: str, keep: bool = True) -> None:
        self.state = state
        trainer = self.trainer
        step = trainer.step if trainer else 0
        if state == "training":
            self.message = ""
        if self.run is not None and keep:
            self.run.set_state(status=state, step=step, message=self.message)
        self._tell("state", state=state, step=step, message=self.message)
        log.info("%s at step %d", state, step)

    def _end(self, state: str, message: str) -> None:
        self.message = message
        trainer = self.trainer
        if trainer is not None:
            self.showcase.publish(trainer.step, trainer.method, at_once=True)
        try:
            self._set_state(state)
        except RunError as error:
            log.error("the end of the run could not be written: %s", error)
            self._tell("state", state=state, step=trainer.step if trainer else 0, message=message)

    def _fail(self, error: Exception) -> None:
        """An error in the training is an event; the window, the folder and the last checkpoint stay."""
        text = "".join(traceback.format_exception(error))
        log.error("the training failed\n%s", text)
        config = self.trainer.method.config if self.trainer else None
        self.message = in_words(error, config)
        if self.run is not None:
            try:
                self.run.event("failed", text=self.message, traceback=text)
            except RunError as second:
                log.error("the failure could not be written: %s", second)
        self._tell("failed", text=self.message, traceback=text)
        self._end("failed", self.message)

    def _working(self) -> Trainer:
        assert self.trainer is not None
        return self.trainer

    def _run(self) -> Run:
        assert self.run is not None
        return self.run

