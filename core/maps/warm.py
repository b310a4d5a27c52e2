"""Compiling umap-learn before it is wanted: in a process of its own that only takes idle time.

A thread of the map process would hold Python's lock while it waits for the processor, and so hold
up the layouts; a process holds up nobody. `python -m core.maps.warm` fills numba's folder and ends.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path

_IDLE = getattr(subprocess, "IDLE_PRIORITY_CLASS", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)


def done_file() -> Path | None:
    """The file that says that these versions are compiled; None where nothing can be kept."""
    folder = os.environ.get("NUMBA_CACHE_DIR")
    if not folder:
        return None
    names = ("umap-learn", "pynndescent", "numba", "numpy")
    python = f"python-{sys.version_info.major}.{sys.version_info.minor}"
    return Path(folder) / "-".join(["warm", python, *(version(name) for name in names)])


def compiled() -> bool:
    """Whether the folder holds what these versions need."""
    file = done_file()
    return file is not None and file.exists()


def mark() -> None:
    """Note that what these versions need is compiled."""
    file = done_file()
    if file is not None:
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()


def start() -> subprocess.Popen[bytes] | None:
    """The process that compiles, where there is something to compile and a place to keep it."""
    file = done_file()
    if file is None or file.exists():
        return None
    return subprocess.Popen(
        [sys.executable, "-m", "core.maps.warm"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=_IDLE,
    )


def end_with_parent() -> None:
    """Have this process end when its parent has, from now on."""

    def watch() -> None:
        parent = os.getppid()
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def yield_to_all() -> None:
    """Take only time that nobody else wants, as far as the system knows of that."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(19)
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def main() -> None:
    """Compile, and leave the note that it is done."""
    yield_to_all()
    end_with_parent()
    from core.maps.umap import warm_up

    warm_up()
    mark()


if __name__ == "__main__":
    main()
