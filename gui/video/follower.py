"""Marks followed in a thread: which frames, from which memory, by which networks."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from core.tracking.marks import Marks
from gui.tasks import Task, Tasks
from gui.video import engine
from gui.video.work import SIDES, Work

if TYPE_CHECKING:
    from core.following.trackers import Follower as Tracker
    from core.progress import Progress, Tick
    from core.runs import RunStore
    from core.tracking.features import Bank

DRAIN_MS = 33
WAYS = ("forward", "backward", "both")
Scores = dict[int, tuple[float, float]]  # object -> J, F


@dataclass
class Seat:
    """One network on the clip in hand: its features, and what it passed on in each direction."""

    choice: str = ""
    step: int = -1
    tracker: Tracker | None = None
    bank: Bank | None = None
    memory: dict[str, dict[int, Any]] = field(default_factory=dict)
    scores: dict[int, Scores] = field(default_factory=dict)  # frame -> object -> J, F
    own: bool = False  # trained on this very clip


def plan(
    given: Sequence[int], touched: Sequence[int], at: int, count: int, way: str, fresh: bool
) -> list[tuple[str, list[int]]]:
    """Directions with their frames in the order of going, each from a marked frame on.

    Forward begins at the first frame that was marked since the last time, `fresh` at the first
    that is marked at all. Backward begins at the frame looked at where it is marked.
    """
    if not given:
        return []
    first, passes = min(given), []
    if way != "backward":
        start = first if fresh or not touched else max(first, min(touched))
        passes.append(("forward", list(range(start, count))))
    if way != "forward":
        start = at if way == "backward" and at in given else first
        if start > 0:
            passes.append(("backward", list(range(start, -1, -1))))
    return passes


class Follower(QObject):
    """Brings what is found to the work as it is found; a new request replaces the one at work."""

    began = Signal(str)
    told = Signal(object)  # Tick
    ended = Signal(str)  # a sentence
    problem = Signal(str)
    scored = Signal()

    def __init__(
        self, work: Work, store: RunStore, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._work, self._store, self._tasks = work, store, tasks
        self.seats = {side: Seat() for side in SIDES}
        self._found: deque[tuple[str, int, Marks, Scores]] = deque()
        self._task: Task | None = None
        self._again: tuple[str, Any] | None = None
        self._way = "forward"
        self.rate = 0.0
        self._timer = QTimer(self, interval=DRAIN_MS)
        self._timer.timeout.connect(self._drain)
        tasks.progress.connect(self._tell)
        work.clip_changed.connect(self.forget)

    @property
    def busy(self) -> bool:
        return self._task is not None

    def forget(self) -> None:
        """Another clip: nothing that was seen of the last one holds."""
        self.stop()
        self._again = None
        self._found.clear()
        self.seats = {side: Seat(self.seats[side].choice) for side in SIDES}

    def choose(self, side: str, choice: str) -> None:
        """Another network on a side; "" leaves the side empty."""
        if choice == self.seats[side].choice:
            return
        self.seats[side] = Seat(choice)
        self._work.drop_found(side)
        self.scored.emit()

    def renew(self) -> None:
        """See with the weights that a run has now, where it was trained on since."""
        for side, seat in self.seats.items():
            old = seat.tracker is not None and not seat.own
            if old and engine.newest(self._store, seat.choice) != seat.step:
                self.seats[side] = Seat(seat.choice)

    def forget_memory(self) -> None:
        """Other settings, other names: all marks are followed from their beginning."""
        for seat in self.seats.values():
            seat.memory = {}

    # --- following --------------------------------------------------------------------------------

    def follow(self, way: str, settings: Any) -> None:
        """Follow all marks in a direction by the networks that are chosen."""
        work = self._work
        if work.clip is None:
            self.problem.emit("Open a clip first: there is nothing to follow yet.")
            return
        if not any(m.objects or m.points is not None for m in work.given.values()):
            self.problem.emit("Nothing is marked. Paint an object or place a keypoint first.")
            return
        if self._task is not None:  # the newest request holds
            self._again = (way, settings)
            self.stop()
            return
        self._way = way
        self._start(way, settings)

    def again(self, settings: Any) -> None:
        """Follow once more as last time, with other settings."""
        self.forget_memory()
        self.follow(self._way, settings)

    def _start(self, way: str, settings: Any) -> None:
        work = self._work
        assert work.clip is not None
        given, at, count, shape = work.known(), work.at, len(work), work.shape
        clip, frames, truth = work.clip, work.clip.frames, dict(work.clip.truth)
        touched = sorted(work.touched)
        seats = {side: seat for side, seat in self.seats.items() if seat.choice}
        found, objects = self._found, len(work.names.objects)
        work.touched = set()

        def one(side: str, seat: Seat, progress: Progress) -> None:
            from core.tracking.propagate import propagate

            tracker = self.tracker(seat)
            used = settings
            if side == "right" and engine.is_baseline(seat.choice):
                used = tracker.settings  # at its own best, or it would be beaten too easily
            fresh = not seat.memory
            for direction, order in plan(sorted(given), touched, at, count, way, fresh):
                memory = seat.memory.setdefault(direction, {})

                def heard(frame: int, marks: Marks) -> None:
                    if frame in given:
                        return
                    known = truth.get(frame)
                    scores: Scores = {}
                    if known is not None and known.mask is not None and marks.mask is not None:
                        scores = engine.score(marks.mask, known.mask, objects)
                    found.append((side, frame, marks, scores))

                if tracker.encode is None:
                    tracker.follow(clip, given, order, heard, progress)
                else:
                    bank = self.seated(seat, frames, used.enlarge)
                    propagate(bank, given, used, order, shape, heard, progress, memory)

        def do(progress: Progress) -> float:
            began = time.perf_counter()
            for side, seat in seats.items():
                one(side, seat, progress)
            return time.perf_counter() - began

        self.began.emit("Following")
        self._timer.start()
        self._task = self._tasks.start("Following the marks", do, self._done, self._failed)

    def tracker(self, seat: Seat) -> Tracker:
        """What follows on a seat, loaded when it is first asked for; in a thread."""
        if seat.tracker is None:
            seat.step = engine.newest(self._store, seat.choice)
            seat.tracker = engine.tracker(self._store, seat.choice)
        return seat.tracker

    def seated(self, seat: Seat, frames: Any, enlarge: float) -> Bank:
        """The features of a seat, made anew where frames are enlarged otherwise; in a thread.

        Raises TrackingError for what follows without features.
        """
        from core.tracking.features import Bank, TrackingError

        tracker = self.tracker(seat)
        if tracker.encode is None:
            raise TrackingError(f"{tracker.title}: this follows without features to look at; "
                                "choose a network")  # fmt: skip
        if seat.bank is None:
            seat.bank = Bank(tracker.encode, frames, enlarge)
        elif seat.bank.enlarge != enlarge:
            seat.bank, seat.memory = Bank(seat.bank.encode, frames, enlarge), {}
        return seat.bank

    def stop(self) -> None:
        """End; what is found stays."""
        if self._task is not None:
            self._tasks.cancel(self._task)

    def _tell(self, task: Task, tick: Tick) -> None:
        if task is self._task:
            self.rate = tick.rate
            self.told.emit(tick)

    def _drain(self) -> None:
        scored = False
        while self._found:
            side, frame, marks, scores = self._found.popleft()
            if scores:
                self.seats[side].scores[frame] = scores
                scored = True
            self._work.find(side, frame, marks)
        if scored:
            self.scored.emit()

    def _done(self, seconds: float) -> None:
        self._end()
        self.ended.emit(f"Followed in {seconds:.1f} s.")
        self._next()

    def _failed(self, why: str) -> None:
        self._end()
        self._work.touched |= set(self._work.given)  # what was left out is still to be followed
        self.forget_memory()
        if self._again is None:
            stopped = why == "Cancelled."
            self.ended.emit("Stopped; what was found stays." if stopped else "")
            if not stopped:
                self.problem.emit(why)
        self._next()

    def _end(self) -> None:
        self._task = None
        self._timer.stop()
        self._drain()

    def _next(self) -> None:
        if self._again is not None:
            (way, settings), self._again = self._again, None
            self.follow(way, settings)

    def confidence(self) -> dict[int, Mapping[int, float]]:
        """Object -> frame -> how sure the first network is, the mean over the object's pixels."""
        found: dict[int, dict[int, float]] = {
            k + 1: {} for k in range(len(self._work.names.objects))
        }
        for frame, marks in self._work.tracks["left"].found.items():
            if marks.mask is None or marks.confidence is None:
                continue
            for object, by_frame in found.items():
                here = marks.mask == object
                by_frame[frame] = float(marks.confidence[here].mean()) if here.any() else 0.0
        return {object: by_frame for object, by_frame in found.items() if by_frame}
