"""Manifested folders in a row, one a step: the snapshots or the checkpoints of a run.

`step-000000100` is never overwritten. Written again, the step becomes `step-000000100.1`, and only
then is the older one deleted, so at every moment at least one of them is whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.runs import disk
from core.runs.errors import RunDamaged, saving
from core.runs.folder import Parts, discard, length_of, looks_whole, read_folder, write_folder

_NAME = re.compile(r"step-(\d{9,15})(?:\.(\d{1,6}))?", re.ASCII)


@dataclass(frozen=True, order=True)
class Entry:
    """One folder on the shelf; the higher revision of a step is the later one."""

    step: int
    revision: int
    path: Path


class Shelf:
    """The folders of one kind; `limits` are the files each holds, with their greatest sizes."""

    def __init__(self, folder: Path, what: str, limits: Mapping[str, int]) -> None:
        self.folder = folder
        self.what = what
        self.limits = limits

    def entries(self) -> list[Entry]:
        """What is there, newest first; links and other names are passed over."""
        if not disk.is_folder(self.folder):
            return []
        found = []
        for child in self.folder.iterdir():
            match = _NAME.fullmatch(child.name)
            if match and disk.is_folder(child):
                found.append(Entry(int(match[1]), int(match[2] or 0), child))
        return sorted(found, reverse=True)

    def steps(self) -> list[int]:
        """The steps there are, ascending; nothing is verified."""
        return sorted({entry.step for entry in self.entries()})

    def newest(self) -> int | None:
        """The newest step whose folder looks whole."""
        for entry in self.entries():
            if looks_whole(entry.path, self.limits):
                return entry.step
        return None

    def save(self, step: int, files: Mapping[str, Parts], keep: int | None = None) -> None:
        """Put a step on the shelf, then drop what it replaces and all but the newest `keep`.

        Raises RunFull or RunError with everything older still there.
        """
        if step < 0:
            raise ValueError(f"a step is 0 or more, found {step}")
        for name, limit in self.limits.items():
            size = length_of(files[name])
            if size > limit:
                raise ValueError(f"{name} has {size} bytes, more than {limit} allowed")
        same = [entry for entry in self.entries() if entry.step == step]
        name = f"step-{step:09d}" + (f".{same[0].revision + 1}" if same else "")
        if not disk.is_folder(self.folder):
            with saving(self.folder.name, self.folder.parent):
                disk.make_folder(self.folder)
                disk.sync_folder(self.folder.parent)
        write_folder(self.folder / name, files, f"the {self.what} of step {step}")
        for entry in same:
            discard(entry.path)
        if keep is not None:
            self._retain(keep)

    def load(self, step: int) -> dict[str, bytes]:
        """The verified files of one step; raises RunDamaged."""
        problems = [f"there is no {self.what} of step {step}"]
        for entry in self.entries():
            if entry.step == step:
                try:
                    return read_folder(entry.path, self.limits)
                except RunDamaged as error:
                    problems.append(str(error))
        raise RunDamaged("; ".join(problems[1:] or problems))

    def drop_after(self, step: int) -> None:
        """Delete every folder of a later step."""
        for entry in self.entries():
            if entry.step > step:
                discard(entry.path)

    def _retain(self, keep: int) -> None:
        """Keep the newest `keep` that look whole; a damaged one is no reason to drop a good one."""
        kept = 0
        for entry in self.entries():
            if kept >= keep:
                discard(entry.path)
            elif looks_whole(entry.path, self.limits):
                kept += 1
