"""One run in the window: the bridge between its threads and the widgets that show it.

Numbers come out of the engine's mailbox and answers out of the observer; `Laboratory` drains both
with its one timer, so every signal here is emitted in the window's thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from core.mailbox import Event
from core.probe import Probe, load_probe
from core.registry import Note, note
from core.runs import Run, RunStore
from gui.selection import Selection
from gui.shelf import Shelf

if TYPE_CHECKING:
    import numpy as np

    from core.engine import Engine
    from core.experiment import Experiment
    from core.observer import Answer, Observer, Question

DEFAULT_PICTURES = 8


class Session(QObject):
    """What the panels of one run share: its state, its step on the timeline, its pictures."""

    rows = Signal(list)  # of core.mailbox.Row, as they come
    state_changed = Signal(str, str)  # state, message
    progress = Signal(object)  # core.progress.Tick, while it is prepared
    run_ready = Signal()  # there is a run folder, a probe and an observer now
    snapshot_added = Signal(int)
    happened = Signal(object)  # core.mailbox.Event: what else the engine tells
    step_changed = Signal(object)  # the timeline's step, or None for the newest
    pictures_changed = Signal()  # other pictures of the probe are looked at
    picked = Signal(int)  # a picture of the probe was chosen somewhere
    hovered = Signal(int)  # ... or is under the mouse; -1: none
    _answered = Signal()  # from the observer's thread: an answer that is not to wait for the timer

    def __init__(
        self, experiment: Experiment, store: RunStore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.experiment = experiment
        self.store = store
        self.state, self.message = "idle", ""
        self.judged = True  # kNN and a linear probe now and then while training
        self.autosave = 30.0  # seconds between two checkpoints while training
        self.step: int | None = None
        self.pictures: list[int] = []
        self.own_pictures: np.ndarray | None = None
        self.selection = Selection(parent=self)  # of the probe's pictures, on the map or elsewhere
        self.shelf = Shelf(parent=self)  # latents that panels hand to each other
        self._beside: dict[str, list[Session]] = {}  # runs beside this one, by the panel's key
        self.run: Run | None = None
        self.probe: Probe | None = None
        self.engine: Engine | None = None
        self._observer: Observer | None = None
        self._answers: deque[tuple[Callable[[Answer], None], Answer]] = deque()
        self._answered.connect(self._hand_out)

    @property
    def note(self) -> Note:
        return note(self.experiment.method)

    @property
    def training(self) -> bool:
        """Whether an engine of this process works on the run (paused ones too)."""
        return self.engine is not None and self.engine.alive

    # --- beginning --------------------------------------------------------------------------------

    def train(
        self, run: Run | None = None, paused: bool = False, more: dict[str, Any] | None = None
    ) -> None:
        """Train a new run, or go on with one that was opened for writing."""
        from core.engine import Engine

        if self._observer is not None:  # it looked at the folder; now it looks at the training
            self._observer.close()
            self._observer = None
        self.engine = Engine(
            self.experiment, self.store, run, autosave_seconds=self.autosave, judged=self.judged
        )
        for name, value in (more or {}).items():
            self.engine.change(name, value)
        self.engine.start(paused)
        self._set_state("preparing", "")

    def view(self, run: Run) -> None:
        """Show a run as it lies on the disk."""
        self._adopt(run)
        self._set_state(run.state.status, run.state.message)

    def _adopt(self, run: Run) -> None:
        from core.observer import Observer

        self.run = run
        self.probe = load_probe(run.path)
        if not self.pictures:
            self.pictures = self.probe.first_of_each_class(DEFAULT_PICTURES)
        self._observer = Observer(run, self.engine.showcase if self.engine else None)
        self.run_ready.emit()

    def put_beside(self, panel: str, ids: Sequence[str]) -> list[Session]:
        """Open other runs of the store to stand beside this one in the panel of that key.

        Those it had and that are not named any more are let go of. Raises RunError.
        """
        from core.experiment import from_run

        had = {s.run.id: s for s in self._beside.pop(panel, []) if s.run is not None}
        kept = self._beside.setdefault(panel, [])
        try:
            for id in ids:
                if id not in had:
                    run = self.store.open(id)
                    had[id] = Session(from_run(run), self.store, self)
                    had[id].view(run)
                kept.append(had.pop(id))
        finally:
            for gone in had.values():
                gone.close()
                gone.deleteLater()
        return list(kept)

    def nearest(self, step: int | None) -> int | None:
        """The step of this run's snapshot nearest to a step of another; None for the newest."""
        if step is None or self.run is None:
            return None
        return min(self.run.snapshots(), key=lambda s: abs(s - step), default=None)

    def comparable(self, ability: str = "") -> list[tuple[str, str]]:
        """Runs on the same pictures as this one, of methods with an ability: (id, title)."""
        mine = self.run
        if mine is None:
            return []
        return [
            (run.id, f"{run.info.title}, step {run.step:,} ({run.id[9:15]})")
            for run in self.store.list()
            if run.info is not None
            and not run.problem
            and run.id != mine.id
            and run.info.fingerprint == mine.info.fingerprint
            and (not ability or has_ability(run.info.method, ability))
        ]

    # --- looking ----------------------------------------------------------------------------------

    def ask(
        self,
        key: str,
        question: Question,
        answer: Callable[[Answer], None],
        indices: Sequence[int] | None = None,
        step: int | None = None,
        everywhere: bool = False,
        prompt: bool = False,
    ) -> bool:
        """Put a question about the chosen pictures (or `indices`), the person's own before them,
        or with `everywhere` the whole probe, at the timeline's step (or `step`). A `prompt` answer
        comes at once, others with the timer. False: there is nothing to ask yet.
        """
        if self._observer is None:
            return False
        chosen: Sequence[int] = [] if everywhere else self.pictures if indices is None else indices
        own = None if everywhere else self.own_pictures

        def deliver(found: Answer) -> None:
            self._answers.append((answer, found))
            if prompt:
                self._answered.emit()

        self._observer.ask(key, question, deliver, self.step if step is None else step, chosen, own)
        return True

    def is_waited_for(self) -> bool:
        """Whether somebody waits for an answer; for a long one to ask, which may go on later."""
        observer = self._observer
        return observer is not None and observer.waited_for

    def go_to(self, step: int | None) -> None:
        """Move the timeline: every visible panel shows that step."""
        if step != self.step:
            self.step = step
            self.step_changed.emit(step)

    def look_at(self, indices: Sequence[int], own: np.ndarray | None = None) -> None:
        """Choose the pictures that panels show."""
        self.pictures, self.own_pictures = list(indices), own
        self.pictures_changed.emit()

    # --- draining ---------------------------------------------------------------------------------

    def drain(self, rows: bool = True) -> None:
        """Hand on what came since the last time. Called by the laboratory's timer.

        Rows wait for a call that wants them, or for an event: what it tells comes after them.
        """
        if self.engine is not None and (rows or self.engine.mailbox.has_news):
            mail = self.engine.mailbox.drain()
            for event in mail.events:
                self._take(event)
            if mail.rows:
                self.rows.emit(mail.rows)
        self._hand_out()
        for other in [session for shown in self._beside.values() for session in shown]:
            other.drain(rows)

    def _hand_out(self) -> None:
        for _ in range(len(self._answers)):
            answer, found = self._answers.popleft()
            answer(found)

    def _take(self, event: Event) -> None:
        facts = event.facts
        if event.kind == "state":
            self._set_state(facts["state"], facts["message"])
        elif event.kind == "progress":
            self.progress.emit(facts["tick"])
        elif event.kind == "run" or (event.kind == "device" and self._observer is None):
            if self.engine is not None and self.engine.run is not None:
                self.experiment = self.engine.experiment
                self._adopt(self.engine.run)
        elif event.kind == "snapshot":
            self.snapshot_added.emit(facts["step"])
        self.happened.emit(event)

    def _set_state(self, state: str, message: str) -> None:
        self.state, self.message = state, message
        self.state_changed.emit(state, message)

    # --- ending -----------------------------------------------------------------------------------

    def close(self, wait: float = 5.0) -> bool:
        """Stop training after the step in hand, save, end the threads. True when all have ended."""
        ended = self.engine.stop(wait) if self.engine is not None else True
        if self._observer is not None:
            self._observer.close()
            self._observer = None
        for panel in list(self._beside):
            self.put_beside(panel, [])
        return ended


def has_ability(method: str, ability: str) -> bool:
    """Whether a method of that id is there and has the ability."""
    from core.abilities import abilities_of
    from core.registry import UnknownMethod, method_class

    try:
        return ability in abilities_of(method_class(method))
    except UnknownMethod:  # a run that was made elsewhere
        return False
