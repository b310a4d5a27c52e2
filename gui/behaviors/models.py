"""Opens 3-D files: chosen in a dialog, or dropped on the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

if TYPE_CHECKING:
    from core.progress import Progress
    from core.render.models import Model
    from gui.pages.model_viewer import ModelViewer
    from gui.window import Window

FILES = "3-D files (*.obj *.ply *.splat);;All files (*)"


class Models(QObject):
    """Binds "Open 3-D file…"; reading happens in a thread."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._open: list[ModelViewer] = []
        window.commands.bind("model.open", self.ask_and_open)

    def ask_and_open(self) -> None:
        """Ask for a file and show it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open a 3-D file", "", FILES)
        if name:
            self.open_path(Path(name))

    def close(self) -> None:
        """Put all viewers away, with their threads."""
        for viewer in list(self._open):
            viewer.close()

    def open_path(self, path: Path) -> None:
        """Show what a file holds, or say why not."""

        def show(model: Model) -> None:
            from gui.pages.model_viewer import ModelViewer

            viewer = ModelViewer(model, path.name, self._window)
            self._open.append(viewer)
            viewer.finished.connect(lambda _: self._open.remove(viewer))
            viewer.show()

        def refuse(why: str) -> None:
            title = f"{path.name} cannot be shown"
            self._window.notices.show("warning", title, why, key=f"model {path}")

        def read(_: Progress) -> Model:
            from core.render.models import read_model

            return read_model(path)

        self._window.tasks.start(f"Reading {path.name}", read, show, refuse)
