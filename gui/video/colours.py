"""The colours of the first frame carried through the film, as the method learned to do."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from core.progress import Progress
from gui.tasks import Task, Tasks
from gui.video.follower import DRAIN_MS, Follower
from gui.video.work import Work


class PredictedColours(QObject):
    """Frames in predicted colours as they come; made anew for another network or settings."""

    came = Signal()
    problem = Signal(str)

    def __init__(
        self, work: Work, follower: Follower, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._work, self._follower, self._tasks = work, follower, tasks
        self.frames: dict[int, np.ndarray] = {}  # (H, W, 3) uint8
        self._for: Any = None  # clip, network and settings of these
        self._come: deque[tuple[int, np.ndarray]] = deque()
        self._task: Task | None = None
        self._timer = QTimer(self, interval=DRAIN_MS)
        self._timer.timeout.connect(self._drain)

    def want(self, settings: Any) -> None:
        """Begin to predict, unless these are there or on their way."""
        work, follower = self._work, self._follower
        seat = follower.seats["left"]
        if work.clip is None or not seat.choice:
            return
        key = (id(work.clip), seat.choice, id(seat), settings)
        if key == self._for:
            return
        self.stop()
        self._for, self.frames, self._come = key, {}, deque()
        pictures, come = work.clip.frames, self._come

        def do(progress: Progress) -> None:
            from core.tracking.textures import colourise

            bank = follower.seated(seat, pictures, settings.enlarge)
            order = list(range(len(pictures)))
            for frame, shown in colourise(bank, settings, order, progress):
                come.append((frame, shown))

        def failed(why: str) -> None:
            if self._for == key:
                self._end()
                self._for = None
                if why != "Cancelled.":
                    self.problem.emit(why)

        self._task = self._tasks.start(
            "Predicting colours", do, lambda _: self._for == key and self._end(), failed
        )
        self._timer.start()

    def stop(self) -> None:
        if self._task is not None:
            self._tasks.cancel(self._task)
            self._task = None

    def _end(self) -> None:
        self._task = None
        self._timer.stop()
        self._drain()

    def _drain(self) -> None:
        came = bool(self._come)
        while self._come:
            frame, shown = self._come.popleft()
            self.frames[frame] = shown
        if came:
            self.came.emit()
