"""Clips opened beside the window: films, folders, DAVIS, and the embedded ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from gui.tasks import Newest, Tasks

if TYPE_CHECKING:
    from core.progress import Progress


class Clips(QObject):
    """Only the newest that was asked for is opened."""

    opened = Signal(object)  # Clip
    began = Signal()
    problem = Signal(str)

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._newest = Newest(tasks, "Opening the clip", self)

    @property
    def busy(self) -> bool:
        return self._newest.busy

    def open_path(self, path: Path) -> None:
        """A film, a folder of frames, a sequence inside a DAVIS folder."""

        def do(progress: Progress) -> Any:
            from core.data.video import open_clip

            return open_clip(path, progress)

        self.began.emit()
        self._newest.ask(do, self.opened.emit, self.problem.emit)

    def open_embedded(self, number: int, textures: str) -> None:
        """A painted clip that no training sees, by its number."""

        def do(_: Progress) -> Any:
            from core.data.clips import make_clip

            return make_clip(number, textures=textures, held_out=True)

        self.began.emit()
        self._newest.ask(do, self.opened.emit, self.problem.emit)
