"""What can go wrong with a run folder, in words that say what was found and what to do."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}


class RunError(Exception):
    """Something about a run that cannot be done, and why."""


class RunDamaged(RunError):
    """A file or folder of a run that is not what was written."""


class RunFull(RunError):
    """No room for `what`; `needed` and `free` are bytes, 0 where the system did not say."""

    def __init__(self, what: str, needed: int, free: int) -> None:
        room = f": needs {megabytes(needed)}, {megabytes(free)} are free" if needed else ""
        super().__init__(
            f"no room on the disk for {what}{room}; what was saved before is intact. "
            "Free some space, then continue"
        )
        self.what, self.needed, self.free = what, needed, free


class RunBusy(RunError):
    """A run that somebody else is writing; `since` is in seconds since 1970, 0 where unknown."""

    def __init__(self, run: str, pid: int, host: str, since: float) -> None:
        clock = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(since)) if since else "unknown"
        super().__init__(
            f"{run} is being written by process {pid or 'unknown'} on {host or 'an unknown host'} "
            f"(since {clock}); it can be looked at, not changed, until that process closes it"
        )
        self.run, self.pid, self.host, self.since = run, pid, host, since


def megabytes(size: int) -> str:
    """A size in bytes as a person reads it: "12.3 MB"."""
    return f"{size / 1e6:.1f} MB"


@contextmanager
def saving(what: str, folder: Path) -> Iterator[None]:
    """Turn an operating system's error inside the block into a RunFull or RunError about `what`."""
    try:
        yield
    except OSError as error:
        raise _explained(error, what, folder) from error


def _explained(error: OSError, what: str, folder: Path) -> RunError:
    if error.errno in _FULL:
        return RunFull(what, 0, 0)
    reason = error.strerror or str(error)
    if error.errno in _FORBIDDEN:
        return RunError(
            f"{what} cannot be written: {folder} is read-only ({reason}). Choose a folder that "
            "can be written with the environment variable SELFSIGHT_HOME"
        )
    return RunError(f"{what} could not be written to {folder}: {reason}; check the disk")
