"""Looks now and then whether the network on the page has newer weights: its run trains on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gui.video import engine
from gui.video.follower import Follower

if TYPE_CHECKING:
    from core.runs import RunStore

LOOK_MS = 3000


class NewerWeights(QObject):
    """Tells the step that could be used; takes no weights away by itself."""

    found = Signal(int)  # the step; -1: those in use are the newest

    def __init__(self, follower: Follower, store: RunStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._follower, self._store = follower, store
        self.timer = QTimer(self, interval=LOOK_MS)
        self.timer.timeout.connect(self.look)

    def look(self) -> None:
        """Compare what is in use with what is kept; not while something is followed."""
        seat = self._follower.seats["left"]
        if self._follower.busy:
            return
        if seat.tracker is None or seat.own or seat.tracker.encode is None:
            self.found.emit(-1)
            return
        step = engine.newest(self._store, seat.choice)
        self.found.emit(step if step != seat.step else -1)
