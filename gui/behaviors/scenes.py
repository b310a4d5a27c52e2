"""The commands of the menu "Race": they are meant for the page of races and ablations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gui.pages.scenes import ScenesPage
    from gui.window import Window

SAVED = "Picture (*.png);;Drawing (*.svg);;Table (*.csv)"
RACE, ABLATIONS = 0, 1


def _ablate(page: ScenesPage) -> None:
    page.tabs.setCurrentIndex(ABLATIONS)
    page.ablations.start_or_cancel()


ACTS: dict[str, Callable[[ScenesPage], object]] = {
    "play": lambda page: page.race.toggle(),
    "reset": lambda page: page.race.reset(),
    "add": lambda page: page.race.ask_to_add(),
    "clock": lambda page: page.race.switch_clock(),
    "output": lambda page: page.race.show_next_output(),
    "keep": lambda page: page.race.keep(0),
    "ablate": _ablate,
    "open": lambda page: page.ask_for_scene(),
    "lanes": lambda page: page.race.row.ask_and_save(SAVED),
    "plot": lambda page: page.race.plot.ask_and_save(SAVED),
    "memory": lambda page: page.race.memory.ask_and_save(SAVED),
    "table": lambda page: page.ablations.table.ask_and_save(SAVED),
}

NEEDS = tuple(f"scenes.{name}" for name in ACTS)


class ScenesCommands(QObject):
    """Binds the commands; they are off on other pages."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        for name in ACTS:
            window.commands.bind(
                f"scenes.{name}", lambda *_, n=name: ACTS[n](window.rooms.scenes())
            )
        window.rooms.currentChanged.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Allow what can be done now."""
        for id in NEEDS:
            self._window.commands.enable(id, self._window.page == "scenes")
