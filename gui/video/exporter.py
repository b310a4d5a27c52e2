"""What leaves the page of videos: masks, keypoints, the film with marks, scores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.tracking.marks import Marks
from gui.tasks import Task, Tasks
from gui.video.film import Look, overlaid
from gui.video.work import Work

if TYPE_CHECKING:
    from core.progress import Progress, Tick

NOTHING = "Nothing is marked or found yet. Paint an object and propagate, then export."


class VideoExporter(QObject):
    """Writes beside the window, files whole or not at all."""

    began = Signal(str)
    told = Signal(object)  # Tick
    done = Signal(str)
    ended = Signal()
    problem = Signal(str)

    def __init__(self, work: Work, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work, self._tasks = work, tasks
        self._task: Task | None = None
        tasks.progress.connect(self._tell)

    def known(self) -> dict[int, Marks]:
        """What is known of every frame, by hand or found; frames of which nothing is are left out."""
        work = self._work
        numbers = sorted({*work.given, *work.tracks["left"].found})
        return {frame: work.marks(frame) for frame in numbers}

    def write_masks(self, folder: Path) -> None:
        """One palette PNG a frame, as DAVIS keeps them."""
        known, clip = self.known(), self._work.clip
        masks = {frame: marks.mask for frame, marks in known.items() if marks.mask is not None}
        if clip is None or not masks:
            self.problem.emit(NOTHING)
            return

        def do(progress: Progress) -> str:
            from core.data.video import write_masks

            write_masks(folder, masks, clip.names, progress)
            return f"{len(masks):,} masks are written to {folder.name}."

        self._start(f"Writing masks to {folder.name}", do)

    def write_points(self, path: Path) -> None:
        """Keypoints as .csv, or as .json after COCO."""
        known, clip, names = self.known(), self._work.clip, self._work.names
        if clip is None or not names.points:
            self.problem.emit("There are no keypoints yet. Place one with the keypoint tool.")
            return
        points = {frame: self._work.points(frame) for frame in known}

        def do(progress: Progress) -> str:
            from core.data.video import write_keypoints

            write_keypoints(path, points, names.points, names.bones, clip)
            return f"{path.name} is written."

        self._start(f"Writing {path.name}", do)

    def write_film(self, path: Path, look: Look, fps: float) -> None:
        """The clip with everything laid over it."""
        work = self._work
        if work.clip is None or not self.known():
            self.problem.emit(NOTHING)
            return
        frames = work.clip.frames
        marks = {frame: work.marks(frame) for frame in range(len(frames))}

        def do(progress: Progress) -> str:
            from core.videos import write_video

            shown = overlaid(frames, marks.__getitem__, look)
            write_video(path, shown, fps, progress, len(frames))
            return f"{path.name} is written."

        self._start(f"Writing {path.name}", do)

    def _start(self, title: str, do: Callable[[Progress], str]) -> None:
        if self._task is not None:
            self.problem.emit("Something is being written; wait until it is done, or stop it.")
            return

        def done(words: str) -> None:
            self._task = None
            self.ended.emit()
            self.done.emit(words)

        def failed(why: str) -> None:
            self._task = None
            self.ended.emit()
            if why != "Cancelled.":
                self.problem.emit(why)

        self.began.emit(title)
        self._task = self._tasks.start(title, do, done, failed)

    def stop(self) -> None:
        """Give up what is being written."""
        if self._task is not None:
            self._tasks.cancel(self._task)

    def _tell(self, task: Task, tick: Tick) -> None:
        if task is self._task:
            self.told.emit(tick)
