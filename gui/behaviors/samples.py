"""The commands of the menu "Samples": they are meant for the desk of a run that generates."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gui.pages.desk import Desk
    from gui.window import Window

# Command -> the dock that answers to it, and how.
ACTS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "noise": ("nursery", lambda panel: panel.new_noise()),
    "fixed": ("nursery", lambda panel: panel.fixed_noise()),
    "raw": ("nursery", lambda panel: panel.toggle_average()),
    "next": ("nursery", lambda panel: panel.look_at_next()),
    "send": ("nursery", lambda panel: panel.send_on()),
    "score": ("quality", lambda panel: panel.score_step()),
    "all": ("quality", lambda panel: panel.score_all()),
    "train": ("quality", lambda panel: panel.referee.train()),
    "eye": ("quality", lambda panel: panel.judge_by_eye()),
}
NEEDS = tuple(f"samples.{name}" for name in ACTS)


class SamplesCommands(QObject):
    """Binds the commands; they are off where nothing is generated."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        for name in ACTS:
            window.commands.bind(f"samples.{name}", lambda *_, n=name: self._act(n))
        window.workbench.current_changed.connect(self._follow)
        window.rooms.currentChanged.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Allow what can be done now."""
        desk = self._window.workbench.desk()
        able = self._window.page == "workbench" and desk is not None and "nursery" in desk.docks
        for id in NEEDS:
            self._window.commands.enable(id, able)

    def _follow(self, desk: Desk | None) -> None:
        if desk is not None:
            desk.furnished.connect(self.refresh)
        self.refresh()

    def _act(self, name: str) -> None:
        """Show the panel and have it do that."""
        desk = self._window.workbench.desk()
        where, act = ACTS[name]
        if desk is not None and where in desk.docks:
            desk.toggle(where, True)
            act(desk.docks[where].widget())
