"""The race that is on: made in a thread, asked a few times a second how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from core.racing.plan import DATA, MOST_LANES, LanePlan
from gui.tasks import Task, Tasks

if TYPE_CHECKING:
    from core.data.imageset import ImageSet
    from core.progress import Progress
    from core.racing.lane import Lane
    from core.racing.race import Race
    from core.runs import RunStore

POLL_MS = 100


class Races(QObject):
    """Holds one race at a time, and the scene it is on."""

    begun = Signal()  # the lanes are there
    moved = Signal()  # something of what is shown may have changed
    told = Signal(str)  # how far the preparing is
    kept = Signal(str)  # the id of a run that a lane was kept as
    problem = Signal(str)

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.race: Race | None = None
        self.data: ImageSet | None = None
        self.data_options: dict[str, Any] = {}
        self._task: Task | None = None
        self._kept: list[str] = []
        self._adding = 0
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)
        tasks.progress.connect(
            lambda task, tick: self.told.emit(f"{tick.what}…") if task is self._task else None
        )

    @property
    def preparing(self) -> bool:
        """Whether the lanes are still to come."""
        return self._task is not None

    @property
    def playing(self) -> bool:
        return self.race is not None and self.race.playing

    def start(self, plans: Sequence[LanePlan], data_options: dict[str, Any], seconds: float,
              seed: int = 0) -> None:  # fmt: skip
        """New lanes on this scene; those that were on are given up."""
        self.end()
        known = self.data if data_options == self.data_options else None
        plans = list(plans)

        def make(progress: Progress) -> tuple[ImageSet, Race]:
            from core.data.sources import load
            from core.racing.lane import Lane, experiment_of
            from core.racing.race import Race

            data = known if known is not None else load(DATA, data_options, progress)
            lanes = []
            for at, plan in enumerate(plans):
                progress.update("Preparing the lanes", at, len(plans))
                experiment = experiment_of(plan, data_options, seed)
                lanes.append(Lane(plan, experiment, data, seconds))
            return data, Race(lanes)

        def there(made: tuple[ImageSet, Race]) -> None:
            data, race = made
            if task is not self._task:
                race.close()
                return
            self._task, self.race = None, race
            self.data, self.data_options = data, data_options
            self._timer.start()
            self.begun.emit()

        def failed(why: str) -> None:
            if task is self._task:
                self._task = None
                self.problem.emit(why)

        task = self._task = self._tasks.start("Preparing the race", make, there, failed)

    def add(self, plan: LanePlan, seconds: float, seed: int = 0) -> None:
        """One more lane on the same scene; it catches up with the others."""
        race, data, options = self.race, self.data, self.data_options
        if race is None or data is None:
            return
        if len(race.lanes) + self._adding >= MOST_LANES:
            self.problem.emit(f"There are {MOST_LANES} lanes already; remove one first.")
            return
        self._adding += 1
        named = plan.named([lane.title for lane in race.lanes])

        def make(_: Progress) -> Lane:
            from core.racing.lane import Lane, experiment_of

            return Lane(named, experiment_of(named, options, seed), data, seconds)

        def there(lane: Lane) -> None:
            self._adding -= 1
            if race is self.race:
                race.add(lane)

        def failed(why: str) -> None:
            self._adding -= 1
            self.problem.emit(why)

        self._tasks.start(f"Preparing {named.title}", make, there, failed)

    def play(self, on: bool) -> None:
        """Go on, or stand still."""
        if self.race is not None:
            self.race.play(on)

    def keep(self, lane: int, store: RunStore) -> None:
        """Keep a lane as a run, as it stands between two steps."""
        race = self.race
        if race is None:
            return

        def write() -> None:
            from core.racing.keep import keep

            self._kept.append(keep(race.lanes[lane], store))

        race.do(write)

    def end(self) -> None:
        """Stop the race and let it go."""
        self._timer.stop()
        if self._task is not None:
            self._tasks.cancel(self._task)
            self._task = None
        if self.race is not None:
            self.race.close()
            self.race = None

    def _poll(self) -> None:
        if self.race is None:
            return
        trouble = self.race.trouble()
        if trouble:
            self.problem.emit(trouble)
        while self._kept:
            self.kept.emit(self._kept.pop(0))
        self.moved.emit()
