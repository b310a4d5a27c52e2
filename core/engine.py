"""The training thread: starts, pauses, steps, stops, and says so.

States: idle -> preparing -> training <-> paused -> finished | stopped | failed. Every request is
answered within one step. Nobody else touches the method being trained: who wants to look gets a
copy of the weights from the `Showcase`, made here between two steps. What is to be kept goes to the
`Recorder`; while the disk refuses it, the training stands still.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from core import device as devices
from core.beginning import Beginning, begin, begin_again
from core.config import ConfigError, change, options_of
from core.experiment import Experiment
from core.failures import NonFinite, in_words, is_out_of_memory, traceback_of
from core.mailbox import Mailbox
from core.online import OnlineJudge
from core.progress import Cancelled, Progress
from core.recorder import Recorder
from core.rescue import recover
from core.runs import Run, RunStore, is_snapshot_step
from core.showcase import Showcase
from core.trainer import Rows, Trainer
from core.wishes import Wishes

log = logging.getLogger(__name__)

AUTOSAVE_SECONDS = 30.0
CHECKS_A_RUN = 20  # how often in a training the held-out pictures are judged, snapshots aside
GLANCE_SECONDS = (
    0.25  # while standing still: how soon a new looker, or a disk with room, is noticed
)


class Engine:
    """Trains one run in a thread of its own.

    `store` is where a new run is made; a run given (opened for writing) is resumed instead, and is
    closed at the end. `judged`: the features are judged now and then while they are trained.
    """

    def __init__(
        self,
        experiment: Experiment,
        store: RunStore,
        run: Run | None = None,
        mailbox: Mailbox | None = None,
        autosave_seconds: float = AUTOSAVE_SECONDS,
        judged: bool = False,
    ) -> None:
        self.experiment = experiment
        self.store = store
        self.run = run
        self.mailbox = mailbox or Mailbox()
        self.showcase = Showcase()
        self.state = "idle"
        self.message = ""
        self.waits_for_space = False  # paused by the disk, not by a person: goes on by itself
        self.trainer: Trainer | None = None  # only while it trains
        self._recorder: Recorder | None = None
        self._judged = judged
        self._judge: OnlineJudge | None = None
        self._autosave_seconds = autosave_seconds
        self._wishes = Wishes()
        self._thread = threading.Thread(target=self._live, name="trainer")

    # --- what others may ask, from any thread -----------------------------------------------------

    def start(self, paused: bool = False) -> None:
        """Begin: load the data, build the method, train. Returns at once."""
        self._wishes.pause(paused)
        self._thread.start()

    def pause(self) -> None:
        """Stand still after the step in hand; a checkpoint is written."""
        self._wishes.pause()

    def resume(self) -> None:
        """Go on training."""
        self._wishes.pause(False)

    def step_once(self) -> None:
        """Take one step and stand still again."""
        self._wishes.step_once()

    def stop(self, wait: float | None = None) -> bool:
        """Save and end after the step in hand; waits up to `wait` seconds; True: it has ended."""
        self._wishes.stop()
        if wait is not None and self._thread.is_alive():
            self._thread.join(wait)
        return not self._thread.is_alive()

    def change(self, name: str, value: Any) -> None:
        """Change a live option, or how many `steps` there are, between two steps.

        Raises ConfigError at once when it cannot be changed, or not to that.
        """
        config = change(self.experiment.config(), **{name: value})
        if name != "steps" and not any(o.live for o in options_of(config) if o.name == name):
            raise ConfigError(f"{name} cannot change in a training; begin a new run with it")
        self._wishes.change(name, getattr(config, name))

    def join(self) -> None:
        """Wait until the thread has ended."""
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    # --- the thread -------------------------------------------------------------------------------

    def _live(self) -> None:
        devices.lower_priority()
        try:
            beginning = self._prepare()
            self._train(beginning.trainer, self._keep(beginning))
        except Cancelled:
            self._end("stopped", "stopped while it was being prepared")
        except Exception as error:
            self._fail(error)
        finally:
            self.trainer = None
            if self._judge is not None:
                self._judge.close()
            if self._recorder is not None:
                self._recorder.close()
            if self.run is not None:
                self.run.close()

    def _prepare(self) -> Beginning:
        self._set_state("preparing")
        progress = Progress(
            lambda tick: self.mailbox.event("progress", tick=tick),
            cancelled=lambda: self._wishes.stopped,
        )
        progress.update("loading the program", 0)
        device = devices.choose(self.experiment.device)
        if self.run is not None:
            return begin_again(self.experiment, self.run, progress, device)
        return begin(self.experiment, self.store, progress, device)

    def _keep(self, beginning: Beginning) -> Recorder:
        """From here on there is a run folder, and what happens is kept in it."""
        trainer, new = beginning.trainer, self.run is None
        self.experiment, self.run = beginning.experiment, beginning.run
        recorder = Recorder(self.run, self.mailbox, self._autosave_seconds)
        self.trainer, self._recorder = trainer, recorder
        if self._judged:
            self._judge = OnlineJudge(self.experiment, beginning.data)
        # Whoever hears of the run may ask at once, before the first snapshot is on the disk.
        self.showcase.publish(trainer.step, trainer.method, at_once=True)
        if new:
            self.mailbox.event("run", id=self.run.id)
            recorder.held_out(trainer)
            recorder.snapshot(trainer)
            recorder.checkpoint(trainer)
        else:
            recorder.begin_at(trainer.step)
        for warning in beginning.warnings:
            recorder.note("warning", text=warning)
        problems = [(p.name, p.reason) for p in beginning.problems]
        self.mailbox.event("problems", problems=problems)
        name = devices.describe(trainer.feed.device)
        self.mailbox.event("device", name=name, threads=beginning.threads)
        self._apply_changes(trainer, recorder)  # more steps than there were may be wanted
        return recorder

    def _train(self, trainer: Trainer, recorder: Recorder) -> None:
        self._set_state("training")
        while True:
            try:
                while trainer.step < trainer.steps and self._may_step(trainer, recorder):
                    self._after_step(trainer, recorder, trainer.take_step())
                if self._judge is not None and trainer.step >= trainer.steps:
                    self._judge.last(trainer.step, trainer.seconds, trainer.method)
                    recorder.rows(self._judge.take())
                recorder.checkpoint(trainer)
                break
            except NonFinite as error:
                self._stand_after(error, trainer, recorder)
        while not recorder.settle() and not self._wishes.stopped:
            self._heed_disk(recorder)
            self._wishes.wait(True, GLANCE_SECONDS)
        self._heed_disk(recorder)
        if recorder.refusal:
            self._end("stopped", f"stopped at step {trainer.step:,}. {recorder.refusal}")
        elif trainer.step >= trainer.steps:
            self._end("finished", f"finished after {trainer.step:,} steps")
        else:
            self._end("stopped", f"stopped at step {trainer.step:,}")

    def _after_step(self, trainer: Trainer, recorder: Recorder, rows: Rows) -> None:
        """Tell the numbers, show the weights, keep what is due to be kept."""
        if self._judge is not None:  # of an earlier step, so told before this one
            recorder.rows(self._judge.take())
            self._judge.offer(trainer.step, trainer.seconds, trainer.method)
        recorder.rows(rows)
        snapshot = is_snapshot_step(trainer.step) or trainer.step == trainer.steps
        if snapshot or trainer.step % max(1, trainer.steps // CHECKS_A_RUN) == 0:
            recorder.held_out(trainer)
        if snapshot:
            recorder.snapshot(trainer)
        self.showcase.publish(trainer.step, trainer.method)
        recorder.autosave(trainer)
        recorder.run.set_state(step=trainer.step, steps=trainer.steps, seconds=trainer.seconds)

    def _may_step(self, trainer: Trainer, recorder: Recorder) -> bool:
        """Obey what was asked since the last step; stand still while wanted. False: stop."""
        standing = False
        while True:
            self._apply_changes(trainer, recorder)
            self._heed_disk(recorder)
            wish = self._wishes.next(held_up=self.waits_for_space)
            if wish != "wait":
                break
            if not standing:
                standing = True
                self._stand(trainer, recorder)
            self._wishes.wait(self.waits_for_space, GLANCE_SECONDS)
            self.showcase.publish(trainer.step, trainer.method)
        if wish == "step" and self.state != "training" and not self._wishes.paused:
            self._set_state("training")
        return wish == "step"

    def _stand(self, trainer: Trainer, recorder: Recorder) -> None:
        """Keep the step that the training stands still at, show it, and say so."""
        recorder.checkpoint(trainer)
        self.showcase.publish(trainer.step, trainer.method, at_once=True)
        self._set_state("paused")

    def _heed_disk(self, recorder: Recorder) -> None:
        """Say when the disk begins to refuse, and when it takes data again."""
        refusal = recorder.refusal
        if bool(refusal) == self.waits_for_space:
            return
        self.waits_for_space = bool(refusal)
        if refusal:
            self.message = f"{refusal}. The training waits; it goes on when there is room."
            recorder.note("full", text=self.message)
        else:
            self.message = ""
            recorder.note("space", text="The disk takes data again.")
        self._set_state("paused")

    def _apply_changes(self, trainer: Trainer, recorder: Recorder) -> None:
        """Give options their new values between two steps, and note it."""
        for name, value in self._wishes.changes():
            before = getattr(trainer.method.config, name)
            trainer.method.config = change(trainer.method.config, **{name: value})
            recorder.note("live", step=trainer.step, name=name, before=before, now=value)
            recorder.begin_at(None)

    def _stand_after(self, error: NonFinite, trainer: Trainer, recorder: Recorder) -> None:
        """A quantity is no longer finite: go back to weights from which it is, and pause."""
        recorder.settle()
        first, self.message = recover(trainer, recorder.run, error)
        self.showcase.forget()
        if self._judge is not None:
            self._judge.forget()
        recorder.go_back_to(trainer)
        self._wishes.pause()
        recorder.note("nonfinite", step=trainer.step, quantity=first, text=self.message)

    # --- telling ----------------------------------------------------------------------------------

    def _set_state(self, state: str) -> None:
        self.state = state
        trainer = self.trainer
        if state == "training":
            self.message = ""
        if self.run is not None and trainer is not None:
            # A resumed run that could not be prepared stays what it was.
            self.run.set_state(
                status=state,
                step=trainer.step,
                steps=trainer.steps,
                seconds=trainer.seconds,
                message=self.message,
            )
        step = trainer.step if trainer else 0
        self.mailbox.event("state", state=state, step=step, message=self.message)
        log.info("%s at step %d", state, step)

    def _end(self, state: str, message: str) -> None:
        self.message = message
        self.waits_for_space = False
        if self.trainer is not None:
            self.showcase.publish(self.trainer.step, self.trainer.method, at_once=True)
        self._set_state(state)

    def _fail(self, error: Exception) -> None:
        """An error in the training is an event; window, folder and last checkpoint stay."""
        config = None
        if self.trainer is not None:
            config = self.trainer.method.config
        elif is_out_of_memory(error):  # so the experiment was sound
            config = self.experiment.config()
        message, text = in_words(error, config), traceback_of(error)
        log.error("the training failed: %s", message)
        facts = {"text": message, "traceback": text}
        if self._recorder is not None:
            self._recorder.settle()  # the numbers of the steps that led here
            self._recorder.note("failed", **facts)
        else:
            self.mailbox.event("failed", **facts)
        self._end("failed", message)
