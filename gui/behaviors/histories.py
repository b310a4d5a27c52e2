"""Runs that ship with the program: copied among the person's own at a click, and opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from core.histories import bring, history_of

if TYPE_CHECKING:
    from core.progress import Progress
    from gui.window import Window

COMMAND = "run.learned"


class Histories(QObject):
    """Answers to the gallery's cards and to the command of the run in front."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        window.gallery.see.connect(self.see)
        window.commands.bind(COMMAND, self._see_of_front)
        window.workbench.current_changed.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Allow the command where a run of the method in front ships."""
        desk = self._window.workbench.desk()
        ships = desk is not None and history_of(desk.session.experiment.method) is not None
        self._window.commands.enable(COMMAND, ships)

    def see(self, method: str) -> None:
        """Copy the run that ships among the person's own, in a thread, and open it."""
        history, store = history_of(method), self._window.laboratory.store
        if history is None:
            self._window.warn(f"No run of {method} ships with this copy of the program.")
            return
        name = history.name

        def work(_: Progress) -> str:
            return bring(name, store)

        self._window.tasks.start(
            "Opening a run that ships with the program",
            work,
            self._window.open_run,
            self._window.warn,
        )

    def _see_of_front(self) -> None:
        desk = self._window.workbench.desk()
        if desk is not None:
            self.see(desk.session.experiment.method)
