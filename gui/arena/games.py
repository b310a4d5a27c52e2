"""The games that are on: made in a thread, asked a few times a second how they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from core.arena.matches import MOST_LANES, LanePlan
from gui.tasks import Tasks

if TYPE_CHECKING:
    from core.arena.arena import Arena
    from core.progress import Progress

POLL_MS = 100
METHOD, DATA = "gan", "mixtures"


class Games(QObject):
    """Holds one arena at a time."""

    begun = Signal()  # the lanes are there
    moved = Signal()  # something of what is shown may have changed
    problem = Signal(str)

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.arena: Arena | None = None
        self.preparing = False
        self.seed = 0
        self._wanted = 0  # how often games were asked for: only the last are kept
        self._said = ""
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)

    def start(
        self,
        plans: Sequence[LanePlan],
        kind: str,
        file: str = "",
        seed: int = 0,
        play: bool = False,
    ) -> None:
        """New games on these points; those that were on are given up."""
        self.end()
        self._wanted += 1
        wanted, clock = self._wanted, self.clock
        self.preparing, self.seed = True, seed

        def make(progress: Progress) -> Arena:
            from core.arena.arena import Arena
            from core.arena.lane import Lane
            from core.data.sources import load
            from core.experiment import Experiment

            values = {"kind": kind, **({"file": file} if file else {})}
            data = load(DATA, values, progress)
            recipe = {"data_options": values, "seed": seed}
            lanes = [
                Lane(p.title, Experiment(METHOD, DATA, dict(p.options), **recipe), data)
                for p in plans
            ]
            return Arena(lanes, clock)

        def there(arena: Arena) -> None:
            if wanted != self._wanted:
                arena.close()
                return
            self.preparing, self.arena = False, arena
            self._timer.start()
            arena.play(play)
            self.begun.emit()

        def failed(why: str) -> None:
            self.preparing = False
            self.problem.emit(why)

        self._tasks.start("Preparing the games", make, there, failed)

    clock = "steps"

    def set_clock(self, clock: str) -> None:
        """Compare after as many steps, or after as many seconds of work."""
        self.clock = clock
        if self.arena is not None:
            self.arena.clock = clock
            self.arena.look(None)

    @property
    def playing(self) -> bool:
        return self.arena is not None and self.arena.playing

    def play(self, on: bool) -> None:
        """Go on, or stand still."""
        if self.arena is not None:
            self.arena.play(on)

    def step_once(self, player: str = "") -> None:
        """One step of all lanes, or of one player of theirs."""
        if self.arena is not None:
            self.arena.step_once(player)

    def roll_back(self, at: float) -> None:
        """All lanes stand again where they stood then."""
        if self.arena is not None:
            self.arena.play(False)
            self.arena.roll_back(at)

    def branch(self, lane: int, title: str, at: float, options: Mapping[str, Any]) -> None:
        """One more lane out of a lane's past."""
        if self.arena is None:
            return
        if len(self.arena.lanes) >= MOST_LANES:
            self.problem.emit(f"There are {MOST_LANES} games already; remove one first.")
            return
        self.arena.branch(lane, title, at, options)

    def end(self) -> None:
        """Stop the games and let them go."""
        self._timer.stop()
        self._wanted += 1
        if self.arena is not None:
            self.arena.close()
            self.arena = None

    def _poll(self) -> None:
        if self.arena is None:
            return
        if self.arena.error:
            said, self.arena.error = self.arena.error, ""
            if said != self._said:
                self.problem.emit(said)
            self._said = said
        self.moved.emit()
