"""The commands of the menu "Arena": they are meant for the page of games."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gui.pages.arena import ArenaPage
    from gui.window import Window

ACTS: dict[str, Callable[[ArenaPage], object]] = {
    "play": lambda page: page.play(not page.games.playing),
    "step": lambda page: page.games.step_once(),
    "discriminator": lambda page: page.games.step_once("discriminator"),
    "generator": lambda page: page.games.step_once("generator"),
    "slow": lambda page: page.settings.slow.toggle(),
    "anew": lambda page: page.begin(),
    "add": lambda page: page.ask_to_add(),
    "branch": lambda page: page.ask_to_branch(),
    "back": lambda page: page.past.ask_back(),
    "draw": lambda page: page.draw_points(),
    "picture": lambda page: page.row.ask_and_save(
        "Picture (*.png);;Drawing (*.svg);;Table (*.csv)"
    ),
    "course": lambda page: page.course.ask_and_save(
        "Picture (*.png);;Drawing (*.svg);;Table (*.csv)"
    ),
}


NEEDS = tuple(f"arena.{name}" for name in ACTS)


class ArenaCommands(QObject):
    """Binds the commands; they are off on other pages."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        for name in ACTS:
            window.commands.bind(f"arena.{name}", lambda *_, n=name: ACTS[n](window.rooms.arena()))
        window.rooms.currentChanged.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Allow what can be done now."""
        for id in NEEDS:
            self._window.commands.enable(id, self._window.page == "arena")
