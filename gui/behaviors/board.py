"""The commands of the drawing board: they are meant for the run in front."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gui.panels.translate import TranslatePanel

if TYPE_CHECKING:
    from gui.pages.desk import Desk
    from gui.window import Window

ACTS: dict[str, Callable[[TranslatePanel], object]] = {
    "show": lambda panel: panel.board.setFocus(),
    "undo": lambda panel: panel.board.undo(),
    "redo": lambda panel: panel.board.redo(),
    "clear": lambda panel: panel.board.clear_board(),
    "take": lambda panel: panel.take_picture(),
    "save": lambda panel: panel.view.ask_and_save(),
}
NONE = "The run in front translates nothing. Train or open one of pix2pix or CycleGAN."


class BoardCommands(QObject):
    """Binds the commands; where the run in front has no board, they say so."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        for name, act in ACTS.items():
            window.commands.bind(f"board.{name}", lambda *_, do=act: self._do(do))

    def _do(self, act: Callable[[TranslatePanel], object]) -> None:
        desk: Desk | None = self._window.workbench.desk()
        panels = [] if desk is None else desk.panels
        for panel in panels:
            if desk is not None and isinstance(panel, TranslatePanel):
                self._window.go("workbench")
                desk.toggle(panel.title.lower(), True)
                act(panel)
                return
        self._window.notices.show("info", NONE)
