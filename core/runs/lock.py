"""One writer a run: a lock that dies with the process that holds it.

The system's own lock on the file `lock` (flock, or msvcrt on Windows) decides. The file's content
only says who holds it. Where a network file system keeps no locks between machines, a fresh
heartbeat from another host (`core/runs/state.py`) is the second sign.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.runs import disk, plain
from core.runs.errors import RunBusy, RunDamaged, saving

NAME = "lock"
_BYTE = 1 << 30  # the byte that Windows locks, far behind the text that says who
_PATIENCE = 0.2  # seconds; somebody may be asking just now whether the lock is held


@dataclass(frozen=True)
class Holder:
    """Who holds a lock: process, host, boot of that host, and since when (seconds since 1970)."""

    pid: int = 0
    host: str = ""
    boot: str = ""
    since: float = 0.0


def this_process() -> Holder:
    """This process as a holder from now on."""
    return Holder(os.getpid(), socket.gethostname(), _boot(), time.time())


class RunLock:
    """The lock of one run folder, held from construction until `release`."""

    def __init__(self, folder: Path) -> None:
        """Take the lock; raises RunBusy naming the holder, RunError where it cannot be written."""
        path = folder / NAME
        with saving(NAME, folder):
            self._descriptor = disk.open_append(path)
        try:
            deadline = time.monotonic() + _PATIENCE
            while not _try_lock(self._descriptor, shared=False):
                if time.monotonic() > deadline:
                    holder = _read_holder(path)
                    raise RunBusy(folder.name, holder.pid, holder.host, holder.since)
                time.sleep(0.01)
            self.holder = this_process()
            with saving(NAME, folder):
                disk.truncate(self._descriptor, 0)
                disk.write_all(self._descriptor, plain.encode(asdict(self.holder)) + b"\n")
        except BaseException:
            os.close(self._descriptor)
            raise

    def release(self) -> None:
        """Let the lock go; does nothing the second time."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def holder_of(folder: Path) -> Holder | None:
    """Who writes the run now, as far as this machine's locks tell; None if nobody."""
    try:
        descriptor = disk.open_plain(folder / NAME)
    except OSError:
        return None
    try:
        return None if _try_lock(descriptor, shared=True) else _read_holder(folder / NAME)
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int, shared: bool) -> bool:
        """Lock the agreed byte; a shared lock is an exclusive one let go at once by closing."""
        os.lseek(descriptor, _BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int, shared: bool) -> bool:
        """Lock without waiting; a file system without locks grants them all (see heartbeat)."""
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True


def _read_holder(path: Path) -> Holder:
    found: Any = {}
    with contextlib.suppress(OSError, RunDamaged):
        found = plain.decode(disk.read_file(path, 4096))
    kinds = {"pid": int, "host": str, "boot": str, "since": float}
    if not isinstance(found, dict):
        return Holder()
    return Holder(**{k: found[k] for k, kind in kinds.items() if isinstance(found.get(k), kind)})


def _boot() -> str:
    """What tells one start of this machine from the next; empty where the system does not say."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""
