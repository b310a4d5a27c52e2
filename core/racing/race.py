"""The thread in which the lanes of a race take turns; who looks at them never makes them wait."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core import device as devices
from core.failures import in_words
from core.racing.lane import Judged, Lane, Memory
from core.racing.onlooker import Onlooker, Seat, Shot
from core.render.cameras import Cameras


@dataclass(frozen=True)
class LaneState:
    """How one lane stands."""

    title: str
    method: str
    step: int
    steps: int
    seconds: float
    samples: float  # a ray
    memory: Memory
    judged: Sequence[Judged]
    failed: str
    finished: bool


class Race:
    """Lanes on one clock. All that is asked is done between two steps; nothing here waits."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self.playing = False
        self.error = ""
        self._seats = [_seat(lane) for lane in lanes]
        self._wishes: deque[Callable[[], None]] = deque()
        self._news = threading.Condition()
        self._closed = False
        self._states = [state_of(lane) for lane in lanes]
        self._onlooker = Onlooker(lambda: self._seats)
        self._player = threading.Thread(target=self._play, name="race")
        self._player.start()

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

    def reset(self) -> None:
        """All lanes stand at their first step again."""
        self.play(False)
        self.do(self._reset)

    def add(self, lane: Lane) -> None:
        """One more lane; it has the next turns until it has caught up."""
        self.do(lambda: self._seats.append(_seat(lane)))

    def remove(self, lane: int) -> None:
        """Take a lane away; the last one stays."""
        self.do(lambda: self._remove(lane))

    def lengthen(self, seconds: float) -> None:
        """Every lane has so many seconds of work in all."""
        self.do(lambda: self._lengthen(seconds))

    def look(self, camera: Cameras, output: str = "colour") -> int:
        """See all lanes by one camera, in one of the outputs of core.render.outputs; `shots` have
        the pictures. Returns the wish's number.
        """
        return self._onlooker.look(camera, output)

    def look_away(self) -> None:
        """Draw nothing until `look` is called again."""
        self._onlooker.rest()

    def close(self) -> None:
        """End both threads; waits for the step in hand."""
        self._onlooker.close()
        with self._news:
            self._closed = True
            self._news.notify_all()
        self._player.join()

    # --- what may be read, from any thread --------------------------------------------------------

    @property
    def lanes(self) -> list[Lane]:
        """In the order in which they are shown."""
        return [seat.lane for seat in list(self._seats)]

    def states(self) -> list[LaneState]:
        """How the lanes stood after the last step."""
        return list(self._states)

    def shots(self) -> list[Shot | None]:
        """The newest picture of each lane."""
        return [seat.shot for seat in list(self._seats)]

    @property
    def finished(self) -> bool:
        """Whether every lane has had its seconds."""
        return all(state.finished for state in self._states)

    def trouble(self) -> str:
        """What failed since this was asked last, in words."""
        found = self.error or self._onlooker.error
        self.error = self._onlooker.error = ""
        return found

    # --- the playing thread -----------------------------------------------------------------------

    def _play(self) -> None:
        devices.lower_priority()
        devices.use_threads(1)
        while True:
            with self._news:
                while not (self._closed or self._wishes or self._can_play()):
                    self.playing = False
                    self._news.wait()
                if self._closed:
                    return
                wish = self._wishes.popleft() if self._wishes else None
            if wish is not None:
                self._grant(wish)
                continue
            seat = min((s for s in self._seats if not s.lane.finished),
                       key=lambda s: s.lane.seconds)  # fmt: skip
            seat.lane.play()
            seat.publish(at_once=seat.lane.finished)
            self._tell()
            if not self.playing:
                self._show_all()

    def _can_play(self) -> bool:
        return self.playing and any(not seat.lane.finished for seat in self._seats)

    def _grant(self, wish: Callable[[], None]) -> None:
        try:
            wish()
        except Exception as error:  # whatever was wished for, the race goes on
            self.error = in_words(error)
        self._show_all()
        self._tell()

    def _show_all(self) -> None:
        for seat in self._seats:
            seat.publish(at_once=True)

    def _tell(self) -> None:
        self._states = [state_of(lane) for lane in self.lanes]

    def _reset(self) -> None:
        for seat in self._seats:
            seat.lane.reset()
            seat.shown.forget()

    def _remove(self, lane: int) -> None:
        if len(self._seats) > 1:
            del self._seats[lane]

    def _lengthen(self, seconds: float) -> None:
        for lane in self.lanes:
            lane.length = seconds


def _seat(lane: Lane) -> Seat:
    seat = Seat(lane)
    seat.publish(at_once=True)
    return seat


def state_of(lane: Lane) -> LaneState:
    """What is told of a lane."""
    return LaneState(lane.title, lane.plan.method, lane.step, lane.method.config.steps,
                     lane.seconds, lane.samples, lane.memory(), tuple(lane.judged), lane.failed,
                     lane.finished)  # fmt: skip
