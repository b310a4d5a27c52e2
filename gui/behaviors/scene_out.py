"""The commands by which a scene leaves the program: a mesh, points, a voxel grid, a film."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gui.pages.desk import Desk
    from gui.window import Window

KINDS = {"export": "mesh", "film": "film"}  # command -> what the dialog begins with
DOCK = "scene"
NEEDS = tuple(f"scene.{name}" for name in KINDS)


class SceneOut(QObject):
    """Binds the commands; they are off where the run in front shows no scene."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        for name in KINDS:
            window.commands.bind(f"scene.{name}", lambda *_, n=name: self._open(KINDS[n]))
        window.workbench.current_changed.connect(self._follow)
        window.rooms.currentChanged.connect(self.refresh)
        self.refresh()

    def _follow(self, desk: Desk | None) -> None:
        if desk is not None:
            desk.furnished.connect(self.refresh)
        self.refresh()

    def _abilities(self) -> list[str]:
        desk = self._window.workbench.desk()
        if desk is None or not desk.docks:  # torch is not there yet
            return []
        from core import registry
        from core.abilities import abilities_of

        return abilities_of(registry.method_class(desk.session.experiment.method))

    def refresh(self, *_: object) -> None:
        """Allow what can be done now."""
        able = self._window.page == "workbench" and "Renders" in self._abilities()
        for id in NEEDS:
            self._window.commands.enable(id, able)

    def _open(self, kind: str) -> None:
        from gui.pages.scene_export import NEEDS_FIELD, SceneExport

        desk = self._window.workbench.desk()
        if desk is None:
            return
        from core import registry

        without = [] if "Extracts" in self._abilities() else list(NEEDS_FIELD)
        if not hasattr(registry.method_class(desk.session.experiment.method), "splats"):
            without.append("splats")
        dock = desk.docks.get(DOCK)
        path = dock.widget().path_bar.path if dock is not None else None
        dialog = SceneExport(desk.session, self._window.tasks, without, path, self._window)
        along = dialog.kind.findData("path") if kind == "film" else -1
        dialog.kind.setCurrentIndex(max(0, along, dialog.kind.findData(kind)))
        dialog.open_wanted.connect(self._show)
        dialog.open()

    def _show(self, path: Path) -> None:
        """A film on the page of films, anything else in a viewer of its own."""
        from gui.pages.scene_export import FILM_ENDINGS

        film = path.suffix.lower() in FILM_ENDINGS
        (self._window.video if film else self._window.models).open_path(path)
