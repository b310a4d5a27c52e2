"""The virtual environment of this checkout: what is known of it, and that one alone changes it.

A record in the environment, written last, says which locks are installed. So a second start reads
one small file, and an installation that was interrupted has no record and is gone on with.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

RUN_LOCK = "requirements.lock"
TEST_LOCK = "requirements-dev.lock"
HOLDS = {RUN_LOCK: (RUN_LOCK,), TEST_LOCK: (TEST_LOCK, RUN_LOCK)}  # a lock -> all it satisfies


class SetupError(Exception):
    """Something a person has to do before this can go on; the message says what."""


class Record(NamedTuple):
    """What is known to be in order."""

    python: str
    locks: dict[str, str]  # file name -> digest of its content
    checked: Sequence[str]  # what the system was found to have since


class Environment:
    """`.venv` in a checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.version = f"{sys.version_info.major}.{sys.version_info.minor}"
        self.packages = self.folder / "lib" / f"python{self.version}" / "site-packages"
        self._record = self.folder / "selfsight.json"

    def ensure(self, lock: str) -> None:
        """Make the environment hold what a lock names; quick when it does. Raises SetupError."""
        if self._holds(lock):
            return
        with self.alone() as held:
            if self._holds(lock):  # whoever held the checkout has done it
                return
            from tools.install import install, make

            self._record.unlink(missing_ok=True)
            make(self, held)
            install(self, lock, held)
            digests = {name: self._digest(name) for name in HOLDS[lock]}
            self._write(Record(self.version, digests, checked=()))

    def checked(self, what: str) -> bool:
        """Whether `what` was found in order since the last installation."""
        return what in self._read().checked

    def remember(self, what: str) -> None:
        """Keep that `what` was found in order, until the next installation."""
        record = self._read()
        self._write(record._replace(checked=(*record.checked, what)))

    def variables(self) -> dict[str, str]:
        """The variables for programs started in it: nobody else's Python packages."""
        foreign = {"PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"}
        return {name: value for name, value in os.environ.items() if name not in foreign}

    @contextlib.contextmanager
    def alone(self) -> Iterator[int]:
        """Hold the checkout, waiting for whoever holds it; gives the descriptor that holds it."""
        held = os.open(self.root, os.O_RDONLY)
        try:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another ./run or ./test is setting up this checkout; waiting for it.")
                fcntl.flock(held, fcntl.LOCK_EX)
            yield held
        finally:
            os.close(held)

    def _holds(self, lock: str) -> bool:
        record = self._read()
        return record.python == self.version and record.locks.get(lock) == self._digest(lock)

    def _digest(self, lock: str) -> str:
        return hashlib.sha256((self.root / lock).read_bytes()).hexdigest()

    def _read(self) -> Record:
        try:
            return Record(**json.loads(self._record.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return Record("", {}, ())

    def _write(self, record: Record) -> None:
        temporary = self._record.with_suffix(".tmp")
        temporary.write_text(json.dumps(record._asdict(), indent=1), encoding="utf-8")
        temporary.replace(self._record)


def say(text: str) -> None:
    """A line for the person, at once even where the output is a pipe."""
    print(text, file=sys.stderr, flush=True)
