"""Pictures of the lanes from one camera, made in a thread by replicas: the newest wish wins.

A wish is answered coarsely first where a lane cannot show it at once, then in full; whoever turns
the camera meanwhile ends what is being drawn.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from core import device as devices
from core.experiment import rebuild
from core.failures import in_words
from core.pictures import Images
from core.progress import Cancelled
from core.racing.lane import Lane
from core.render.cameras import Cameras
from core.render.outputs import painted
from core.render.volume import Seen
from core.showcase import Showcase

AT_ONCE = 0.08  # seconds that the first picture of all lanes together may take
LEAST_SIDE = 32  # pixels
LOOK_SECONDS = 0.2  # between two looks at lanes that learn, and at least what a look takes


@dataclass(frozen=True)
class Shot:
    """A lane seen from a camera."""

    picture: Images  # (H, W, 3)
    step: int
    serial: int  # of the wish that it answers
    whole: bool  # as fine as was wished for
    seconds: float  # that drawing it took


@dataclass(frozen=True)
class Wish:
    """What shall be seen of every lane."""

    serial: int
    camera: Cameras
    output: str  # of core.render.outputs.OUTPUTS


@dataclass
class Seat:
    """A lane and how it was last seen."""

    lane: Lane
    shown: Showcase = field(default_factory=Showcase)
    shot: Shot | None = None
    replica: Any = None  # this and what follows are the onlooker's
    drawn: tuple[object, ...] = ()
    cost: float | None = None  # seconds a pixel

    def publish(self, at_once: bool = False) -> None:
        """Leave the weights for those who look; between two steps."""
        self.shown.publish(self.lane.step, self.lane.method, at_once=at_once)


class Onlooker:
    """Draws whatever `seats()` gives as it was last asked for by `look`."""

    def __init__(self, seats: Callable[[], Sequence[Seat]]) -> None:
        self.error = ""
        self._seats = seats
        self._news = threading.Condition()
        self._closed = False
        self._wish: Wish | None = None
        self._thread = threading.Thread(target=self._look_on, name="race's onlooker")
        self._thread.start()

    def look(self, camera: Cameras, output: str = "colour") -> int:
        """See all lanes by one camera, of its size, from now on, in one of the outputs that need
        no photograph. Returns the wish's number.
        """
        with self._news:
            serial = self._wish.serial + 1 if self._wish is not None else 1
            self._wish = Wish(serial, camera, output)
            self._news.notify_all()
        return serial

    def rest(self) -> None:
        """Nobody looks any more."""
        with self._news:
            self._wish = None

    def close(self) -> None:
        """End the thread; what is being drawn is given up."""
        with self._news:
            self._closed = True
            self._news.notify_all()
        self._thread.join()

    def _look_on(self) -> None:
        devices.lower_priority()
        devices.use_threads(1)
        while True:
            with self._news:
                if self._closed:
                    return
                wish = self._wish
            began = time.monotonic()
            if wish is not None:
                self._draw_all(wish)
            rest = max(LOOK_SECONDS, time.monotonic() - began)
            with self._news:
                if not self._closed and self._wish is wish:
                    self._news.wait(rest)

    def _draw_all(self, wish: Wish) -> None:
        """All lanes coarsely, where that is quicker, then all in full."""
        seats = list(self._seats())
        for whole in (False, True):
            for seat in seats:
                seat.shown.want()
                try:
                    self._draw(seat, wish, whole, AT_ONCE / len(seats))
                except Cancelled:
                    return
                except Exception as error:  # a lane that was reset meanwhile is seen next time
                    self.error = in_words(error)

    def _draw(self, seat: Seat, wish: Wish, whole: bool, budget: float) -> None:
        latest, serial, camera = seat.shown.latest(), wish.serial, wish.camera
        if latest is None:
            return
        step, config, weights = latest
        size = camera.size if whole else _coarse(camera.size, seat.cost, budget)
        known = (serial, step, seat.shown.pasts)
        if seat.drawn == known or (not whole and (size == camera.size or _answered(seat, serial))):
            return
        if seat.replica is None or seat.drawn[2:] != known[2:]:
            seat.replica = rebuild(type(seat.lane.method), config, seat.lane.shape, weights,
                                   seat.lane.device).eval()  # fmt: skip
        seat.replica.load_state_dict(weights)
        began = time.perf_counter()
        with torch.no_grad():
            seen = seat.replica.render(camera_on(camera, seat.lane.device), size,
                                       lambda: self._closed or self._wish is not wish)  # fmt: skip
        picture = painted(wish.output, on_cpu(seen), camera.resized(*size))
        seconds = time.perf_counter() - began
        seat.cost = seconds / (size[0] * size[1])
        seat.shot = Shot(picture, step, serial, size == camera.size, seconds)
        if whole:
            seat.drawn = known


def _answered(seat: Seat, serial: int) -> bool:
    """Whether this camera is seen already, by earlier weights: then no coarse picture is wanted."""
    return seat.shot is not None and seat.shot.serial == serial


def on_cpu(seen: Seen) -> Seen:
    """What a lane sees, where pictures are made of it."""
    return Seen(*(part.detach().cpu() for part in (seen.colour, seen.depth, seen.opacity,
                                                   seen.samples)))  # fmt: skip


def camera_on(camera: Cameras, device: torch.device) -> Cameras:
    """The same camera where a lane is."""
    return Cameras(camera.poses.to(device), camera.lenses.to(device), camera.size)


def _coarse(size: tuple[int, int], cost: float | None, budget: float) -> tuple[int, int]:
    """The size of a picture that is drawn within the budget, of the same shape."""
    most = budget / cost if cost else 48 * 48
    scale = min(1.0, (most / (size[0] * size[1])) ** 0.5)
    if scale > 0.8:
        return size
    scale = max(scale, LEAST_SIDE / min(size))
    return (max(1, round(size[0] * scale)), max(1, round(size[1] * scale))) if scale < 1 else size
