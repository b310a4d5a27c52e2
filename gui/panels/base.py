"""A panel shows one ability of a run. Visible, it asks; hidden, it asks nothing, costs nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.session import Session
from gui.theme import SPACE
from gui.widgets.turner import Turner

if TYPE_CHECKING:
    from core.observer import Answer, Question

LIVE_MS = 800  # between two looks at a run in training


class Panel(QWidget):
    """Asks the session again when step, pictures or weights changed, while it is seen."""

    title: ClassVar[str] = ""
    patience: ClassVar[int] = 8  # an answer that took t seconds is asked for again after so many t
    problem = Signal(str)  # something asked for could not be done, in words
    wants = Signal(str)  # a command of the window, by its id

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.key = f"{type(self).__name__} {id(self)}"
        self.controls = QHBoxLayout()
        self.controls.setSpacing(SPACE.small)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(SPACE.small, SPACE.small, SPACE.small, SPACE.small)
        self.body.setSpacing(SPACE.small)
        self.body.addLayout(self.controls)
        self._asked_at = 0.0
        self._waiting = self._answered = False
        self._stale = True
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self.refresh)
        session.step_changed.connect(self.refresh)
        session.pictures_changed.connect(self.refresh)
        session.run_ready.connect(self.refresh)
        session.state_changed.connect(self.refresh)

    def ask(self) -> bool:
        """Put this panel's questions through `put`; False when there is nothing to ask yet."""
        raise NotImplementedError

    def refused(self, reason: str) -> None:
        """Show why there is nothing to show."""
        raise NotImplementedError

    def put(
        self,
        question: Question,
        answer: Callable[[Answer], None],
        part: str = "",
        refuse: Callable[[str], object] | None = None,
        **where: Any,
    ) -> bool:
        """Ask the session; `answer` is called in the window's thread, or where it failed `refuse`
        (by default the panel's own) with the reason.
        """

        def take(found: Answer) -> None:
            self._waiting = False
            if found.error:
                (refuse or self.refused)(found.error)
            else:
                answer(found)
            self._come_back()

        asked = self.session.ask(f"{self.key} {part}", question, take, **where)
        self._waiting = self._waiting or asked
        return asked

    def stamp(self, step: int) -> str:
        """What is written under a saved picture: run, step, seed."""
        session = self.session
        name = session.run.id if session.run is not None else session.experiment.method
        return f"{name}, step {step:,}, seed {session.experiment.seed}"

    def is_seen(self) -> bool:
        """Whether anything of it is on the screen. Behind another tab Qt calls it visible still."""
        return self.isVisible() and not self.visibleRegion().isEmpty()

    def come_into_sight(self) -> None:
        """Its tab was chosen: ask for what it has missed."""
        if self.is_seen() and (self._stale or self.session.state == "training"):
            self.refresh()

    def refresh(self, *_: Any) -> None:
        """Ask now if seen, else when next seen."""
        if not self.is_seen():
            self._stale = True
            return
        self._stale = False
        self._asked_at = time.monotonic()
        if not self.ask():
            self.refused(_why_empty(self.session))

    def _come_back(self) -> None:
        """While the run trains and the newest step is looked at, look again before long."""
        live = self.session.state == "training" and self.session.step is None
        if live and self.is_seen() and not self._again.isActive():
            took = time.monotonic() - self._asked_at if self._answered else 0.0
            self._answered = True  # the first answer waits for what is loaded and built only once
            self._again.start(int(max(LIVE_MS, self.patience * took * 1000)))

    def end(self) -> None:
        """End what this panel holds beyond its widgets; called before it goes."""
        self._again.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self, self.come_into_sight)  # when it has its place

    def hideEvent(self, event: QHideEvent) -> None:
        self._again.stop()
        self._stale = self._stale or self.session.state == "training"
        super().hideEvent(event)


class PicturePanel(Panel):
    """A panel about one of the looked-at pictures at a time, the person's own among them."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.turner = Turner()
        self.turner.turned.connect(self.refresh)
        self.turner.own_wanted.connect(lambda: self.wants.emit("run.picture"))
        self._own: object = None

    def follow_pictures(self) -> int:
        """Offer the pictures that are looked at now, a new one of the person's own at once.

        How many there are.
        """
        own = self.session.own_pictures
        count = len(self.session.pictures) + (0 if own is None else len(own))
        fresh = own is not None and own is not self._own
        self._own = own
        self.turner.set_count(count, 0 if fresh else None)
        return count


def _why_empty(session: Session) -> str:
    if session.state == "preparing":
        return "The data and the network are being prepared."
    if session.state == "failed":
        return session.message
    return "Nothing has been learned yet. Start the training to see something here."
