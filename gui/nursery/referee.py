"""Who judges the samples of a run: its data and the small classifier trained on them, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from core.progress import Progress, Tick
from gui.session import Session
from gui.tasks import Task, Tasks
from gui.widgets.numbers import duration

if TYPE_CHECKING:
    from core.data.imageset import ImageSet
    from core.generative.judging import Bench

State = Literal["unknown", "preparing", "untrained", "training", "ready", "impossible"]


class Referee(QObject):
    """Shared by the panels of a desk. It is trained only when a person says so."""

    changed = Signal()
    told = Signal(object)  # core.progress.Tick

    def __init__(self, session: Session, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._tasks = session, tasks
        self._task: Task | None = None
        self._data: ImageSet | None = None
        self.state: State = "unknown"
        self.bench: Bench | None = None
        self.seconds = 0.0  # that training takes, about
        self.reason = ""  # why there is none
        tasks.progress.connect(self._tell)

    def words(self) -> str:
        """How things stand, in a sentence."""
        if self.bench is not None:
            return f"on features of {self.bench.judge}"
        return {
            "unknown": "The data have not been looked at yet.",
            "preparing": "The data are being read.",
            "untrained": "Scores need a small classifier of the same data. Training it takes about "
            f"{duration(self.seconds)}, once; it is kept.",
            "training": "The classifier is being trained.",
        }.get(self.state, self.reason)

    def prepare(self) -> None:
        """Read the data, and the classifier where it was trained before."""
        if self.state != "unknown" or self._session.run is None:
            return
        run = self._session.run

        def work(progress: Progress) -> tuple[ImageSet, Bench | None, float]:
            from core import experiment as experiments
            from core.device import use_threads
            from core.evaluate.generative.classifier import kept_judge, seconds_to_train
            from core.generative.judging import bench_of

            use_threads(1)
            data = experiments.load_data(experiments.from_run(run), progress)
            judge = kept_judge(data)
            if judge is None:
                return data, None, seconds_to_train(data)
            return data, bench_of(data, judge, progress), 0.0

        self._begin("preparing", "Reading what judges samples", work)

    def train(self) -> None:
        """Train the classifier; `cancel` ends that."""
        data = self._data
        if self.state != "untrained" or data is None:
            return

        def work(progress: Progress) -> tuple[ImageSet, Bench | None, float]:
            from core.device import use_threads
            from core.evaluate.generative.classifier import judge_of
            from core.generative.judging import bench_of

            use_threads(1)
            return data, bench_of(data, judge_of(data, progress), progress), 0.0

        self._begin("training", "Training the classifier that judges", work)

    def cancel(self) -> None:
        """End what goes on."""
        if self._task is not None:
            self._tasks.cancel(self._task)

    def _begin(self, state: State, title: str, work: object) -> None:
        self.state = state
        self._task = self._tasks.start(title, work, self._found, self._failed)  # type: ignore[arg-type]
        self.changed.emit()

    def _found(self, found: tuple[ImageSet, Bench | None, float]) -> None:
        self._task = None
        self._data, self.bench, self.seconds = found
        self.state = "ready" if self.bench is not None else "untrained"
        self.changed.emit()

    def _failed(self, why: str) -> None:
        trained = self.state == "training"
        self._task, self.reason = None, why
        self.state = "untrained" if trained else "impossible"
        self.changed.emit()

    def _tell(self, task: Task, tick: Tick) -> None:
        if task is self._task:
            self.told.emit(tick)
