"""Who renders when: coarse while a hand moves, whole when it stands, finer while nothing happens.

States: *moving* (as large as there is time for), *still* (every pixel, in slices between which
other panels are answered), *refining* (more places in each pixel, averaged), then nothing until
the camera or the weights change. Of a run in training the picture is made anew now and then.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from core.render.pace import Pace
from core.render.viewpoint import Viewpoint
from gui.session import Session

if TYPE_CHECKING:
    from core.observer import Answer
    from core.viewing import Box, Easel, Frame, Views, Wish

LIVE_BUDGET = 0.12  # seconds of a picture while the run trains and nothing moves
LIVE_MS, PATIENCE = 250, 6  # until the next one: at least, and in times that the last one took
WHOLE = 60.0  # seconds that a picture may take that is not shown in parts
COUNTED = 1.0  # second over which pictures are counted
STATES = {"moving": "moving", "live": "training", "still": "still", "refining": "refining",
          "done": "refined"}  # fmt: skip


class Renderer(QObject):
    """Asks a session for pictures of a viewpoint. One question of it is under way at a time."""

    shown = Signal(object)  # Frame
    told = Signal(str)  # the state, the resolution and pictures a second, in a line
    failed = Signal(str)  # why there is nothing to see

    def __init__(self, session: Session, key: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session, self.key = session, key
        self.state = "still"
        self.size = (0, 0)
        self.viewpoint = Viewpoint()
        self.outputs: tuple[str, ...] = ("colour",)
        self.background: tuple[float, float, float] | None = None
        self.crop: Box | None = None
        self.view = -1  # the photograph in whose camera one stands
        self.views: Views | None = None
        self.step = -1  # of what is shown
        self.seen: Callable[[], bool] = lambda: True  # whether anybody would see it
        self._easel: Easel | None = None
        self._under_way = self._changed = self._restyled = False
        self._asked_in, self._parts = "", -1  # state when it was asked; step of the parts so far
        self._stopped = False  # read by the observer's thread: what it renders is not wanted
        self._pace = Pace()
        self._times: deque[float] = deque(maxlen=120)
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self.look)

    # --- what is wished for -----------------------------------------------------------------------

    def move(self, view: Viewpoint) -> None:
        """A hand moves the view: show it coarsely, soon."""
        self.viewpoint = view
        if self.state != "moving":
            self._times.clear()
        self.state = "moving"
        self._renew()

    def settle(self) -> None:
        """The hand has stopped: show every pixel."""
        self.state = "live" if self.live else "still"
        self._renew()

    def look(self) -> None:
        """What is seen changed: the weights, the size, the box."""
        if self.state != "moving":
            self.state = "live" if self.live else "still"
        self._renew()

    def restyle(self) -> None:
        """Other outputs or another background of the same picture."""
        self._restyled = True
        self._ask()

    def stop(self) -> None:
        """Ask nothing more."""
        self._again.stop()
        self._stopped = True
        self._easel = None

    @property
    def live(self) -> bool:
        """Whether new weights come."""
        return self.session.state == "training" and self.session.step is None

    def _renew(self) -> None:
        self._again.stop()
        self._changed = True
        # A picture that was asked for in a movement is shown: a long drag would show nothing else.
        self._stopped = self._asked_in != "moving"
        self._ask()

    # --- asking -----------------------------------------------------------------------------------

    def _ask(self) -> None:
        """Put the next question, unless one is under way or nobody looks."""
        if self._under_way or not self.seen() or min(self.size) < 1:
            return
        if self._changed or self._easel is None:
            self._changed = self._restyled = self._stopped = False
            self._easel, self._parts = self._begin(), -1
        elif self._restyled:
            self._restyled = False
            wish = replace(self._easel.wish, outputs=self.outputs, background=self.background)
            self._put(self._easel.again(wish))
            return
        elif self._easel.exposure.done:
            return
        # What moves or is live is one picture, the others may be gone on with.
        if self.state == "moving":
            self._put(self._easel.question(lambda: False, WHOLE))
        elif self.state == "live":
            self._put(self._easel.question(lambda: self._stopped, WHOLE))
        else:
            waited_for = self.session.is_waited_for
            self._put(self._easel.question(lambda: self._stopped or waited_for()))

    def _put(self, question: Callable[..., Frame]) -> None:
        self._asked_in = self.state
        # Of the run's pictures it needs none; all of them would be made ready for every frame.
        self._under_way = self.session.ask(self.key, question, self._take, [0], prompt=True)

    def _begin(self) -> Easel:
        from core.render.exposure import PASSES
        from core.viewing import Easel

        width, height = self.size
        if self.state == "moving":
            size = self._pace.size(width, height)
        elif self.state == "live":
            size = self._pace.size(width, height, LIVE_BUDGET)
        else:
            size = self.size
        passes = PASSES if self.state in ("still", "refining", "done") else 1
        return Easel(self._wish(size), self.views, passes)

    def _wish(self, size: tuple[int, int]) -> Wish:
        from core.viewing import Wish

        view = self.view if self.viewpoint.held is not None else -1
        hasty = self.state == "moving"
        return Wish(self.viewpoint, size, self.outputs, self.background, self.crop, view, hasty)

    # --- being answered ---------------------------------------------------------------------------

    def _take(self, answer: Answer) -> None:
        self._under_way = False
        if answer.error:
            self._easel = None
            self._changed = False
            self.failed.emit(answer.error)
            return
        frame: Frame = answer.value
        self._pace.took(frame.pixels, frame.seconds)
        if self._asked_in not in ("moving", "live") and self._parts not in (-1, answer.step):
            self._changed = True  # its parts would be of different weights
        self.step = self._parts = answer.step
        wanted = self._asked_in == "moving" or frame.wish.viewpoint == self.viewpoint
        state = self._asked_in  # a hand may have stopped since
        if not self._changed:
            self._go_on(frame)
        self._ask()  # the next is rendered while this one is painted
        if wanted:
            self._show(frame, state)

    def _show(self, frame: Frame, state: str) -> None:
        self._times.append(time.monotonic())
        self.shown.emit(frame)
        self.told.emit(self.words(frame, state))

    def _go_on(self, frame: Frame) -> None:
        """What comes when nothing has changed meanwhile."""
        if self.state == "live":
            wait = max(LIVE_MS, round(PATIENCE * frame.seconds * 1000))
            self._again.start(wait)
        elif self.state != "moving":
            self.state = "done" if frame.finished else "refining" if frame.passes else "still"

    def words(self, frame: Frame, state: str) -> str:
        """The state in which it was asked for, the resolution, and how quick it is."""
        width, height = frame.wish.size
        if state not in ("moving", "live"):
            state = "done" if frame.finished else "refining" if frame.passes else "still"
        parts = [STATES[state], f"{width} × {height}"]
        if state == "moving":
            recent = [at for at in self._times if self._times[-1] - at < COUNTED]
            if len(recent) > 2:
                rate = (len(recent) - 1) / max(1e-3, recent[-1] - recent[0])
                parts.append(f"{rate:.0f} a second")
        elif state == "refining":
            parts.append(f"{frame.passes} of {self._passes()} samples a pixel")
        elif frame.seconds and state == "live":
            parts.append(f"{1000 * frame.seconds:.0f} ms")
        if frame.compared and "error" in frame.wish.outputs:
            parts.append(f"against {frame.compared}")
        return "  ·  ".join(parts)

    def _passes(self) -> int:
        return self._easel.exposure.passes if self._easel is not None else 1
