"""Asks whether what is chosen on a map is a cluster, and how the features fill their space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from gui.mapping.belief import Belief
from gui.tasks import Newest, Task, Tasks

if TYPE_CHECKING:
    from core.maps.genuine import Verdict
    from core.progress import Progress, Tick


class Asking(QObject):
    """One verdict at a time, beside the window; the answers go into the tab of belief."""

    problem = Signal(str)

    def __init__(self, belief: Belief, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._belief, self._tasks = belief, tasks
        self._task: Task | None = None
        self._spectra = Newest(tasks, "Measuring the features", self)
        belief.cancelled.connect(self.stop)
        tasks.progress.connect(self._show_progress)

    @property
    def busy(self) -> bool:
        return self._task is not None

    def ask(self, features: np.ndarray, members: np.ndarray, metric: str, said: str) -> None:
        """Put points `members` of the features (N, D) to the test; `said` is what they are."""
        if self._task is not None:
            return

        def work(progress: Progress) -> Verdict:
            from core.maps.genuine import genuine

            return genuine(features, members, metric=metric, progress=progress)

        def done(verdict: Verdict) -> None:
            self._task = None
            self._belief.show_verdict(verdict, said)

        def failed(why: str) -> None:
            self._task = None
            self._belief.say(why)

        self._belief.begin_asking()
        self._task = self._tasks.start("Is this cluster real?", work, done, failed)

    def measure(self, features: np.ndarray, stamp: str) -> None:
        """The spectrum of the features, when somebody can see it."""
        if not self._belief.isVisible():
            return

        def work(_: Progress) -> Any:
            from core.evaluate.spectrum import spectrum

            return spectrum(features)

        def show(found: Any) -> None:
            self._belief.show_spectrum(found, stamp)

        self._spectra.ask(work, show, self.problem.emit)

    def stop(self) -> None:
        if self._task is not None:
            self._tasks.cancel(self._task)

    def _show_progress(self, task: Task, tick: Tick) -> None:
        if task is self._task:
            self._belief.work.tell(tick)
