"""One run folder, open for reading or for writing.

The training thread, a writer thread and the window may use one `Run` at once: rows, events, state
and the folders of tensors have each their own lock, so a checkpoint being written never holds up a
row. What must not be lost raises when the disk refuses (`append`, `resume_from`, everything called
`save_`); `set_state`, `event` and `log` never do, so that a run that fails for want of space can
still say so.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.runs import disk, results
from core.runs.document import read_document, write_document
from core.runs.errors import RunBusy, RunError, saving
from core.runs.events import EventLog, read_events
from core.runs.info import CONFIG, check_format, read_info, write_form
from core.runs.info import NAME as RUN
from core.runs.lines import LineWriter
from core.runs.lock import RunLock
from core.runs.metrics import ColumnReader, Columns, resume_row, row_of
from core.runs.state import (
    RunState,
    StateFile,
    heartbeat_elsewhere,
    read_state,
    without_writer,
    writer_of,
)
from core.runs.tensors import Tensors
from core.runs.weights import Checkpoint, Weights

METRICS, EVENTS, LOG = "metrics.jsonl", "events.jsonl", "log.txt"
FOLDERS = ("snapshots", "checkpoints", results.EVALUATIONS, results.PICTURES)


class Run:
    """A run. Open one with `RunStore.create` or `RunStore.open`; close it, or use it in `with`."""

    def __init__(self, path: Path) -> None:
        """Open a run folder to look at; raises RunDamaged."""
        self.path = path
        self.info = read_info(path)
        self.config = read_config(path)
        self._lock: RunLock | None = None
        self._columns = ColumnReader(path / METRICS)
        self._weights = Weights(path)

    def start_writing(self, lock: RunLock, state: RunState) -> None:
        """Become the writer, from a state on, with a lock that is held; raises RunError."""
        for folder in (self.path, *(self.path / name for name in FOLDERS)):
            disk.remove_temporaries(folder)
        self._metrics = LineWriter(self.path / METRICS)
        try:
            self._events = EventLog(self.path / EVENTS)
        except BaseException:
            self._metrics.close()
            raise
        self._state = StateFile(self.path, state, lock.holder)
        self._state.flush()
        self._lock = lock

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # What it is and how far it is

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def read_only(self) -> bool:
        """Whether it was opened to be looked at, or was closed."""
        return self._lock is None

    @property
    def state(self) -> RunState:
        """The state: the writer's own, otherwise what the disk says now."""
        if self._lock is not None:
            return self._state.state
        state = read_state(self.path)
        return state if writer_of(self.path, state) else without_writer(state)

    def set_state(self, **changes: Any) -> None:
        """Change fields of the state. Call it at least once a second; it writes no oftener.

        A change of status or message is written at once. A refusing disk is tried again later.
        Without changes it is a heartbeat. Raises TypeError for an unknown field.
        """
        self._check_writing()
        self._state.set(**changes)

    def rename(self, title: str) -> None:
        """Give the run another title; raises RunError."""
        self._check_writing()
        info = dataclasses.replace(self.info, title=title)
        with saving(RUN, self.path):
            write_document(self.path / RUN, write_form(info))
        self.info = info

    def size_on_disk(self) -> int:
        """Bytes of all files of the run."""
        return disk.size_of(self.path)

    def close(self) -> None:
        """Write what is owed and let the run go; does nothing the second time."""
        lock, self._lock = self._lock, None
        if lock is None:
            return
        with self._weights.writing:  # a checkpoint being written is finished first
            self._events.close()
            self._metrics.close()
            self._state.flush()
            lock.release()

    # Numbers and words

    def append(self, step: int, scalars: dict[str, float]) -> None:
        """Add the scalars of a step; raises RunFull or RunError, and then it may be tried again."""
        self._check_writing()
        self._metrics.append(row_of(step, scalars))

    def metrics(self) -> Columns:
        """Steps and values of every scalar, without what a resume gave up; raises RunDamaged."""
        return self._columns.read()

    def event(self, kind: str, **facts: Any) -> None:
        """Note that something happened; kept in memory until the disk takes it."""
        self._check_writing()
        self._events.add(kind, facts)

    def events(self) -> list[dict[str, Any]]:
        """Everything that happened, oldest first; raises RunDamaged."""
        return read_events(self.path / EVENTS)

    def log(self, line: str) -> None:
        """Add a line to `log.txt`, for people; lost where the disk refuses."""
        self._check_writing()
        stamped = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}\n"
        with contextlib.suppress(OSError):
            disk.append(self.path / LOG, stamped.encode("utf-8", "backslashreplace"))

    def problems(self) -> list[str]:
        """What was found damaged while reading so far, in words."""
        count = self._columns.damaged
        return [f"{METRICS}: {count} damaged lines were skipped"] if count else []

    # Weights

    def save_snapshot(self, step: int, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Keep the weights of a step for the timeline; raises RunFull or RunError."""
        self._check_writing()
        self._weights.save_snapshot(step, tensors)

    def snapshots(self) -> list[int]:
        """The steps that have a snapshot, ascending."""
        return self._weights.snapshots.steps()

    def load_snapshot(self, step: int) -> Tensors:
        """The verified weights of a step; raises RunDamaged."""
        return self._weights.load_snapshot(step)

    def save_checkpoint(
        self,
        step: int,
        model: Mapping[str, NDArray[Any]],
        optimizer: Mapping[str, NDArray[Any]],
        state: Any,
    ) -> None:
        """Keep everything for an exact resume, and the checkpoint before it.

        `state` is JSON of at most 16 MB, as `core.runs.tree.flatten` makes it. Raises RunFull or
        RunError with the older checkpoints intact.
        """
        self._check_writing()
        self._metrics.sync()  # rows must outlive a power cut that the checkpoint outlives
        self._weights.save_checkpoint(step, model, optimizer, state)

    def checkpoint_step(self) -> int | None:
        """The step of the newest checkpoint that looks whole, without reading it through."""
        return self._weights.checkpoints.newest()

    def load_checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint that verifies, with warnings of those that do not.

        None if there is none; raises RunDamaged if there are some and none verifies.
        """
        return self._weights.load_checkpoint()

    def resume_from(self, step: int) -> None:
        """Give up everything after `step`: rows, snapshots and checkpoints; raises RunError.

        To be called with the step of the checkpoint that was loaded, before training goes on.
        """
        self._check_writing()
        self._metrics.append(resume_row(step))
        self._metrics.sync()
        self._weights.drop_after(step)
        self._state.set(step=step)
        self.event("resume", **{"from": step})

    # Results

    def save_evaluation(self, name: str, result: dict[str, Any]) -> None:
        """Keep the result of an evaluation under a name; raises RunError."""
        self._check_writing()
        results.save_evaluation(self.path, name, result)

    def evaluations(self) -> dict[str, dict[str, Any]]:
        """Results by name; a damaged one is `{"problem": why}`."""
        return results.read_evaluations(self.path)

    def save_picture(self, name: str, image: NDArray[np.uint8]) -> Path:
        """Keep a picture, uint8 (H, W) or (H, W, 3), as PNG; "thumbnail" is what lists show."""
        self._check_writing()
        return results.save_picture(self.path, name, image)

    @property
    def thumbnail(self) -> Path | None:
        """The PNG that stands for the run, if it has one."""
        return results.thumbnail_of(self.path)

    def _check_writing(self) -> None:
        if self._lock is None:
            raise RunError(f"{self.id} is open for looking only")


def read_config(path: Path) -> dict[str, Any]:
    """The content of `config.json` with its format; raises RunDamaged."""
    config = read_document(path / CONFIG)
    check_format(config, CONFIG)
    return config


def open_for_writing(path: Path, state: RunState | None = None) -> Run:
    """Take the lock and open, from a state on or from the one on disk.

    Raises RunBusy, RunDamaged or RunError, and then the lock is free again.
    """
    run = Run(path)  # first, so that a folder that is no run stays untouched
    lock = RunLock(path)
    try:
        if state is None:
            state = without_writer(check_elsewhere(path))
        run.start_writing(lock, state)
    except BaseException:
        lock.release()
        raise
    return run


def check_elsewhere(path: Path) -> RunState:
    """The state of a run that no other host is writing; raises RunBusy."""
    state = read_state(path)
    elsewhere = heartbeat_elsewhere(state)
    if elsewhere is not None:
        raise RunBusy(path.name, elsewhere.pid, elsewhere.host, elsewhere.since)
    return state
