"""Commands of panels: each is meant for a dock of the desk in front."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gui.pages.desk import Desk
    from gui.window import Window

Acts = Mapping[str, Callable[[Any], object]]  # dock -> what a command does to the dock's panel


class DockCommands(QObject):
    """Binds the commands of a menu; each is off where the run in front has no dock for it."""

    def __init__(self, window: Window, menu: str, acts: Mapping[str, Acts]) -> None:
        super().__init__(window)
        self._window, self._menu, self._acts = window, menu, acts
        for name in acts:
            window.commands.bind(f"{menu}.{name}", lambda *_, n=name: self._do(n))
        window.workbench.current_changed.connect(self._follow)
        window.rooms.currentChanged.connect(self.refresh)
        self.refresh()

    def _follow(self, desk: Desk | None) -> None:
        """A desk has its docks only when it is furnished."""
        if desk is not None and not desk.docks:
            desk.furnished.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Allow what can be done now."""
        desk = self._window.workbench.desk()
        docks = desk.docks if desk is not None and self._window.page == "workbench" else {}
        for name, acts in self._acts.items():
            able = any(dock in docks for dock in acts)
            self._window.commands.enable(f"{self._menu}.{name}", able)

    def _do(self, name: str) -> None:
        """Show the dock and have its panel do it."""
        desk = self._window.workbench.desk()
        if desk is None:
            return
        for dock, act in self._acts[name].items():
            if dock in desk.docks:
                desk.toggle(dock, True)
                act(desk.docks[dock].widget())
