"""Work beside the training that a person waits for: in a thread, with progress and cancel."""

from __future__ import annotations

import threading
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from core.progress import Cancelled, Progress, Tick

POLL_MS = 50


@dataclass
class Task:
    """One piece of work: what it is called, how far it is, and whether it is no longer wanted."""

    title: str
    done: Callable[[Any], None]
    failed: Callable[[str], None] | None
    cancelled: threading.Event = field(default_factory=threading.Event)
    ticks: deque[Tick] = field(default_factory=lambda: deque(maxlen=1))
    ended: deque[tuple[str, Any]] = field(default_factory=lambda: deque(maxlen=1))
    thread: threading.Thread | None = None


class Tasks(QObject):
    """Runs tasks, each in a thread; brings progress and results to the window's thread."""

    progress = Signal(object, object)  # Task, Tick
    started = Signal(object)
    ended = Signal(object)
    problem = Signal(str, str)  # a sentence, a traceback

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running: list[Task] = []
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)

    def start(
        self,
        title: str,
        work: Callable[[Progress], Any],
        done: Callable[[Any], None],
        failed: Callable[[str], None] | None = None,
    ) -> Task:
        """Do `work(progress)` in a thread; then `done(result)` or `failed(why)` in the window's."""
        task = Task(title, done, failed)

        def run() -> None:
            from core.device import lower_priority

            lower_priority()
            try:
                result = work(Progress(task.ticks.append, task.cancelled.is_set))
                task.ended.append(("done", result))
            except Cancelled:
                task.ended.append(("cancelled", ""))
            except Exception as error:
                from core.failures import in_words

                text = "".join(traceback.format_exception(error))
                task.ended.append(("failed", (in_words(error), text)))

        task.thread = threading.Thread(target=run, name=title)
        self.running.append(task)
        task.thread.start()
        self._timer.start()
        self.started.emit(task)
        return task

    def cancel(self, task: Task) -> None:
        """Ask a task to end; it does at its next report of progress."""
        task.cancelled.set()

    def shut_down(self) -> None:
        """Cancel all and wait for their threads."""
        self._timer.stop()
        for task in self.running:
            task.cancelled.set()
        for task in self.running:
            if task.thread is not None:
                task.thread.join()
        self.running.clear()

    def _poll(self) -> None:
        for task in list(self.running):
            if task.ticks:
                self.progress.emit(task, task.ticks.pop())
            if task.ended:
                self._end(task, *task.ended.pop())
        if not self.running:
            self._timer.stop()

    def _end(self, task: Task, how: str, what: Any) -> None:
        self.running.remove(task)
        if task.thread is not None:
            task.thread.join()
        self.ended.emit(task)
        if how == "done":
            task.done(what)
        elif how == "failed":
            if task.failed is not None:
                task.failed(what[0])
            else:
                self.problem.emit(*what)
        elif task.failed is not None:
            task.failed("Cancelled.")


class Newest(QObject):
    """One task at a time of a kind: what is asked while one works waits, and the newest replaces
    what waits."""

    def __init__(self, tasks: Tasks, title: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks, self._title = tasks, title
        self._busy = False
        self._next: _Asked | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._busy

    def ask(
        self,
        work: Callable[[Progress], Any],
        done: Callable[[Any], None],
        failed: Callable[[str], None] | None = None,
    ) -> None:
        """Do it as `Tasks.start` does; only the newest that was asked is answered."""
        self._next = (work, done, failed)
        if not self._busy:
            self._begin()

    def _begin(self) -> None:
        assert self._next is not None
        (work, done, failed), self._next = self._next, None
        self._busy = True

        def answer(to: Callable[[Any], None] | None) -> Callable[[Any], None]:
            def take(found: Any) -> None:
                self._busy = False
                if self._next is not None:
                    self._begin()
                elif to is not None:
                    to(found)

            return take

        self._tasks.start(self._title, work, answer(done), answer(failed))


_Asked = tuple[Callable[[Progress], Any], Callable[[Any], None], Callable[[str], None] | None]
