"""Files dropped on the window: says what they are and offers what can be done with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from core.data.recognise import Kind, Recognised, recognise
from core.progress import Progress
from gui.widgets.notices import Action

if TYPE_CHECKING:
    from gui.window import Window

LATER = {Kind.VIDEO: "video", Kind.MESH: "3-D"}


class Drops(QObject):
    """Accepts one path at a time; looking at it happens in a thread."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent) and event.type() == QEvent.Type.DragEnter:
            if event.mimeData().hasUrls() and any(u.isLocalFile() for u in event.mimeData().urls()):
                event.acceptProposedAction()
                return True
        elif isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
            if paths:
                event.acceptProposedAction()
                self.offer(paths[0])
                return True
        return super().eventFilter(watched, event)

    def offer(self, path: Path) -> None:
        """Look at a path, then offer what can be done with it."""

        def look(_: Progress) -> Recognised:
            return recognise(path)

        self._window.tasks.start(f"Looking at {path.name}", look, self._offer)

    def _offer(self, found: Recognised) -> None:
        window, path = self._window, found.path
        notices = window.notices
        if found.kind in (Kind.IMAGE_FOLDER, Kind.IMAGE_ZIP):
            notices.show(
                "info",
                found.path.name,
                found.sentence,
                actions=[
                    Action(
                        "Train rotation prediction on it",
                        lambda: window.train("rotation", "folder", {"path": str(path)}),
                    ),
                    Action(
                        "Look at the images", lambda: window.browse("folder", {"path": str(path)})
                    ),
                ],
            )
        elif found.kind is Kind.RUN:
            notices.show(
                "info",
                found.path.name,
                found.sentence,
                actions=[Action("Open the run", lambda: window.open_run(str(path)))],
            )
        elif found.kind is Kind.IMAGE:
            notices.show(
                "info",
                found.path.name,
                found.sentence,
                actions=[
                    Action(
                        "Look at it with the run that is open", lambda: window.look_at_image(path)
                    )
                ],
            )
        elif found.kind in LATER:
            notices.show(
                "info",
                found.path.name,
                f"{found.sentence} No method here learns from {LATER[found.kind]} data yet.",
            )
        else:
            notices.show("warning", found.path.name, found.sentence)
