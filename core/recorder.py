"""What becomes of a training's numbers and weights: told in the mailbox, kept in the run folder.

The tensors are copied here, between two steps; the `Writer` puts the copies on the disk.
"""

from __future__ import annotations

import time
from collections import deque
from functools import partial
from typing import Any

from core import experiment as experiments
from core.mailbox import Mailbox
from core.runs import Run
from core.trainer import Trainer
from core.writer import Writer

ROWS_SECONDS = 0.25  # how long the numbers of steps are held back before they are written


class Recorder:
    """Keeps one run while it is trained, and tells of it."""

    def __init__(self, run: Run, mailbox: Mailbox, autosave_seconds: float) -> None:
        self.run = run
        self.mailbox = mailbox
        self._writer = Writer(f"writer {run.id}")
        self._autosave_seconds = autosave_seconds
        self._saved_at = time.monotonic()
        self._saved_step: int | None = None
        self._held: deque[tuple[int, dict[str, float]]] = deque()
        self._handed_at = time.monotonic()

    @property
    def refusal(self) -> str:
        """Why the disk takes nothing now; empty while it does."""
        return self._writer.refusal

    def begin_at(self, step: int | None) -> None:
        """The folder holds all of this step already; None: what it holds is no longer all."""
        self._saved_step = step

    def rows(self, rows: list[tuple[int, float, dict[str, float]]]) -> None:
        """The scalars of steps, with the seconds trained when each ended."""
        for step, seconds, scalars in rows:
            self.mailbox.row(step, seconds, scalars)
            self._held.append((step, scalars | {"seconds": round(seconds, 4)}))
        if time.monotonic() - self._handed_at > ROWS_SECONDS:
            self._hand_over()

    def _hand_over(self) -> None:
        """Give the writer the rows that are held back: waking it for each would cost every step."""
        self._handed_at = time.monotonic()
        held, self._held = self._held, deque()

        def write() -> None:
            while held:  # what the disk refuses half-way is tried again from there
                self.run.append(*held[0])
                held.popleft()

        if held:
            self._writer.put(write)

    def held_out(self, trainer: Trainer) -> None:
        """The scalars on the held-out pictures, now."""
        found = {f"held-out/{name}": value for name, value in trainer.validate().items()}
        self.rows([(trainer.step, trainer.seconds, found)])

    def snapshot(self, trainer: Trainer) -> None:
        """Keep the weights for the timeline; told once they can be looked at."""
        self._hand_over()
        step, weights = trainer.step, experiments.to_arrays(trainer.method.state_dict())

        def write() -> None:
            self.run.save_snapshot(step, weights)
            self.mailbox.event("snapshot", step=step)

        self._writer.put(write, large=True)

    def autosave(self, trainer: Trainer) -> None:
        """Keep a checkpoint if the last one is old enough, and written."""
        due = time.monotonic() - self._saved_at > self._autosave_seconds
        if due and not self._writer.busy:
            self.checkpoint(trainer)

    def checkpoint(self, trainer: Trainer) -> None:
        """Keep all that an exact resume needs, unless this step's is kept already.

        Raises NonFinite when numbers still on the device turn out not to be finite.
        """
        self.rows(trainer.flush())  # a resumed run takes none of these steps again
        self._hand_over()
        self._saved_at = time.monotonic()
        if trainer.step == self._saved_step:
            return
        step, state = trainer.step, trainer.checkpoint()
        self._writer.put(partial(self.run.save_checkpoint, step, *state), large=True)
        self._saved_step = step

    def go_back_to(self, trainer: Trainer) -> None:
        """Give up what was kept after the step the trainer went back to, and keep that anew."""
        step = trainer.step
        self._hand_over()
        self._writer.put(partial(self.run.resume_from, step))
        self.begin_at(None)
        self.checkpoint(trainer)
        self._writer.settle()

    def note(self, kind: str, **facts: Any) -> None:
        """Tell, and keep among the run's events."""
        self.mailbox.event(kind, **facts)
        self.run.event(kind, **facts)

    def settle(self) -> bool:
        """Wait until all is on the disk: True; False when the disk refuses."""
        self._hand_over()
        return self._writer.settle()

    def close(self) -> None:
        """End the writing; what the disk does not take is given up."""
        self._held.clear()
        self._writer.close()
