"""Where the pixel under the mouse looks: asked of the first network, at once where it can be."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from core.progress import Progress
from gui.tasks import Newest, Tasks
from gui.video.follower import Follower
from gui.video.work import Work

BUDGET = 0.010  # seconds that the window's thread may spend on one pixel
Heat = dict[int, np.ndarray]  # reference frame -> (h, w)


def references(at: int, count: int, given: Sequence[int], settings: Any) -> list[int]:
    """Frames that the marks of a frame would be copied from; the ones after it where none come
    before."""
    from core.tracking.propagate import remembered

    before = sorted(frame for frame in given if frame < at)
    passed = list(range(before[0] if before else 0, at))
    found = remembered(at, passed, before, settings)
    if found:
        return found
    return list(range(at + 1, min(count, at + 1 + max(1, settings.previous))))


class Looker(QObject):
    """Answers a pixel with the heat over each reference frame; only the newest pixel counts."""

    seen = Signal(object, object)  # Heat, (frame, row, column)
    problem = Signal(str)

    def __init__(
        self, work: Work, follower: Follower, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._work, self._follower = work, follower
        self._newest = Newest(tasks, "Looking where a pixel looks", self)
        self._known: tuple[int, set[int]] = (0, set())  # a bank, and its frames that were looked at
        self.seconds = 0.0  # that the last answer took
        self.at_once = False

    def ask(self, place: tuple[float, float], settings: Any) -> None:
        """Where the pixel at a place of the frame in hand looks."""
        work = self._work
        asked = (work.at, int(place[1]), int(place[0]))
        wanted = references(work.at, len(work), list(work.given), settings)
        seat = self._follower.seats["left"]
        bank, (known, frames) = seat.bank, self._known
        ready = bank is not None and known == id(bank) and {work.at, *wanted} <= frames
        if ready and bank.enlarge == settings.enlarge and self.seconds < BUDGET:
            self.at_once = True
            self._tell(self._look(bank, place, asked, wanted, settings), asked)
            return
        self.at_once = False
        assert work.clip is not None
        pictures, follower = work.clip.frames, self._follower

        def do(_: Progress) -> Heat:
            bank = follower.seated(seat, pictures, settings.enlarge)
            for frame in (asked[0], *wanted):
                bank.at(frame)
            heat = self._look(bank, place, asked, wanted, settings)
            kept = self._known[1] if self._known[0] == id(bank) else set()
            self._known = (id(bank), {*kept, asked[0], *wanted})
            return heat

        self._newest.ask(do, lambda heat: self._tell(heat, asked), self.problem.emit)

    def _look(
        self,
        bank: Any,
        place: tuple[float, float],
        asked: tuple[int, int, int],
        wanted: Sequence[int],
        settings: Any,
    ) -> Heat:
        from core.tracking.attention import look

        began = time.perf_counter()
        heat = look(bank, asked[0], (place[0] - 0.5, place[1] - 0.5), wanted, settings)
        self.seconds = time.perf_counter() - began
        return heat

    def _tell(self, heat: Heat, asked: tuple[int, int, int]) -> None:
        if asked[0] == self._work.at and heat:
            self.seen.emit(heat, asked)
