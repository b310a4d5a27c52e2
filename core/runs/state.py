"""How far a run is: a small file replaced whole, once a second unless the status changes."""

from __future__ import annotations

import dataclasses
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.runs.document import read_document, write_document
from core.runs.errors import RunDamaged
from core.runs.lock import Holder, holder_of, this_process

NAME = "state.json"
STATUSES = ("preparing", "training", "paused", "stopped", "finished", "failed", "interrupted")
ACTIVE = ("preparing", "training", "paused")  # a process should be writing the run
_EVERY = 1.0  # seconds
_FRESH = 120.0  # seconds that a heartbeat from another host counts


@dataclass(frozen=True)
class RunState:
    """The content of `state.json`; `seconds` trained, `heartbeat` in seconds since 1970."""

    status: str = "preparing"
    step: int = 0
    steps: int = 0
    seconds: float = 0.0
    pid: int = 0
    host: str = ""
    boot: str = ""
    heartbeat: float = 0.0
    message: str = ""

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"status {self.status!r} is not one of {', '.join(STATUSES)}")


def read_state(folder: Path) -> RunState:
    """The state in the file; one that is damaged says only that the run was interrupted."""
    try:
        return _parse(read_document(folder / NAME))
    except RunDamaged as error:
        return RunState(status="interrupted", message=str(error))


def without_writer(state: RunState) -> RunState:
    """What the state means once nobody writes the run any more."""
    return dataclasses.replace(state, status="interrupted") if state.status in ACTIVE else state


def writer_of(folder: Path, state: RunState) -> Holder | None:
    """Who writes the run now, by this machine's lock or by another host's heartbeat."""
    return holder_of(folder) or heartbeat_elsewhere(state)


def heartbeat_elsewhere(state: RunState) -> Holder | None:
    """The writer on another host whose heartbeat is not older than two minutes, if there is one."""
    elsewhere = state.host != this_process().host
    if elsewhere and state.status in ACTIVE and abs(time.time() - state.heartbeat) < _FRESH:
        return Holder(state.pid, state.host, state.boot, state.heartbeat)
    return None


class StateFile:
    """The writer's side: the state in memory is always right, the disk follows.

    A disk that refuses does not stop whoever only wants to say that the disk is full: the write is
    tried again at the next change.
    """

    def __init__(self, folder: Path, state: RunState, holder: Holder) -> None:
        self._path = folder / NAME
        self._lock = threading.Lock()
        self._written = -_EVERY
        self._owed = False  # a change of status that is not on the disk yet
        self.state = dataclasses.replace(
            state, pid=holder.pid, host=holder.host, boot=holder.boot, heartbeat=time.time()
        )

    def set(self, **changes: Any) -> None:
        """Change fields of the state; written now if status or message changed, else by the second.

        Called without changes it is a heartbeat. Raises TypeError for an unknown field.
        """
        with self._lock:
            old = self.state
            self.state = dataclasses.replace(old, **changes, heartbeat=time.time())
            told = (old.status, old.message) != (self.state.status, self.state.message)
            self._owed = self._owed or told
            if told or time.monotonic() - self._written >= _EVERY:
                self._write(durable=self._owed)

    def flush(self) -> None:
        """Put the state on the disk now."""
        with self._lock:
            self._write(durable=True)

    def _write(self, durable: bool) -> None:
        self._written = time.monotonic()
        try:
            write_document(self._path, dataclasses.asdict(self.state), durable)
        except OSError:
            return
        self._owed = False


def _parse(found: dict[str, Any]) -> RunState:
    allowed: dict[str, type | tuple[type, ...]] = {"str": str, "int": int, "float": (int, float)}
    values: dict[str, Any] = {}
    for field in dataclasses.fields(RunState):
        value = found.get(field.name)
        if not isinstance(value, allowed[str(field.type)]) or isinstance(value, bool):
            raise RunDamaged(f"{NAME} is damaged: {field.name} is {value!r}")
        values[field.name] = value
    try:
        return RunState(**values)
    except ValueError as error:
        raise RunDamaged(f"{NAME} is damaged: {error}") from None
