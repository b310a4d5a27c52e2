"""All runs of one folder: make, list, open, recover, delete and restore them."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Any

import platformdirs

from core.runs import disk
from core.runs.document import encode_document
from core.runs.errors import RunDamaged, RunError, RunFull, saving
from core.runs.folder import room_for
from core.runs.info import CONFIG, FORMAT, RunInfo, RunSummary, complete, read_info, write_form
from core.runs.info import NAME as RUN
from core.runs.lock import RunLock
from core.runs.metrics import last_scalars
from core.runs.results import thumbnail_of
from core.runs.run import FOLDERS, METRICS, Run, check_elsewhere, open_for_writing, read_config
from core.runs.state import RunState, read_state, without_writer, writer_of
from core.runs.weights import Weights

Summaries = list[RunSummary]

_TRASH = ".trash"
_STALE = 3600.0  # seconds after which a half-made run folder has no maker any more


def home() -> Path:
    """Where Selfsight keeps its things: SELFSIGHT_HOME, or the user's data folder."""
    chosen = os.environ.get("SELFSIGHT_HOME")
    if chosen:
        return Path(chosen).expanduser()
    return Path(platformdirs.user_data_dir("selfsight", appauthor=False))


class RunStore:
    """The runs in one folder, by default `home()/runs`."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = Path(root) if root is not None else home() / "runs"

    def create(self, info: RunInfo, config: dict[str, Any]) -> Run:
        """A new run, open for writing, in the state "preparing".

        `config` is what the run is made from, in plain JSON values. Raises RunFull or RunError,
        before anything is begun, where the folder cannot be written to, and ValueError for a
        method's bad name.
        """
        info = complete(info)
        path = self.root / info.id
        with saving("a new run", self.root):
            disk.make_folders(self.root)
            self._sweep()
            needed, free = room_for(0), disk.free_space(self.root)
            if free < needed:
                raise RunFull("a new run", needed, free)
            self._make(path, info, config)
        return open_for_writing(path, RunState())

    def _make(self, path: Path, info: RunInfo, config: dict[str, Any]) -> None:
        """The folder appears under its name when all in it is on the disk."""
        temporary = self.root / disk.temporary_name(info.id)
        documents = {RUN: write_form(info), CONFIG: {"format": FORMAT, **config}}
        try:
            disk.make_folder(temporary)
            for name, content in documents.items():
                disk.write_new(temporary / name, encode_document(content))
            for name in FOLDERS:
                disk.make_folder(temporary / name)
            disk.sync_folder(temporary)
            disk.rename(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                disk.remove_tree(temporary)
            raise
        disk.sync_folder(self.root)

    def _sweep(self) -> None:
        """Delete what makers of runs left half-done when they died."""
        for child in self.root.glob(f"{disk.TEMPORARY}*"):
            with contextlib.suppress(OSError):
                if time.time() - child.lstat().st_mtime > _STALE:
                    disk.remove_tree(child)

    def list(self) -> Summaries:
        """Every run, newest first, those that cannot be opened with their problem; never raises."""
        return _summaries(self.root)

    def interrupted(self) -> Summaries:
        """The runs whose writer died, newest first."""
        return [run for run in self.list() if run.status == "interrupted" and not run.problem]

    def open(self, id_or_path: str | Path, write: bool = False) -> Run:
        """A run of this store by its id, or any run folder by its path.

        For writing it takes the lock, cuts a torn last row and deletes what was left half-done; the
        state of a run whose writer died becomes "interrupted". Raises RunBusy naming the other
        writer, RunDamaged, or RunError where there is no such run.
        """
        path = self._find(id_or_path)
        return open_for_writing(path) if write else Run(path)

    def delete(self, id: str) -> None:
        """Move a run to the trash; raises RunBusy while it is written, or RunError."""
        path = self._own(id, self.root)
        RunLock(path).release()
        check_elsewhere(path)
        trash = self.root / _TRASH
        with saving("the trash", self.root):
            disk.make_folders(trash)
        self._move(path, trash / id)

    def trash(self) -> Summaries:
        """The deleted runs that can be restored, newest first."""
        return _summaries(self.root / _TRASH)

    def restore(self, id: str) -> None:
        """Bring a deleted run back; raises RunError."""
        self._move(self._own(id, self.root / _TRASH), self.root / id)

    def empty_trash(self) -> None:
        """Delete the deleted runs for good; raises RunError."""
        trash = self.root / _TRASH
        with saving("the trash", self.root):
            if disk.is_folder(trash):
                disk.remove_tree(trash)

    def _move(self, old: Path, new: Path) -> None:
        if os.path.lexists(new):
            raise RunError(f"{new.name} is in {new.parent} already; move one of them away")
        with saving(f"moving {old.name}", new.parent):
            disk.rename(old, new)
            disk.sync_folder(new.parent)
            disk.sync_folder(old.parent)

    def _find(self, id_or_path: str | Path) -> Path:
        if isinstance(id_or_path, str):
            with contextlib.suppress(RunError):
                return self._own(id_or_path, self.root)
        path = Path(id_or_path).expanduser()
        if id_or_path and path.is_dir():
            return path.resolve()
        raise RunError(
            f"there is no run {str(id_or_path)!r} in {self.root}, nor a folder of that name"
        )

    def _own(self, id: str, folder: Path) -> Path:
        """The folder of a run that lies in this folder and nowhere else."""
        plain = bool(id) and id == os.path.basename(id) and not id.startswith(".")
        if not plain or not disk.is_folder(folder / id):
            raise RunError(f"there is no run {id!r} in {folder}")
        return folder / id


def summarize(path: Path) -> RunSummary:
    """What a list shows of a run folder; what is wrong with it is told, not raised."""
    try:
        return _summary(path)
    except RunDamaged as error:
        return RunSummary(path.name, path, problem=str(error))
    except Exception as error:  # a stranger's folder must not take the whole list with it
        return RunSummary(path.name, path, problem=f"cannot be read: {error!r}")


def _summary(path: Path) -> RunSummary:
    info = read_info(path)
    read_config(path)
    state = read_state(path)
    writer = writer_of(path, state)
    step, last = last_scalars(path / METRICS)
    return RunSummary(
        id=path.name,
        path=path,
        info=info,
        status=(state if writer else without_writer(state)).status,
        step=max(step, state.step),
        steps=state.steps,
        seconds=state.seconds,
        message=state.message,
        last=last,
        resume_step=Weights(path).checkpoints.newest(),
        writer=writer,
        thumbnail=thumbnail_of(path),
    )


def _summaries(folder: Path) -> Summaries:
    try:
        children = list(folder.iterdir())
    except OSError:
        return []
    found = [summarize(c) for c in children if not c.name.startswith(".") and disk.is_folder(c)]
    return sorted(
        found, key=lambda run: (run.info.created if run.info else "", run.id), reverse=True
    )
