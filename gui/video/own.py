"""Training on the clip in hand, and what was gained by it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from gui.tasks import Task, Tasks
from gui.video.follower import Follower, Seat
from gui.video.work import Work

if TYPE_CHECKING:
    from core.following.trackers import Follower as Tracker
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

        def do(progress: Progress) -> tuple[Tracker, str]:
            from core.following.own_film import train_on
            from core.tracking.features import Bank, Encoder, encoder_of

            tracker = follower.tracker(seat)
            if not isinstance(tracker.encode, Encoder):
                raise ValueError("This baseline has nothing to train; choose a network.")
            before = gauge(Bank(tracker.encode, clip.frames, settings.enlarge), progress)
            gained = train_on(tracker.encode.method, clip, seconds, progress=progress)
            trained = replace(tracker, encode=encoder_of(gained.method))
            after = gauge(Bank(trained.encode, clip.frames, settings.enlarge), progress)
            if before is None or after is None:
                return trained, gained.sentence + "."
            words = (
                f"{gained.steps:,} steps: J&F {before:.2f} → {after:.2f} ({after - before:+.2f})"
            )
            return trained, words

        def done(found: tuple[Tracker, str]) -> None:
            self._task = None
            trained, words = found
            if work.clip is not clip or follower.seats["left"] is not seat:
                self.ended.emit("")
                return
            follower.seats["left"] = Seat(seat.choice, seat.step, trained, own=True)
            work.touched = set(work.given)
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
