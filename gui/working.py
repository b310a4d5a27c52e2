"""A line that shows one piece of long work of a panel, and stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.progress import Progress, Tick
from gui.tasks import Task, Tasks
from gui.widgets.work_bar import WorkBar


class Working(WorkBar):
    """One task at a time; what is begun while another works is left alone."""

    failed = Signal(str)
    changed = Signal(bool)  # whether something works now

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task | None = None
        self.stopped.connect(self.cancel)
        tasks.progress.connect(self._tell)

    @property
    def busy(self) -> bool:
        return self._task is not None

    def start(
        self, title: str, work: Callable[[Progress], Any], done: Callable[[Any], None]
    ) -> bool:
        """Do `work(progress)` in a thread, then `done(result)`; False while another works."""
        if self.busy:
            return False

        def finish(found: Any) -> None:
            self._end()
            done(found)

        def fail(why: str) -> None:
            self._end()
            self.failed.emit(why)

        self.begin(title)
        self._task = self._tasks.start(title, work, finish, fail)
        self.changed.emit(True)
        return True

    def cancel(self) -> None:
        """Ask it to end."""
        if self._task is not None:
            self._tasks.cancel(self._task)

    def _tell(self, task: Task, tick: Tick) -> None:
        if task is self._task:
            self.tell(tick)

    def _end(self) -> None:
        self._task = None
        self.end()
        self.changed.emit(False)
