"""The commands of the menu "Video": they are meant for the page of videos."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gui.pages.video import VideoPage
    from gui.window import Window

FILMS = "Films (*.mp4 *.mov *.mkv *.webm *.avi *.m4v *.mpg *.gif);;All files (*)"
SAVED_FILMS = "Film (*.mp4);;Animation (*.gif)"
POINTS = "Table (*.csv);;COCO (*.json)"
TOOLS = ("look", "brush", "eraser", "polygon", "grow", "fill", "point", "move")
NEEDS = ("video.forward", "video.backward", "video.both", "video.stop", "video.own", "video.undo",
         "video.redo", "video.forget", "video.clear", "video.skeleton", "video.mode",
         "video.beside", "video.doubtful", "video.lost", "video.masks", "video.points",
         "video.film", "video.scores", "video.picture", "video.whole",
         *(f"video.{tool}" for tool in TOOLS))  # fmt: skip


class Video(QObject):
    """Binds the commands; all but those that open and train are off on other pages."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        bind = window.commands.bind
        bind("video.open", self.open_film)
        bind("video.folder", self.open_folder)
        bind("video.embedded", self.open_embedded)
        bind("video.train", lambda: window.train("video_colorization", "clips"))
        for way in ("forward", "backward", "both"):
            self._bind(way, lambda page, w=way: page.propagate(w))
        for tool in TOOLS:
            self._bind(tool, lambda page, t=tool: page.hand.set_tool(t))
        self._bind("stop", lambda page: page.stop())
        self._bind("own", lambda page: page.train_on_clip())
        self._bind("undo", lambda page: page.work.undo.undo())
        self._bind("redo", lambda page: page.work.undo.redo())
        self._bind("forget", lambda page: page.work.forget(page.work.at))
        self._bind("clear", lambda page: page.work.clear())
        self._bind("skeleton", lambda page: page.ask_skeleton())
        self._bind("mode", lambda page: page.tools.next_mode())
        self._bind("beside", lambda page: page.tools.buttons["beside"].toggle())
        self._bind("doubtful", lambda page: page.go_doubtful())
        self._bind("lost", lambda page: page.go_lost())
        self._bind("whole", lambda page: page.canvas.reset_view())
        self._bind("picture", lambda page: page.canvas.ask_and_save())
        self._bind("masks", self._export_masks)
        self._bind("points", self._export_points)
        self._bind("film", self._export_film)
        self._bind("scores", self._export_scores)
        window.rooms.currentChanged.connect(self.refresh)
        self.refresh()

    def _bind(self, name: str, do: Callable[[VideoPage], object]) -> None:
        self._window.commands.bind(f"video.{name}", lambda: do(self._window.rooms.video()))

    def refresh(self, *_: object) -> None:
        """Allow what can be done now."""
        on = self._window.page == "video"
        for id in NEEDS:
            self._window.commands.enable(id, on)

    # --- opening ----------------------------------------------------------------------------------

    def open_film(self) -> None:
        """Ask for a film of the person's own."""
        path = self._window.actions_of_window.choosers.file("Open a film", FILMS)
        if path:
            self.open_path(Path(path))

    def open_folder(self) -> None:
        """Ask for a folder of frames, or a sequence of DAVIS."""
        path = self._window.actions_of_window.choosers.folder("Open a folder of frames")
        if path:
            self.open_path(Path(path))

    def open_path(self, path: Path) -> None:
        """Track in a film or a folder of frames."""
        page = self._window.rooms.video()
        page.open_path(path)
        self._window.go("video")

    def open_embedded(self) -> None:
        """The next of the painted clips."""
        page, here = self._window.rooms.video(), self._window.page == "video"
        if here:
            page.steps.number.stepUp()
        self._window.go("video")

    # --- writing ----------------------------------------------------------------------------------

    def _export_masks(self, page: VideoPage) -> None:
        path = self._window.actions_of_window.choosers.folder("A folder for the masks")
        if path:
            page.exporter.write_masks(Path(path))

    def _export_points(self, page: VideoPage) -> None:
        path = self._file("Export the keypoints", "keypoints.csv", POINTS)
        if path:
            page.exporter.write_points(path)

    def _export_film(self, page: VideoPage) -> None:
        path = self._file("Export the film", "overlay.mp4", SAVED_FILMS)
        if path:
            page.export_film(path)

    def _export_scores(self, page: VideoPage) -> None:
        if not page.curves.lines:
            page.problem.emit("There are no scores: they need a clip whose truth is known, "
                              "followed by a network.")  # fmt: skip
            return
        path = self._file("Export the scores", "scores.csv", "Table (*.csv)")
        if path:
            page.export_scores(path)

    def _file(self, title: str, name: str, kinds: str) -> Path | None:
        path = self._window.actions_of_window.choosers.new_file(title, name, kinds)
        return Path(path) if path else None
