"""All runs that are open in the window, and the one timer that drains their mailboxes."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from core.config import ConfigError
from core.data.imageset import DataError
from core.device import rehearse
from core.memory import give_back_memory
from core.registry import NoteError, UnknownMethod
from core.runs import RunError, RunStore
from gui.session import Session

if TYPE_CHECKING:
    from core.experiment import Experiment

DRAIN_MS = 33
GIVE_BACK_MS = 200  # after a run is closed; its widgets go when the event loop comes to it
ROWS_EVERY = 6  # drains: numbers may be a fifth of a second old, news may not


class Laboratory(QObject):
    """Opens, trains and closes runs.

    What is heavy is imported in a thread after the start: `also`, then the engine and torch.
    """

    opened = Signal(object)  # Session
    closed = Signal(object)
    runs_changed = Signal()  # on the disk
    warm = Signal()  # torch and the engine are imported
    failed = Signal(str)  # what was asked cannot be done, in words

    def __init__(
        self, store: RunStore, parent: QObject | None = None, also: Sequence[str] = ()
    ) -> None:
        super().__init__(parent)
        self._heavy = (*also, "core.engine", "core.observer")
        self.store = self._usual_store = store
        self.sessions: list[Session] = []
        self.autosave, self.threads, self.judged = 30.0, 0, True
        self._is_warm = False
        self._drains = 0
        self._when_warm: list[Callable[[], None]] = []
        self._warmer = threading.Thread(target=self._import_heavy, name="warm-up", daemon=False)
        self._timer = QTimer(self, interval=DRAIN_MS)
        self._timer.timeout.connect(self._drain)

    def start(self) -> None:
        """Begin to warm up and to drain."""
        self._warmer.start()
        self._timer.start()

    @property
    def is_warm(self) -> bool:
        return self._is_warm

    def when_warm(self, do: Callable[[], None]) -> None:
        """Do it now, or as soon as the engine is imported; in the window's thread."""
        if self._is_warm:
            self._try(do)
        else:
            self._when_warm.append(do)

    def _try(self, do: Callable[[], None]) -> None:
        try:
            do()
        except (RunError, ConfigError, DataError, UnknownMethod, NoteError, OSError) as error:
            self.failed.emit(str(error))

    def _import_heavy(self) -> None:
        for module in self._heavy:
            importlib.import_module(module)
        rehearse()

    # --- runs -------------------------------------------------------------------------------------

    def prepare(self, make: Callable[[], Experiment]) -> None:
        """Open an experiment without training it, so that its options can be set."""
        self.when_warm(lambda: self.opened.emit(self._add(make())))

    def train(self, make: Callable[[], Experiment]) -> None:
        """Train a new run of the experiment that `make` returns (called when torch is there)."""

        def begin() -> None:
            session = self._add(make())
            self.opened.emit(session)
            session.train()

        self.when_warm(begin)

    def open(self, id: str) -> None:
        """Show a run of the store; it may be in training elsewhere."""
        for session in self.sessions:
            if session.run is not None and session.run.id == id:
                self.opened.emit(session)
                return

        def begin() -> None:
            from core.experiment import from_run

            run = self.store.open(id)
            session = self._add(from_run(run))
            session.view(run)
            self.opened.emit(session)

        self.when_warm(begin)

    def prefer(self, autosave: float, threads: int, runs_folder: str) -> None:
        """How runs begun from now on are kept, and how many threads they take."""
        self.autosave, self.threads = autosave, threads
        self.store = RunStore(Path(runs_folder).expanduser()) if runs_folder else self._usual_store
        self.runs_changed.emit()

    def resume(self, session: Session, more: dict[str, Any] | None = None) -> None:
        """Go on with a session's run; raises RunBusy when another process trains it."""
        assert session.run is not None
        run = self.store.open(session.run.id, write=True)
        session.train(run, more=more)

    def busy(self) -> Session | None:
        """The session that trains now, if any."""
        return next(
            (s for s in self.sessions if s.training and s.state in ("training", "preparing")), None
        )

    def close(self, session: Session) -> None:
        """End a session's threads and forget it; its run stays on the disk."""
        session.close()
        self.sessions.remove(session)
        self.closed.emit(session)
        session.deleteLater()
        QTimer.singleShot(GIVE_BACK_MS, give_back_memory)

    def shut_down(self, wait: float = 5.0) -> bool:
        """Stop everything before the window goes; True when every thread has ended."""
        self._timer.stop()
        for session in self.sessions:
            if session.engine is not None:
                session.engine.stop()
        ended = all([session.close(wait) for session in self.sessions])
        if self._warmer.ident is not None:
            self._warmer.join()
        return ended

    def _add(self, experiment: Experiment) -> Session:
        if experiment.threads == 0:
            experiment = replace(experiment, threads=self.threads)
        session = Session(experiment, self.store, self)
        session.autosave, session.judged = self.autosave, self.judged
        session.run_ready.connect(self.runs_changed)
        session.state_changed.connect(self._state_changed)
        self.sessions.append(session)
        return session

    def _state_changed(self, state: str, _: str) -> None:
        if state in ("finished", "stopped", "failed"):
            self.runs_changed.emit()

    def _drain(self) -> None:
        if not self._is_warm and not self._warmer.is_alive():
            self._is_warm = True
            self.warm.emit()
            waiting, self._when_warm = self._when_warm, []
            for do in waiting:
                self._try(do)
        self._drains += 1
        for session in list(self.sessions):
            session.drain(rows=self._drains % ROWS_EVERY == 0)
