"""The workbench: a desk for every run that is open, as tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QStackedLayout, QTabWidget, QWidget

from gui.laboratory import Laboratory
from gui.session import Session
from gui.tasks import Tasks
from gui.widgets.text import placeholder

if TYPE_CHECKING:
    from gui.pages.desk import Desk

NONE_OPEN = "No run is open. Choose a method in the gallery, or a run on the runs page."
OPENING = "The run is being opened…"
LAYOUT_KEY = "workbench/layout"


class Workbench(QWidget):
    """Makes a desk for each session the laboratory opens, and keeps their layout."""

    current_changed = Signal(object)  # Desk or None
    problem = Signal(str)
    wants = Signal(str)  # a command of the window
    files_dropped = Signal(list)
    again = Signal(object)  # an Experiment to train

    def __init__(
        self,
        laboratory: Laboratory,
        tasks: Tasks,
        settings: QSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._laboratory, self._tasks, self._settings = laboratory, tasks, settings
        self.tabs = QTabWidget()
        self.tabs.setTabsClosable(True)
        self.tabs.setMovable(True)
        self.tabs.setDocumentMode(True)
        self.tabs.setElideMode(self.tabs.elideMode().ElideMiddle)
        self._empty = placeholder(NONE_OPEN)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.tabs)
        laboratory.opened.connect(self.show_session)
        laboratory.closed.connect(self._forget)
        self.tabs.tabCloseRequested.connect(self._close)
        self.tabs.currentChanged.connect(lambda _: self.current_changed.emit(self.desk()))

    def desk(self) -> Desk | None:
        """The desk in front."""
        return cast("Desk | None", self.tabs.currentWidget())

    def desks(self) -> list[Desk]:
        return [cast("Desk", self.tabs.widget(i)) for i in range(self.tabs.count())]

    def expect(self) -> None:
        """A run has been asked for, and is there in a moment."""
        self._empty.setText(OPENING)

    def give_up(self) -> None:
        """What was asked for does not come."""
        self._empty.setText(NONE_OPEN)

    def show_session(self, session: Session) -> None:
        """Bring a session's desk to the front, making it if there is none."""
        self._empty.setText(NONE_OPEN)
        for desk in self.desks():
            if desk.session is session:
                self.tabs.setCurrentWidget(desk)
                return
        from gui.pages.desk import Desk  # most of the window: not needed to open it

        desk = Desk(session, self._laboratory, self._tasks)
        desk.furnished.connect(lambda: self._arrange(desk))
        desk.problem.connect(self.problem)
        desk.wants.connect(self.wants)
        desk.files_dropped.connect(self.files_dropped)
        desk.again.connect(self.again)
        at = self.tabs.addTab(desk, session.note.title)
        desk.title_changed.connect(lambda title: self._rename(desk, title))
        self.tabs.setCurrentIndex(at)
        self._stack.setCurrentWidget(self.tabs)
        desk.furnish_when_warm()
        self.current_changed.emit(desk)

    def _arrange(self, desk: Desk) -> None:
        """The layout that was kept, or the first one."""
        desk.set_layout("train")
        kept = self._settings.value(_layout_key(desk))
        if kept is not None:
            desk.restore_layout(kept)

    def keep_layout(self) -> None:
        """Remember how the desk in front is arranged."""
        desk = self.desk()
        if desk is not None and desk.setup is not None:
            self._settings.setValue(_layout_key(desk), desk.save_layout())

    def reset_layout(self) -> None:
        """Every dock where it was at first."""
        desk = self.desk()
        if desk is not None:
            self._settings.remove(_layout_key(desk))
            desk.set_layout("train")

    def end(self) -> None:
        """End what the desks hold before the window goes."""
        for desk in self.desks():
            desk.end()

    def _rename(self, desk: Desk, title: str) -> None:
        self.tabs.setTabText(self.tabs.indexOf(desk), title)
        self.tabs.setTabToolTip(
            self.tabs.indexOf(desk), desk.session.run.id if desk.session.run else title
        )

    def _close(self, at: int) -> None:
        self._laboratory.close(self.desks()[at].session)

    def _forget(self, session: Session) -> None:
        for desk in self.desks():
            if desk.session is session:
                desk.end()
                self.tabs.removeTab(self.tabs.indexOf(desk))
                desk.deleteLater()
        if not self.tabs.count():
            self._stack.setCurrentWidget(self._empty)
        self.current_changed.emit(self.desk())


def _layout_key(desk: Desk) -> str:
    """Under which a desk's layout is kept: a scene has one of its own."""
    return f"{LAYOUT_KEY} of a scene" if "scene" in desk.docks else LAYOUT_KEY
