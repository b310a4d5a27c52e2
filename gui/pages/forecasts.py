"""How long a training would take: asked one after the other, and told in the form of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from core.config import ConfigError
from gui.pages.setup import Setup
from gui.tasks import Task, Tasks
from gui.widgets.numbers import count, duration

if TYPE_CHECKING:
    from core.experiment import Experiment
    from core.forecast import Forecast
    from core.progress import Progress


class Forecasts(QObject):
    """Takes a few steps of the form's experiment, then of each trial, in a thread of its own."""

    problem = Signal(str)

    def __init__(self, setup: Setup, tasks: Tasks) -> None:
        super().__init__(setup)
        self._setup, self._tasks = setup, tasks
        self._waiting: list[tuple[str, Experiment]] = []
        self._task: Task | None = None
        setup.how_long.connect(self.ask)

    def ask(self) -> None:
        """Begin with the form as it stands; what is under way is given up."""
        try:
            self._waiting = list(self._setup.experiments().items())
        except ConfigError as error:
            self.problem.emit(str(error))
            return
        for title, _ in self._waiting:
            self._setup.say_time(title, "")
        if self._task is not None:
            self._tasks.cancel(self._task)  # its end begins with the first that waits
        else:
            self._next()

    def _next(self) -> None:
        self._task = None
        if not self._waiting:
            return
        title, experiment = self._waiting.pop(0)

        def work(progress: Progress) -> Forecast:
            from core.forecast import forecast

            return forecast(experiment, progress)

        def done(found: Forecast) -> None:
            if not isValid(self._setup):  # its desk was closed meanwhile
                return
            self._setup.say_time(title, _words(found, whole=not title))
            self._next()

        def failed(why: str) -> None:
            if not isValid(self._setup):
                return
            if why != "Cancelled.":
                self.problem.emit(why)
                self._waiting.clear()
            self._setup.say_time(title, "")
            self._next()

        self._setup.say_time(title, "…")
        self._task = self._tasks.start("How long a training takes", work, done, failed)


def _words(found: Forecast, whole: bool) -> str:
    """«about 2 h 5 min», and of what where there is room."""
    said = f"about {duration(found.seconds)}"
    each = 1000 * found.each
    return f"{said}: {count(found.steps)} steps of {each:.0f} ms" if whole else said
