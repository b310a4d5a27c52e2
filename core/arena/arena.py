"""The thread in which the games of an arena take turns, and the thread that looks at them.

Whoever plays never waits for whoever looks: a lane's weights are copied between two steps, a few
times a second, and looked at with replicas.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from core import device as devices
from core.arena.lane import Lane
from core.arena.look import Frame, GameLook, frame_of, look_at
from core.experiment import rebuild, to_tensors
from core.failures import in_words
from core.showcase import Showcase

CLOCKS = ("steps", "seconds")
LOOK_SECONDS = 0.2  # between two looks at a lane
IDLE_SECONDS = 0.1


@dataclass(frozen=True)
class LaneState:
    """How one game stands."""

    title: str
    step: int
    seconds: float
    failed: str
    moments: tuple[int, ...]  # steps that one can go back to


@dataclass
class Seat:
    """A lane, what it shows, and how it was last seen."""

    lane: Lane
    shown: Showcase = field(default_factory=Showcase)
    look: GameLook | None = None
    replica: Any = None  # these two are the onlooking thread's
    seen: tuple[object, ...] = ()


class Arena:
    """Plays lanes on one clock. All that is asked is done between two steps; nothing here waits."""

    def __init__(self, lanes: Sequence[Lane], clock: str = "steps") -> None:
        self.seats = [Seat(lane) for lane in lanes]
        for seat in self.seats:
            seat.shown.publish(seat.lane.step, seat.lane.trainer.method, at_once=True)
        self.clock = clock
        self.pace = 0.0  # seconds of rest after each step: slow motion
        self.raw = False  # look at the generators without the average over their steps
        self.playing = False
        self.error = ""
        self._wishes: deque[Callable[[], None]] = deque()
        self._news = threading.Condition()
        self._closed = False
        self._at: float | None = None  # where on the clock is looked; None: now
        data = lanes[0].data
        self.frame: Frame = frame_of(np.asarray(data.train.images[:20_000, :, 0, 0], np.float64))
        self._real = torch.from_numpy(data.held_out.images)
        self._player = threading.Thread(target=self._play, name="arena")
        self._onlooker = threading.Thread(target=self._look_on, name="arena's onlooker")
        self._player.start()
        self._onlooker.start()

    # --- what may be asked, from any thread -------------------------------------------------------

    def play(self, on: bool = True) -> None:
        """Go on, or stand still after the step in hand."""
        with self._news:
            self.playing = on
            self._news.notify_all()

    def do(self, wish: Callable[[], None]) -> None:
        """Do something with the lanes between two steps; `error` says in words what failed."""
        with self._news:
            self._wishes.append(wish)
            self._news.notify_all()

    def step_once(self, player: str = "") -> None:
        """Every lane takes one step, or one update of one player alone; then all stand still."""
        self.play(False)
        self.do(lambda: self._step_all(player))

    def roll_back(self, at: float) -> None:
        """Every lane stands again where it stood then; what came after is given up."""
        self.do(lambda: self._roll_back(at))

    def branch(self, lane: int, title: str, at: float, options: Mapping[str, Any]) -> None:
        """One more lane, with a lane's past until then and other options from there on."""
        self.do(lambda: self._branch(lane, title, at, options))

    def change(self, lane: int, options: Mapping[str, Any]) -> None:
        """Live options of a lane from its next step on."""
        self.do(lambda: self.seats[lane].lane.change(options))

    def remove(self, lane: int) -> None:
        """Take a lane away; the last one stays."""
        self.do(lambda: self._remove(lane))

    def look(self, at: float | None) -> None:
        """Look at the lanes as they were then on the clock, or (None) as they are."""
        with self._news:
            self._at = at
            self._news.notify_all()

    def close(self) -> None:
        """End both threads; waits for the step and the look in hand."""
        with self._news:
            self._closed = True
            self._news.notify_all()
        self._player.join()
        self._onlooker.join()

    # --- what may be read, from any thread --------------------------------------------------------

    def states(self) -> list[LaneState]:
        """How the games stand now."""
        return [
            LaneState(
                lane.title,
                lane.step,
                lane.seconds,
                lane.failed,
                tuple(m.step for m in list(lane.history.moments)),
            )
            for lane in self.lanes
        ]

    def looks(self) -> list[GameLook | None]:
        """The last look at each lane."""
        return [seat.look for seat in list(self.seats)]

    @property
    def lanes(self) -> list[Lane]:
        """The games, in the order in which they are shown."""
        return [seat.lane for seat in list(self.seats)]

    def reached(self) -> float:
        """Where the clock stands: of the lane that is farthest."""
        return max((self._time(lane) for lane in self.lanes), default=0.0)

    # --- the playing thread -----------------------------------------------------------------------

    def _play(self) -> None:
        devices.lower_priority()
        devices.use_threads(1)
        while True:
            if not self._can_play():
                self._show_all()  # who looks at what stands still sees its last step
            with self._news:
                while not (self._closed or self._wishes or self._can_play()):
                    self._news.wait()
                if self._closed:
                    return
                wish = self._wishes.popleft() if self._wishes else None
            if wish is not None:
                self._grant(wish)
                continue
            alive = [seat for seat in self.seats if not seat.lane.failed]
            seat = min(alive, key=lambda s: self._time(s.lane))
            seat.lane.play()
            seat.shown.publish(seat.lane.step, seat.lane.trainer.method)
            if self.pace:
                time.sleep(self.pace / len(self.seats))

    def _can_play(self) -> bool:
        return self.playing and any(not lane.failed for lane in self.lanes)

    def _grant(self, wish: Callable[[], None]) -> None:
        try:
            wish()
        except Exception as error:  # whatever was wished for, the games go on
            self.error = in_words(error)
        self._show_all()
        with self._news:
            self._news.notify_all()

    def _show_all(self) -> None:
        for seat in self.seats:
            seat.shown.publish(seat.lane.step, seat.lane.trainer.method, at_once=True)

    def _step_all(self, player: str) -> None:
        for seat in self.seats:
            seat.lane.play(player)

    def _time(self, lane: Lane) -> float:
        return float(lane.step) if self.clock == "steps" else lane.seconds

    def _step_at(self, lane: Lane, at: float) -> int:
        history = lane.history
        return (history.at(int(at)) if self.clock == "steps" else history.at_seconds(at)).step

    def _roll_back(self, at: float) -> None:
        for seat in self.seats:
            seat.lane.roll_back(self._step_at(seat.lane, at))
            seat.shown.forget()
        self._at = None

    def _branch(self, lane: int, title: str, at: float, options: Mapping[str, Any]) -> None:
        parent = self.seats[lane].lane
        self.seats.append(Seat(parent.branch(title, self._step_at(parent, at), options)))

    def _remove(self, lane: int) -> None:
        if len(self.seats) > 1:
            del self.seats[lane]

    # --- the onlooking thread ---------------------------------------------------------------------

    def _look_on(self) -> None:
        devices.lower_priority()
        devices.use_threads(1)
        while True:
            with self._news:
                if self._closed:
                    return
                at = self._at
            began = time.monotonic()
            for seat in list(self.seats):
                seat.shown.want()
                try:
                    self._look_once(seat, at)
                except Exception as error:  # a lane that was changed meanwhile is seen next time
                    self.error = in_words(error)
            rest = max(IDLE_SECONDS, LOOK_SECONDS - (time.monotonic() - began))
            with self._news:
                if not self._closed and self._at == at:
                    self._news.wait(rest)

    def _look_once(self, seat: Seat, at: float | None) -> None:
        """Look at a lane, where it is not already known how it looks."""
        lane = seat.lane
        if at is None:
            latest = seat.shown.latest()
            if latest is None:
                return
            step, config, weights = latest
            seconds = lane.seconds
        else:
            moment = lane.history.at(self._step_at(lane, at))
            step, seconds, config = moment.step, moment.seconds, lane.trainer.method.config
            weights = to_tensors(moment.model)
        seen = (step, at is None, self.raw, seat.shown.pasts)
        if seat.seen == seen:
            return
        if seat.replica is None:
            cls = type(lane.trainer.method)
            seat.replica = rebuild(cls, config, lane.shape, weights, torch.device("cpu")).eval()
        seat.replica.load_state_dict(weights)
        found = look_at(seat.replica, self.frame, self._real, lane.data.facts, self.raw)
        scalars = next((r for s, _, r in reversed(lane.rows) if s <= step), {})
        seat.look = replace(found, step=step, seconds=seconds, scalars=scalars)
        seat.seen = seen


def play_until(
    lanes: Sequence[Lane], clock: str, amount: float, on_step: Callable[[float], None]
) -> None:
    """Play lanes in turns, in this thread, until each has come so far; `on_step` may raise."""
    while True:
        behind = [lane for lane in lanes if not lane.failed and _time(lane, clock) < amount]
        if not behind:
            return
        lane = min(behind, key=lambda x: _time(x, clock))
        lane.play()
        on_step(_time(lane, clock))


def _time(lane: Lane, clock: str) -> float:
    return float(lane.step) if clock == "steps" else lane.seconds
