"""The commands of the menu "Latent": they are meant for the panels of the run in front."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gui.pages.desk import Desk
    from gui.window import Window

# The command, the dock that it brings to the front, and what it does there.
ACTS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "space": ("latent space", lambda panel: panel.plane.setFocus()),
    "keep": ("latent space", lambda panel: panel.keep_sample()),
    "directions": ("latent space", lambda panel: panel.measure()),
    "reset": ("latent space", lambda panel: panel.begin_anew()),
    "between": ("interpolation", lambda panel: panel.shelf.setFocus()),
    "distance": ("interpolation", lambda panel: panel.measure()),
    "film": ("interpolation", lambda panel: panel.ask_for_film()),
    "arithmetic": ("arithmetic", lambda panel: panel.pool.setFocus()),
    "score": ("arithmetic", lambda panel: panel.measure()),
    "inversion": ("inversion", lambda panel: panel.turner.setFocus()),
    "search": ("inversion", lambda panel: panel.invert()),
}
NEEDS = tuple(f"latent.{name}" for name in ACTS)


class LatentCommands(QObject):
    """Binds the commands; they are off where the run in front has no latents."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._known: WeakSet[Desk] = WeakSet()
        for name in ACTS:
            window.commands.bind(f"latent.{name}", lambda *_, n=name: self._do(n))
        window.rooms.currentChanged.connect(self.refresh)
        window.workbench.current_changed.connect(self._follow)
        self.refresh()

    def _do(self, name: str) -> None:
        desk = self._desk()
        dock, act = ACTS[name]
        if desk is not None and dock in desk.docks:
            desk.toggle(dock, True)
            act(desk.docks[dock].widget())

    def _desk(self) -> Desk | None:
        window = self._window
        return window.workbench.desk() if window.page == "workbench" else None

    def _follow(self, *_: object) -> None:
        """A desk has its docks only once torch is there."""
        desk = self._window.workbench.desk()
        if desk is not None and desk not in self._known:
            self._known.add(desk)
            desk.furnished.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Allow what can be done now."""
        desk = self._desk()
        for name, (dock, _act) in ACTS.items():
            self._window.commands.enable(f"latent.{name}", desk is not None and dock in desk.docks)
