"""Files dropped on the window: says what they are and offers what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from core.data.recognise import Kind, Recognised, recognise
from core.progress import Progress
from core.registry import note, notes
from gui.widgets.notices import Action

if TYPE_CHECKING:
    from gui.window import Window

USUAL = "rotation"  # what a click trains on pictures of a person's own
CLIPS = "clips"  # the data of methods that learn from films
SHOWN = (".obj", ".ply", ".splat")  # 3-D files that can be looked at


class Drops(QObject):
    """Accepts files anywhere on the window; looking at them happens in a thread."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            if _paths(event.mimeData()):
                event.acceptProposedAction()
                return True
        elif event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent):
            paths = _paths(event.mimeData())
            if paths:
                event.acceptProposedAction()
                self.offer_first(paths)
                return True
        return super().eventFilter(watched, event)

    def offer_first(self, paths: Sequence[Path]) -> None:
        """Look at the first of several paths, and say what to do with the others."""
        self.offer(paths[0])
        if len(paths) > 1:
            self._window.notices.show(
                "info",
                f"{len(paths)} files were dropped",
                f"Only {paths[0].name} is looked at. To learn from many pictures, "
                "drop the folder they are in.",
                key="many dropped",
            )

    def offer(self, path: Path) -> None:
        """Look at a path, then offer what can be done with it."""

        def look(_: Progress) -> Recognised:
            return recognise(path)

        self._window.tasks.start(f"Looking at {path.name}", look, self._offer)

    def _offer(self, found: Recognised) -> None:
        text, actions = found.sentence, self._actions(found)
        if found.kind is Kind.MESH and found.path.suffix.lower() in SHOWN:
            self._window.models.open_path(found.path)
            return
        if found.kind is Kind.MESH:
            text += f" Of 3-D files {', '.join(SHOWN)} can be looked at."
        self._window.notices.show(
            "warning" if found.kind is Kind.UNKNOWN else "info",
            found.path.name,
            text,
            actions=actions,
            key=f"drop {found.path}",
        )

    def _actions(self, found: Recognised) -> list[Action]:
        window, path = self._window, found.path
        pictures: dict[str, object] = {"path": str(path)}
        if found.kind in (Kind.IMAGE_FOLDER, Kind.IMAGE_ZIP):
            return [
                Action(
                    f"Train {note(USUAL).title.lower()}",
                    lambda: window.train(USUAL, "folder", pictures),
                ),
                Action("Look at the images", lambda: window.browse("folder", pictures)),
            ]
        if found.kind in (Kind.VIDEO, Kind.VIDEO_FOLDER):
            learner = next((n.id for n in notes() if n.data == CLIPS), USUAL)
            which = "it" if found.kind is Kind.VIDEO else "them"
            return [
                Action(f"Track in {which}", lambda: window.video.open_path(path)),
                Action(f"Train on {which}", lambda: window.train(learner, "video", pictures)),
                Action("Look at the frames", lambda: window.browse("video", pictures)),
            ]
        if found.kind is Kind.RUN:
            folder = path if path.is_dir() else path.parent
            return [Action("Open the run", lambda: window.open_run(str(folder)))]
        if found.kind is Kind.IMAGE:
            return [
                Action("Look at it with the open run", lambda: window.look_at_image(path)),
                Action("Augment it", lambda: window.augment_image(path)),
            ]
        return []


def _paths(data: QMimeData) -> list[Path]:
    """The files of this machine among what is dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
