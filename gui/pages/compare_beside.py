"""What the networks of a comparison show of the same pictures, worked out while one waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from core.progress import Progress
from gui.laboratory import Laboratory
from gui.tasks import Task, Tasks
from gui.theme import SPACE
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.comparison.side_by_side import Shown
    from core.progress import Tick

NOTHING = "The networks stand side by side here as soon as they are trained and judged."


class Beside(QWidget):
    """A subclass says what to work out (`work`), how it is shown, and how its absence is."""

    problem = Signal(str)
    title = ""

    def __init__(self, laboratory: Laboratory, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._laboratory, self._tasks = laboratory, tasks
        self._task: Task | None = None
        self._stale = False
        self.networks: Sequence[Shown] = ()
        self.bar, self.said = QProgressBar(), label("", "small", "secondary")
        self.bar.setMaximumWidth(160)
        self.bar.setTextVisible(False)
        self.again = QPushButton("Stop")
        self.controls = QHBoxLayout()
        self.controls.setSpacing(SPACE.small)
        head = QHBoxLayout()
        head.addLayout(self.controls)
        head.addStretch(1)
        for part in (self.said, self.bar, self.again):
            head.addWidget(part)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(SPACE.small, SPACE.small, SPACE.small, SPACE.small)
        self.body.setSpacing(SPACE.small)
        self.body.addLayout(head)
        self.again.clicked.connect(self._stop_or_begin)
        tasks.progress.connect(self._show_progress)
        self._idle("")

    def work(self) -> Callable[[Progress], Any]:
        """What is to be done in a thread of its own, with all that it needs."""
        raise NotImplementedError

    def show_result(self, result: Any) -> None:
        """Show what the work gave."""
        raise NotImplementedError

    def empty(self, reason: str) -> None:
        """Show a sentence in its place."""
        raise NotImplementedError

    def offer(self, networks: Sequence[Shown]) -> None:
        """These are to be shown; it is worked out when it is seen."""
        if list(networks) != list(self.networks):
            self.networks = list(networks)
            self.renew()

    def renew(self, *_: object) -> None:
        """Work it out now if seen, else when next seen."""
        self._stale = True
        if self._task is not None:
            self._tasks.cancel(self._task)  # it begins anew when it has ended
        elif self.isVisible():
            self._begin()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale and self._task is None:
            self._begin()

    def _begin(self) -> None:
        self._stale = False
        if not self.networks:
            self.empty(NOTHING)
            self._idle("")
            return
        self._task = self._tasks.start(self.title, self.work(), self._done, self._failed)
        self.bar.setRange(0, 0)
        self.bar.show()
        self.again.setText("Stop")
        self.again.show()

    def _stop_or_begin(self) -> None:
        if self._task is None:
            self._begin()
        else:
            self._stale = False
            self._tasks.cancel(self._task)

    def _show_progress(self, task: Task, tick: Tick) -> None:
        if task is self._task:
            self.bar.setRange(0, max(1, tick.total))
            self.bar.setValue(tick.done)
            self.said.setText(tick.what)

    def _done(self, result: Any) -> None:
        self._task = None
        if not self._begun_anew():
            self._idle("")
            self.show_result(result)

    def _failed(self, why: str) -> None:
        self._task = None
        if self._begun_anew():
            return
        stopped = why == "Cancelled."
        self._idle("Stopped." if stopped else "")
        self.again.setText("Go on")
        self.again.show()
        if not stopped:
            self.empty(why)

    def _begun_anew(self) -> bool:
        """Whether what has ended is out of date: it begins anew, now or when it is seen again."""
        if self._stale:
            self._idle("")
            if self.isVisible():
                self._begin()
        return self._stale or self._task is not None

    def _idle(self, text: str) -> None:
        self.said.setText(text)
        self.bar.hide()
        self.again.hide()
