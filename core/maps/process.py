"""The window's side of the map process: starts it, listens to it, ends it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from core.data.places import compiled_folder
from core.maps.trust import Belief
from core.maps.wire import Arrays, Head, receive, send

_ROOT = Path(__file__).resolve().parents[2]
# Windows has its own words for what the child does with os.nice elsewhere.
_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(
    subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0
)


@dataclass(frozen=True)
class Frame:
    """One state of a map. `quality` is `Reliability.summary()`, where it was measured."""

    job: int
    iteration: int
    xy: NDArray[np.float32]  # (N, dims)
    quality: dict[str, float] | None
    final: bool
    belief: Belief | None = None  # the same at every point, with the final frame
    total: int = 0  # iterations of the whole layout
    note: str = ""  # what a person should know of it, in a sentence


OnFrame = Callable[[Frame], None]
OnFailure = Callable[[int | None, str], None]  # the job, or None for whichever ran; the reason


class MapProcess:
    """The process and the thread that listens to it."""

    def __init__(self, on_frame: OnFrame, on_error: OnFailure) -> None:
        self._on_frame = on_frame
        self._on_error = on_error
        self._ending = False
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed in `end`)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "core.maps.child"],
            cwd=_ROOT,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            creationflags=_FLAGS,
            start_new_session=True,  # a group of its own, to be ended with what it started
        )
        self._listener = threading.Thread(target=self._listen, name="map-listener", daemon=True)
        self._listener.start()

    def alive(self) -> bool:
        return self.process.poll() is None

    def send(self, head: dict[str, Any], arrays: dict[str, NDArray[np.float32]]) -> None:
        assert self.process.stdin is not None
        # A child that died says so through the listener, which knows its last words.
        with contextlib.suppress(OSError, ValueError):
            send(self.process.stdin, head, arrays)  # type: ignore[arg-type]

    def end(self) -> None:
        """Kill it (it holds nothing worth saving), wait for it and close the pipes."""
        self._ending = True
        if hasattr(os, "killpg") and self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self._listener.join()
        for stream in (self.process.stdin, self.process.stdout, self._complaints):
            with contextlib.suppress(OSError):
                assert stream is not None
                stream.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        while (message := receive(self.process.stdout)) is not None:  # type: ignore[arg-type]
            head, arrays = message
            if "error" in head:
                self._on_error(head["job"], head["error"])
            else:
                self._on_frame(_frame(head, arrays))
        if not self._ending:
            self.process.wait()
            self._on_error(
                None, f"the map process ended by itself ({self._last_words()}); start the map again"
            )

    def _last_words(self) -> str:
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit code {self.process.returncode}"


def _frame(head: Head, arrays: Arrays) -> Frame:
    xy = arrays.pop("xy")
    belief = Belief(**arrays) if arrays else None
    return Frame(xy=xy, belief=belief, **head)


def _environment() -> dict[str, str]:
    """One thread that sleeps at barriers: spinning ones would take the training's cores.

    What numba compiles is kept in a folder of the program's own, where it outlives the process.
    """
    single = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
    path = os.pathsep.join(p for p in (str(_ROOT), os.environ.get("PYTHONPATH", "")) if p)
    kept = {"NUMBA_CACHE_DIR": str(compiled_folder())}
    return {**os.environ, **single, **kept, "OMP_WAIT_POLICY": "PASSIVE", "PYTHONPATH": path}
