"""What leaves the page of videos: masks, keypoints, the film with marks, scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.tracking.marks import Marks
from gui.tasks import Task, Tasks
from gui.video.work import Work
from gui.widgets.export import write_whole

if TYPE_CHECKING:
    from core.data.video.clip import Clip
    from core.progress import Progress, Tick

LEAST = 480  # pixels of a film's shorter side; smaller frames are enlarged
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
        """What is known of every frame, by hand or found, but for frames without."""
        work = self._work
        numbers = sorted({*work.given, *work.tracks["left"].found})
        return {frame: work.marks(frame) for frame in numbers}

    def write_masks(self, folder: Path) -> None:
        """One palette PNG a frame, as DAVIS keeps them."""
        known, clip = self.known(), self._work.clip
        if clip is None or all(marks.mask is None for marks in known.values()):
            self.problem.emit(NOTHING)
            return

        def do(progress: Progress) -> str:
            from core.data.video.davis_out import write_masks

            count = write_masks(folder, clip, known, progress)
            return f"{count:,} masks are written to {folder.name}."

        self._start(f"Writing masks to {folder.name}", do)

    def write_points(self, path: Path) -> None:
        """Keypoints as .csv, or as .json after COCO."""
        clip, names = self._work.clip, self._work.names
        if clip is None or not names.points:
            self.problem.emit("There are no keypoints yet. Place one with the keypoint tool.")
            return
        known = {frame: Marks(points=self._work.points(frame)) for frame in self.known()}

        def do(_: Progress) -> str:
            from core.data.video import davis_out

            if path.suffix.lower() == ".json":
                text = davis_out.keypoints_json(clip, known, names.points, names.bones)
            else:
                text = davis_out.keypoints_csv(clip, known, names.points)
            write_whole(path, text.encode())
            return f"{path.name} is written."

        self._start(f"Writing {path.name}", do)

    def write_film(
        self, path: Path, colours: Sequence[str], opacity: float, outline: bool, trail: int
    ) -> None:
        """The clip with everything laid over it, small frames enlarged."""
        known, clip, bones = self.known(), self._work.clip, self._work.names.bones
        if clip is None or not known:
            self.problem.emit(NOTHING)
            return

        def do(progress: Progress) -> str:
            from core.data.video.davis_out import overlaid
            from core.videos import write_video

            large, marks = enlarged(clip, known)
            shown = overlaid(large, marks, opacity, outline, trail, bones, colours)
            write_video(path, shown, clip.fps, progress, len(clip))
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


def enlarged(clip: Clip, marks: Mapping[int, Marks]) -> tuple[Clip, dict[int, Marks]]:
    """A clip whose shorter side has LEAST pixels or more, by whole numbers, with its marks."""
    times = -(-LEAST // min(clip.size))
    if times == 1:
        return clip, dict(marks)
    made = {}
    for frame, one in marks.items():
        mask = None if one.mask is None else one.mask.repeat(times, 0).repeat(times, 1)
        points = None if one.points is None else (one.points + 0.5) * times - 0.5
        made[frame] = Marks(mask, points)
    return replace(clip, frames=clip.frames.repeat(times, axis=1).repeat(times, axis=2)), made
