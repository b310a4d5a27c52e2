"""Training on the clip in hand, and what was gained by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from gui.tasks import Task, Tasks
from gui.video import engine
from gui.video.follower import Follower, Seat
from gui.video.work import Work

if TYPE_CHECKING:
    from core.progress import Progress, Tick
    from core.tracking.features import Bank


class OwnTraining(QObject):
    """Twenty seconds from the present weights on; the network of the left seat is then that one."""

    began = Signal(str)
    told = Signal(object)  # Tick
    ended = Signal(str)  # what was gained, or ""
    problem = Signal(str)

    def __init__(
        self, work: Work, follower: Follower, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._work, self._follower, self._tasks = work, follower, tasks
        self._task: Task | None = None
        self.seconds = 20.0
        tasks.progress.connect(self._tell)
        work.clip_changed.connect(self.stop)

    def train(self, settings: Any) -> None:
        """Train in a thread; one at a time."""
        work, follower = self._work, self._follower
        if self._task is not None or work.clip is None:
            return
        clip, seat, seconds = work.clip, follower.seats["left"], self.seconds
        given, shape = work.known(), work.shape

        def gauge(bank: Bank, progress: Progress) -> float | None:
            """J&F where the truth is known and something is marked."""
            if not clip.truth or not given:
                return None
            from core.evaluate.tracking.davis import course
            from core.tracking.propagate import propagate

            order = list(range(min(given), len(clip)))
            found = propagate(bank, given, settings, order, shape, progress=progress)
            mean = course(found, clip.truth, sorted(given)).mean
            return mean if mean == mean else None

        def do(progress: Progress) -> tuple[Bank, int, float | None, float | None]:
            import copy

            from core.tracking.features import Bank, Encoder, TrackingError, encoder_of
            from core.tracking.own import train_on

            bank = follower.seated(seat, clip.frames, settings.enlarge)
            if not isinstance(bank.encode, Encoder):
                raise TrackingError("This baseline has nothing to train; choose a network.")
            method = copy.deepcopy(bank.encode.method)
            trained = seat.choice != engine.UNTRAINED or seat.own
            before = gauge(bank, progress)
            steps = train_on(method, clip.frames, seconds, trained, progress)
            after_bank = Bank(encoder_of(method), clip.frames, settings.enlarge)
            return after_bank, steps, before, gauge(after_bank, progress)

        def done(found: tuple[Bank, int, float | None, float | None]) -> None:
            self._task = None
            bank, steps, before, after = found
            if work.clip is not clip or follower.seats["left"] is not seat:
                self.ended.emit("")
                return
            follower.seats["left"] = Seat(seat.choice, seat.step, bank, own=True)
            work.touched = set(work.given)
            words = f"Trained {steps:,} steps on this clip."
            if before is not None and after is not None:
                words += f" J&F {before:.2f} → {after:.2f} ({after - before:+.2f})."
            self.ended.emit(words)

        def failed(why: str) -> None:
            self._task = None
            self.ended.emit("")
            if why != "Cancelled.":
                self.problem.emit(why)

        self.began.emit("Training on this clip")
        self._task = self._tasks.start("Training on this clip", do, done, failed)

    def stop(self) -> None:
        """Give up; the network stays as it was."""
        if self._task is not None:
            self._tasks.cancel(self._task)

    def _tell(self, task: Task, tick: Tick) -> None:
        if task is self._task:
            self.told.emit(tick)
